"""Beat asks for sweeps: all when it begins, each once until a worker comes to it, and again when the clock was set."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings

from pmi_portal import beat, schedule
from pmi_portal.celery import app


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3) as client:
        client.delete(*schedule.queues())
        yield client
        client.delete(*schedule.queues())


@pytest.fixture
def timer(broker: redis.Redis) -> Iterator[beat.SeenScheduler]:
    timer = beat.SeenScheduler(app)
    yield timer
    timer._client.close()


def asked_for(broker: redis.Redis) -> list[str]:
    """The sweeps that wait in the broker, as their tasks."""
    lists: Any = [broker.lrange(schedule.sweeps_of(lane), 0, -1) for lane in schedule.LANES]
    return sorted(json.loads(message)["headers"]["task"] for waiting in lists for message in waiting)


def ticks(timer: beat.SeenScheduler) -> None:
    """Each tick asks for one sweep at most."""
    for _number in range(2 * len(schedule.SWEEPS)):
        timer.tick()


EVERY_SWEEP = sorted(task for task, _lane, _seconds in schedule.SWEEPS.values())


def test_when_beat_begins_every_sweep_is_due_also_the_rare_ones(
    broker: redis.Redis, timer: beat.SeenScheduler
) -> None:
    ticks(timer)
    assert asked_for(broker) == EVERY_SWEEP


def test_sweeps_do_not_pile_up_while_no_worker_comes(broker: redis.Redis, timer: beat.SeenScheduler) -> None:
    for _beginning in range(3):
        timer._let_everything_be_due()
        ticks(timer)
    assert asked_for(broker) == EVERY_SWEEP


@pytest.mark.parametrize("by", [-3600, 3600])
def test_a_clock_that_is_set_stops_no_sweep(
    by: int, broker: redis.Redis, timer: beat.SeenScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks(timer)
    broker.delete(*schedule.queues())
    ticks(timer)
    asked = asked_for(broker)
    assert len(asked) < len(EVERY_SWEEP)
    real = time.time
    monkeypatch.setattr(beat.time, "time", lambda: real() + by)
    ticks(timer)
    assert asked_for(broker) == EVERY_SWEEP


def test_a_broker_that_is_away_stops_no_tick(timer: beat.SeenScheduler) -> None:
    timer._client.close()
    timer._client = redis.Redis.from_url("redis://127.0.0.1:1/0")
    ticks(timer)
    timer._client.close()


def test_every_lane_is_read_and_every_task_has_one() -> None:
    named = {task: lane for task, lane, _seconds in schedule.SWEEPS.values()} | schedule.TASKS
    assert set(named.values()) <= set(schedule.LANES)
    app.loader.import_default_modules()
    assert set(named) <= set(app.tasks)
    assert {queue.name for queue in settings.CELERY_TASK_QUEUES} == set(schedule.queues())
