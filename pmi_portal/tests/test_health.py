"""/healthz names each part, tells the truth about it and never keeps a monitor waiting."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import redis
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client
from psycopg_pool import PoolTimeout

from pmi_portal import health
from pmi_portal.beat import SEEN_KEY, SEEN_SECONDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def beat(settings: LazySettings) -> Iterator[None]:
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.set(SEEN_KEY, 1, ex=SEEN_SECONDS)
        yield
        broker.delete(SEEN_KEY)


def test_all_is_well_when_every_part_answers(client: Client, beat: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health.current_app.control, "ping", lambda **_: [{"celery@here": {"ok": "pong"}}])
    response = client.get("/healthz")
    assert response.json() == {"database": "ok", "broker": "ok", "worker": "ok", "beat": "ok"}
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_a_missing_worker_and_beat_are_named(client: Client):
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {
        "database": "ok",
        "broker": "ok",
        "worker": "none answered within 1 s",
        "beat": "not seen lately",
    }


def test_a_broker_that_hangs_is_named_within_three_seconds(client: Client, settings: LazySettings):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        started = time.monotonic()
        response = client.get("/healthz")
    assert time.monotonic() - started < 3
    assert response.status_code == 503
    assert response.json()["broker"] == "does not answer"


def test_a_database_that_is_gone_is_named(client: Client, monkeypatch: pytest.MonkeyPatch):
    nowhere = {"host": "/nonexistent", "dbname": "portal"}
    monkeypatch.setattr(health.connection, "get_connection_params", lambda: nowhere)
    assert client.get("/healthz").json()["database"] == "does not answer"


def test_nothing_can_be_posted_to_it(client: Client):
    assert client.post("/healthz").status_code == 405


def test_a_process_is_live_and_ready_without_broker_and_worker(
    client: Client, settings: LazySettings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert client.get("/livez").status_code == 200
    response = client.get("/readyz")
    assert response.json() == {"database": "ok", "migrations": "ok", "restore": "ok"}
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("error", [OperationalError, PoolTimeout])
def test_without_its_database_it_is_live_and_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(health.connection, "cursor", fail)
    assert client.get("/livez").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == 503
    assert set(response.json().values()) == {"does not answer"}


def test_where_no_other_connection_is_to_be_had_the_pages_work_and_so_does_readiness(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: Any) -> None:
        raise psycopg.OperationalError("FATAL: sorry, too many clients already")

    monkeypatch.setattr(health.psycopg, "connect", refused)
    assert client.get("/healthz").json()["database"] == "does not answer"
    assert client.get("/readyz").status_code == 200


def test_code_that_is_newer_than_the_database_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = health._migrations()
    assert ("accounts", "0001_people") in known
    monkeypatch.setattr(health, "_migrations", lambda: known | {("cases", "9998_new"), ("cases", "9999_new")})
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == "2 migrations are missing"


def test_code_that_is_older_than_the_database_goes_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_migrations", lambda: frozenset({("accounts", "0001_people")}))
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("address", ["/livez", "/readyz"])
def test_they_answer_a_load_balancer_over_plain_http(
    client: Client, settings: LazySettings, address: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(address).status_code == 200
