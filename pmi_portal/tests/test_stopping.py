"""Web and worker that are told to stop end what they have in hand, whole, and have ended within 30 seconds."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from notifications import actions
from notifications.models import Email
from pmi_portal import stopping, web
from pmi_portal.celery import app
from pmi_portal.tests.crash import holding
from pmi_portal.tests.journeys.stack import connection_arguments, free_port, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
CRASH = "pmi_portal.tests.crash"
SEEN = "2031-02-03T04:05:06+00:00"
WITHIN = 30  # seconds


def url() -> str:
    """DATABASE_URL of the database that this test writes to."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    return urlunsplit(parts._replace(path=f"{parts.path.rpartition('/')[0]}/{name}"))


@contextmanager
def locked() -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
    """An e-mail, the only one, in our hands."""
    actions.send_email(to="held@example.org", subject="Held", body="Held.")
    with psycopg.connect(**connection_arguments(url())) as holder:
        holder.execute("SELECT FROM notifications_email FOR UPDATE")
        yield holder


def somebody_waits() -> bool:
    """Asked as the owner: the portal's role does not see what other connections do."""
    with psycopg.connect(**connection_arguments(url()), autocommit=True) as owner:
        found = owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND query LIKE 'UPDATE %notifications_email%'"
        ).fetchone()
    return bool(found and found[0])


@contextmanager
def started(*module: str, log: Path) -> "Iterator[subprocess.Popen[bytes]]":
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": f"{CRASH}.settings",
        "DATABASE_URL": url(),
        "PYTHONUNBUFFERED": "1",
    }
    with log.open("w") as output:
        command = [sys.executable, "-m", *module]
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=env, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def ended_in_time(process: "subprocess.Popen[bytes]", since: float) -> int:
    code = process.wait(timeout=WITHIN)
    assert time.monotonic() - since < WITHIN
    return code


def written() -> bool:
    return Email.objects.filter(sent_at=SEEN).exists()


def ask(port: int) -> socket.socket:
    asking = socket.create_connection(("127.0.0.1", port), timeout=WITHIN)
    asking.sendall(f"GET /hold/{SEEN}/ HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return asking


def is_up(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as asking:
            asking.sendall(b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return asking.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def test_a_request_in_hand_is_answered_whole_by_a_web_that_was_told_to_stop(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "web.log"
    command = ("gunicorn", "-c", "python:pmi_portal.web", "-b", f"127.0.0.1:{port}", "--no-control-socket")
    with started(*command, "pmi_portal.wsgi", log=log) as server, locked() as holder:
        wait_until(lambda: is_up(port), "the web answers")
        with ask(port) as asking:
            wait_until(somebody_waits, "the request waits for the lock")
            since = time.monotonic()
            server.send_signal(signal.SIGTERM)
            wait_until(lambda: "Handling signal: term" in log.read_text(), "it has heard it")
            assert not written()
            holder.rollback()
            answer = b"".join(iter(lambda: asking.recv(65536), b""))
        assert ended_in_time(server, since) == 0
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert len(body) == holding.LENGTH
    assert written()


@contextmanager
def worker(tmp_path: Path, queue: str, *more: str) -> "Iterator[subprocess.Popen[bytes]]":
    options = ("-c", "1", "-Q", queue, "--without-mingle", "--without-gossip")
    module = more or ("celery", "-A", "pmi_portal")
    with started(*module, "worker", *options, log=tmp_path / "worker.log") as process:
        yield process


def put(queue: str) -> None:
    with app.connection_for_write() as broker:
        task = app.signature(f"{CRASH}.tasks.holds", args=(SEEN,))
        task.apply_async(queue=queue, connection=broker)


def says(tmp_path: Path, word: str) -> bool:
    return word in (tmp_path / "worker.log").read_text()


def test_a_task_in_hand_is_committed_by_a_worker_that_was_told_to_stop(tmp_path: Path) -> None:
    queue = f"stopping-{os.getpid()}"
    with worker(tmp_path, queue) as process, locked() as holder:
        put(queue)
        wait_until(somebody_waits, "the task waits for the lock")
        since = time.monotonic()
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: says(tmp_path, "Warm shutdown"), "the worker has heard it")
        assert not written()
        holder.rollback()
        assert ended_in_time(process, since) == 0
    assert written()


def test_a_task_that_takes_too_long_is_cut_leaves_nothing_and_is_done_by_the_next_worker(
    tmp_path: Path,
) -> None:
    queue = f"stopping-{os.getpid()}-long"
    with worker(tmp_path, queue, f"{CRASH}.hasty_worker") as process, locked() as holder:
        put(queue)
        wait_until(somebody_waits, "the task waits for the lock")
        since = time.monotonic()
        process.send_signal(signal.SIGTERM)
        ended_in_time(process, since)
        wait_until(lambda: not somebody_waits(), "PostgreSQL has noticed")
        holder.rollback()
        assert not written()
    with worker(tmp_path, queue):
        wait_until(written, "the next worker has done it", seconds=120)


def test_what_a_stop_may_take_is_less_than_systemd_waits() -> None:
    assert web.graceful_timeout < WITHIN
    assert stopping.PATIENCE < WITHIN
