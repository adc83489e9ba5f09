"""How long a migration waits: for a lock briefly, since everybody else queues behind whoever waits for one (ADR 0030)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import errors

CONCURRENTLY = re.compile(r"\bINDEX\s+CONCURRENTLY\b", re.IGNORECASE)
UNFINISHED = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1"


class Patience:
    """The waiting of one connection, and the statement that it is at."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection, self.statement = connection, ""

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Bound what the connection waits for, until the block ends."""
        self.connection.ensure_connection()
        self._set("statement_timeout", settings.MIGRATION_STATEMENT_SECONDS)
        self._set("lock_timeout", settings.MIGRATION_LOCK_SECONDS)
        try:
            with self.connection.execute_wrapper(self._execute):
                yield
        finally:
            if self.connection.is_usable():
                self.connection.connection.execute("RESET statement_timeout; RESET lock_timeout")

    def unfinished(self) -> list[str]:
        """The indexes that a CONCURRENTLY which broke off has left: of no use, and in the way of the next try."""
        if not self.connection.is_usable():
            return []
        with self.connection.cursor() as cursor:
            cursor.execute(UNFINISHED)
            return [name for (name,) in cursor.fetchall()]

    def _execute(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.statement = str(sql)
        if not CONCURRENTLY.search(self.statement):
            return execute(sql, params, many, context)
        self._set("lock_timeout", 0)  # it waits for the transactions of others, and nobody waits for it
        try:
            return execute(sql, params, many, context)
        finally:
            self._set("lock_timeout", settings.MIGRATION_LOCK_SECONDS)

    def _set(self, name: str, seconds: float) -> None:
        milliseconds = str(round(seconds * 1000))
        self.connection.connection.execute("SELECT set_config(%s, %s, false)", [name, milliseconds])


def had_no_lock(error: DatabaseError) -> bool:
    return isinstance(error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected)


def took_too_long(error: DatabaseError) -> bool:
    return isinstance(error.__cause__, errors.QueryCanceled)
