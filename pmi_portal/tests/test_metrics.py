"""/metrics: for whoever has the token, complete, bounded in its labels and about nobody."""

from collections.abc import Iterator

import pytest
from celery.signals import task_postrun, task_prerun
from django.test import Client, override_settings
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from errands.queue import QUEUES
from notifications.actions import send_email
from notifications.choices import EmailState
from notifications.models import Email
from pmi_portal import schedule, sweeps
from pmi_portal.broker import impatient
from pmi_portal.celery import app

TOKEN = "a token of tests"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _token() -> Iterator[None]:
    with impatient() as broker:
        broker.delete(sweeps.KEY, sweeps.TASKS, sweeps.SECONDS)
    with override_settings(METRICS_TOKEN=TOKEN):
        yield


def scraped(client: Client) -> dict[str, Metric]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {family.name: family for family in text_string_to_metric_families(answer.content.decode())}


def values(family: Metric, label: str) -> dict[str, float]:
    return {sample.labels[label]: sample.value for sample in family.samples}


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer another", f"Bearer {TOKEN}é"])
def test_without_the_token_the_address_is_none(client: Client, given: str) -> None:
    assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


@override_settings(METRICS_TOKEN="")
@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer"])
def test_where_no_token_is_set_nobody_gets_in(client: Client, given: str) -> None:
    assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


def test_it_makes_no_session(client: Client) -> None:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert not answer.cookies
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_waits_is_told_per_queue_and_what_was_given_up(client: Client) -> None:
    send_email(to="somebody@contoh.example", subject="Rahasia", body="x")
    send_email(to="nobody@contoh.example", subject="Rahasia", body="x")
    Email.objects.filter(to__startswith="nobody").update(state=EmailState.PARKED)
    found = scraped(client)
    assert values(found["portal_queue_due"], "queue") == dict.fromkeys(QUEUES, 0) | {"email": 1}
    assert values(found["portal_queue_given_up"], "queue")["email"] == 1
    assert values(found["portal_emails"], "state")["parked"] == 1
    assert set(values(found["portal_queue_oldest_due_seconds"], "queue")) == set(QUEUES)
    assert set(values(found["portal_broker_messages"], "list")) == set(schedule.queues())


def test_sweeps_and_tasks_are_told_by_what_became_of_them(client: Client) -> None:
    task = app.tasks["referrals.tasks.sweep"]
    for state in ("SUCCESS", "FAILURE", "odd"):
        task_postrun.send(sender=task, task_id="1", task=task, state=state)
    found = scraped(client)
    counts = {sample.labels["outcome"]: sample.value for sample in found["portal_tasks"].samples}
    assert counts == {"SUCCESS": 1, "FAILURE": 1, "OTHER": 1}
    assert values(found["portal_sweep_went_well"], "sweep") == {"route-waiting-referrals": 0}
    assert values(found["portal_sweep_age_seconds"], "sweep")["route-waiting-referrals"] < 60


def test_how_long_tasks_took_adds_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    task, now = app.tasks["referrals.tasks.sweep"], [100.0]
    monkeypatch.setattr(sweeps.time, "monotonic", lambda: now[0])
    for took in (2.0, 0.5):
        task_prerun.send(sender=task, task_id="1", task=task)
        now[0] += took
        task_postrun.send(sender=task, task_id="1", task=task, state="SUCCESS")
    monkeypatch.undo()
    assert values(scraped(client)["portal_task_seconds"], "task") == {task.name: 2.5}


def test_answers_are_counted_by_template_and_never_by_address(client: Client) -> None:
    client.get("/partners/invitation/tokenkenari/")
    client.get("/nowhere/kenari/?q=kenari")
    client.generic("KENARI", "/accounts/login/")
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert 'route="partners/invitation/<str:token>/"' in answer
    assert 'route="none"' in answer
    assert 'method="other"' in answer
    assert "kenari" not in answer.lower()


@override_settings(REDIS_URL="unix:///nowhere.sock")
def test_a_broker_that_is_away_is_told_beside_the_rest(client: Client) -> None:
    found = scraped(client)
    assert found["portal_broker_up"].samples[0].value == 0
    assert "portal_queue_due" in found
    assert "portal_broker_messages" not in found
