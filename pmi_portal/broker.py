"""Redis, asked by pages and sweeps that cannot wait for it."""

from functools import cache

import redis
from django.conf import settings

LIMIT = 1  # seconds it has to answer


def impatient() -> redis.Redis:
    """A connection for one question; use it in a `with`, so that it is closed."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=LIMIT, socket_connect_timeout=LIMIT)


@cache
def lasting() -> redis.Redis:
    """The same for what a process says again and again: its connection is kept."""
    return impatient()
