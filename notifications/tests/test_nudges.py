"""A nudge is a hint: with the broker away it is lost quickly, quietly and at no cost."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from notifications import nudges, tasks

SCRIPT = """
import time
import django
django.setup()
from notifications import nudges, tasks
for _again in range({number}):
    nudges._quiet_until = 0
    started = time.monotonic()
    nudges.publish(tasks.deliver)
    print(time.monotonic() - started)
"""


@pytest.fixture(autouse=True)
def not_quiet(monkeypatch):
    monkeypatch.setattr(nudges, "_quiet_until", 0.0)


@pytest.fixture
def deaf_broker() -> Iterator[str]:
    """Somebody who takes the call and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def seconds_with_broker_at(address: str, number: int) -> list[float]:
    """How long each of so many nudges takes, in a process of its own whose broker is at this address."""
    environment = os.environ | {
        "REDIS_URL": f"redis://{address}/0",
        "DJANGO_SETTINGS_MODULE": "pmi_portal.tests.settings",
    }
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(number=number)],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("the sweep will do it") == number
    return [float(line) for line in run.stdout.split()]


def test_a_broker_that_refuses_delays_a_page_by_less_than_a_second():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    assert max(seconds_with_broker_at(address, 3)) < 1


def test_a_broker_that_hangs_delays_a_page_by_a_few_seconds(deaf_broker):
    assert max(seconds_with_broker_at(deaf_broker, 1)) < 5


def test_after_a_failure_it_is_quiet_for_a_while_so_that_other_pages_do_not_wait(monkeypatch, caplog):
    tries = []

    def fail(**kwargs):
        tries.append(kwargs)
        raise ConnectionError

    monkeypatch.setattr(tasks.deliver, "apply_async", fail)
    nudges.publish(tasks.deliver)
    nudges.publish(tasks.deliver)
    assert len(tries) == 1
    assert "the sweep will do it: ConnectionError" in caplog.text
    monkeypatch.setattr(nudges, "_quiet_until", 0.0)
    nudges.publish(tasks.deliver)
    assert len(tries) == 2


@pytest.mark.django_db
def test_the_broker_is_told_only_when_the_row_is_saved(monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda **kwargs: told.append(kwargs))
    with django_capture_on_commit_callbacks() as callbacks:
        nudges.nudge(tasks.deliver)
    assert told == []
    for callback in callbacks:
        callback()
    assert told == [{"args": (), "retry": False}]
