"""Celery beat that leaves a sign of life, asks for no sweep twice, and goes on when somebody sets the clock."""

from __future__ import annotations

import json
import time
from typing import Any

import redis
from celery.beat import ScheduleEntry, Scheduler
from django.conf import settings

SEEN_KEY = "pmi:beat:seen"
SEEN_SECONDS = 30
JUMP = 2  # seconds by which the clock may move against the time that has passed


class SeenScheduler(Scheduler):
    """Beat's plain scheduler; every tick renews a key that expires after SEEN_SECONDS, so that /healthz can name it.

    When it begins every sweep is due: else one that runs each six hours would not while beat is started anew more often. The
    same when the clock was set: by Celery's own reckoning nothing is due for an hour after it was put back by one.
    """

    max_interval = 5  # seconds; Celery's default of 300 would let the sign of life expire

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
        self._offset: float | None = None
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        try:
            self._client.set(SEEN_KEY, 1, ex=SEEN_SECONDS)
        except redis.RedisError:
            pass  # the broker is away; beat's own publishing will say so
        offset = time.time() - time.monotonic()
        if self._offset is None or abs(offset - self._offset) > JUMP:
            self._let_everything_be_due()
        self._offset = offset
        return super().tick(*args, **kwargs)

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Ask for a sweep, unless it was asked for and no worker has come to it yet: then they do not pile up."""
        if not self._is_asked_for(entry):
            super().apply_entry(entry, producer=producer)

    def _is_asked_for(self, entry: ScheduleEntry) -> bool:
        try:
            waiting: Any = self._client.lrange(_list_of(entry), 0, -1)
        except redis.RedisError:
            return False
        return any(json.loads(message)["headers"]["task"] == entry.task for message in waiting)

    def _let_everything_be_due(self) -> None:
        for entry in self.schedule.values():
            every: Any = entry.schedule
            entry.last_run_at = entry.default_now() - every.run_every
        self._heap = None  # made anew from them


def _list_of(entry: ScheduleEntry) -> str:
    return str((entry.options or {})["queue"])
