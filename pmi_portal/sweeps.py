"""When each sweep last ran and how it ended, and how many tasks ended how, noted in Redis by the worker that ran it.

A hint for people who look after the portal: where Redis forgot it, the next sweep says it again.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import redis
from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .broker import impatient, lasting

logger = logging.getLogger(__name__)

KEY = "pmi:sweeps"  # a hash: the task's name, and what became of its last run as JSON
TASKS = "pmi:tasks"  # a hash: "task outcome", and how many tasks ended so
SECONDS = "pmi:task_seconds"  # a hash: the task's name, and how long all that ended took together
SLACK = timedelta(seconds=30)  # that a sweep may be late by, besides having been left out twice

NAMES: dict[str, Promise] = {
    "route-waiting-referrals": _("Find the agency for referrals"),
    "look-at-clock": _("Notice a clock that was set"),
    "remind-of-referrals": _("Remind of deadlines of referrals"),
    "tell-of-time-limits": _("Tell of time limits and settlements"),
    "sweep-files-of-no-document": _("Remove files that became no document"),
    "scan-files": _("Look for viruses in files"),
    "write-held-emails": _("Write digests and what quiet hours held back"),
    "tell-of-ending-consents": _("Tell of consents that end"),
    "sequence-access-log": _("Take entries into the access log's tree"),
    "checkpoint-access-log": _("Sign the access log"),
    "send-password-resets": _("Send links for a new password"),
    "clear-what-has-ended": _("Remove sessions and forms that have ended"),
    "remind-of-requests": _("Remind of workers' requests and breaches"),
    "build-exports": _("Make copies of workers' data"),
    "erase-confirmed-cases": _("Erase cases that somebody confirmed"),
    "propose-erasures": _("Propose what was kept for long enough"),
    "work-on-tables-of-old-cases": _("Import of old cases"),
    "work-on-many-cases": _("Acts on many cases"),
    "work-on-tables-of-people": _("Read and carry out tables of people"),
    "lock-unused-accounts": _("Warn of and lock accounts that nobody uses"),
    "remind-of-reviews": _("Remind of the review of accounts"),
    "warn-of-agreements": _("Warn of agreements that end"),
    "deliver-due-emails": _("Send e-mails"),
    "deliver-to-slow-mailboxes": _("Send e-mails to mailboxes that hang"),
}
OUTCOMES = ("SUCCESS", "FAILURE", "RETRY", "REJECTED", "IGNORED")  # Celery's words for the end of a task
_started: dict[str, float] = {}


@dataclass(frozen=True)
class Sweep:
    """One sweep: what it does, how often it should run, and when it last did."""

    code: str
    name: str
    every: timedelta
    at: datetime | None
    went_well: bool = True
    seconds: float = 0.0

    @property
    def is_late(self) -> bool:
        return self.at is not None and timezone.now() - self.at > 3 * self.every + SLACK

    @property
    def needs_somebody(self) -> bool:
        """It failed or stays away. One that nobody noted yet may just not have had its turn."""
        return self.at is not None and (not self.went_well or self.is_late)


def all_sweeps() -> list[Sweep]:
    """Every sweep that beat asks for, those that need somebody first. Raises redis.RedisError without Redis."""
    with impatient() as broker:
        noted = broker.hgetall(KEY)
    swept = [_sweep(name, entry, noted) for name, entry in settings.CELERY_BEAT_SCHEDULE.items()]
    return sorted(swept, key=lambda sweep: (not sweep.needs_somebody, sweep.every))


def ended_tasks() -> dict[tuple[str, str], int]:
    """How many tasks of which name ended how, on all machines. Raises redis.RedisError without Redis."""
    with impatient() as broker:
        noted = broker.hgetall(TASKS)
    ended = ((*key.decode().split(" "), int(count)) for key, count in noted.items())
    return {(task, outcome): count for task, outcome, count in ended}


def task_seconds() -> dict[str, float]:
    """How many seconds the tasks of each name took together, on all machines. Raises redis.RedisError without Redis."""
    with impatient() as broker:
        noted = broker.hgetall(SECONDS)
    return {task.decode(): float(seconds) for task, seconds in noted.items()}


@task_prerun.connect
def begun(task_id: str = "", **_more: Any) -> None:
    _started[task_id] = time.monotonic()


@task_postrun.connect
def ended(task_id: str = "", task: Any = None, state: str = "", **_more: Any) -> None:
    """Count a task by its outcome and add its time, and note a sweep. A Redis that is away costs the note and nothing else."""
    began = _started.pop(task_id, None)
    if task is None:
        return
    seconds = time.monotonic() - began if began is not None else 0.0
    note = {"at": time.time(), "well": state == "SUCCESS", "seconds": round(seconds, 3)}
    try:
        with lasting().pipeline(transaction=False) as said:
            said.hincrby(TASKS, f"{task.name} {state if state in OUTCOMES else 'OTHER'}")
            said.hincrbyfloat(SECONDS, task.name, seconds)
            if task.name in _swept():
                said.hset(KEY, task.name, json.dumps(note))
            said.execute()
    except redis.RedisError as error:
        logger.info("a task was not noted: %s", type(error).__name__)


@cache
def _swept() -> frozenset[str]:
    return frozenset(str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values())


def _sweep(name: str, entry: Mapping[str, Any], noted: Mapping[Any, Any]) -> Sweep:
    every = timedelta(seconds=entry["schedule"])
    raw = noted.get(entry["task"].encode())
    if raw is None:
        return Sweep(name, str(NAMES[name]), every, None)
    note = json.loads(raw)
    at = datetime.fromtimestamp(note["at"], UTC)
    return Sweep(name, str(NAMES[name]), every, at, note["well"], note["seconds"])
