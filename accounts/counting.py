"""Counting attempts in Redis or Valkey; and, while it is away, in each process by itself and more strictly.

Attempts are never uncounted and a page never fails for it. A process that counts by itself sees only its share of the
attempts, so there every attempt weighs WEIGHT times.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

WEIGHT = 2
QUIET = 5  # seconds without another try after one that failed, so that a Redis that hangs delays one page and not all


class _Weighing(LocMemCache):
    """A process's own memory, where the lists of moments that attempts are kept as count WEIGHT times."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        value = super().get(key, default, version)
        if isinstance(value, list):
            return [moment for moment in value for _time in range(WEIGHT)]
        return value

    def set(self, key: Any, value: Any, *args: Any, **options: Any) -> None:
        super().set(key, list(dict.fromkeys(value)) if isinstance(value, list) else value, *args, **options)


class CountingCache(RedisCache):
    """Redis while it answers, else this process's own memory."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._own = _Weighing("attempts", {"KEY_PREFIX": self.key_prefix, "TIMEOUT": self.default_timeout})

    _quiet_until = 0.0  # of this process, whichever thread asks

    def _ask(self, name: str, *args: Any, **options: Any) -> Any:
        if time.monotonic() >= CountingCache._quiet_until:
            ask: Callable[..., Any] = getattr(super(), name)
            try:
                return ask(*args, **options)
            except (RedisError, OSError) as error:
                CountingCache._quiet_until = time.monotonic() + QUIET
                logger.warning("Redis is away, each process counts by itself: %s", type(error).__name__)
        return getattr(self._own, name)(*args, **options)

    def add(self, *args: Any, **options: Any) -> bool:
        return bool(self._ask("add", *args, **options))

    def get(self, *args: Any, **options: Any) -> Any:
        return self._ask("get", *args, **options)

    def set(self, *args: Any, **options: Any) -> None:
        self._ask("set", *args, **options)

    def touch(self, *args: Any, **options: Any) -> bool:
        return bool(self._ask("touch", *args, **options))

    def delete(self, *args: Any, **options: Any) -> bool:
        return bool(self._ask("delete", *args, **options))

    def has_key(self, *args: Any, **options: Any) -> bool:
        return bool(self._ask("has_key", *args, **options))

    def incr(self, *args: Any, **options: Any) -> int:
        return int(self._ask("incr", *args, **options))

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        return dict(self._ask("get_many", keys, version=version))

    def set_many(self, *args: Any, **options: Any) -> list[Any]:
        return list(self._ask("set_many", *args, **options))

    def delete_many(self, *args: Any, **options: Any) -> None:
        self._ask("delete_many", *args, **options)

    def clear(self) -> None:
        self._own.clear()
        self._ask("clear")
