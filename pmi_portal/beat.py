"""Celery beat that leaves a sign of life, so that /healthz can name it when it is gone."""

from typing import Any

import redis
from celery.beat import Scheduler
from django.conf import settings

SEEN_KEY = "pmi:beat:seen"
SEEN_SECONDS = 30


class SeenScheduler(Scheduler):
    """Beat's plain scheduler; every tick renews a key that expires after SEEN_SECONDS."""

    max_interval = 5  # seconds; Celery's default of 300 would let the sign of life expire

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1)
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        try:
            self._client.set(SEEN_KEY, 1, ex=SEEN_SECONDS)
        except redis.RedisError:
            pass  # the broker is away; beat's own publishing will say so
        return super().tick(*args, **kwargs)
