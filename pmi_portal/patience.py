"""How long a migration waits: for a lock briefly, since everybody else queues behind whoever waits for one (ADR 0030)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import errors

CONCURRENTLY = re.compile(
    r'\bINDEX\s+CONCURRENTLY\b(?:\s+IF\s+(?:NOT\s+)?EXISTS)?\s+("[^"]+"|[\w.]+)', re.IGNORECASE
)
TABLES = re.compile(r"\s*(?:ALTER|CREATE|DROP|LOCK|TRUNCATE)\b", re.IGNORECASE)
LEAST = 0.05  # seconds for a lock while others are held
BROKEN_OFF = """
    SELECT indexrelid::regclass::text FROM pg_index
    WHERE indexrelid = to_regclass(%s) AND NOT indisvalid
    AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE index_relid = indexrelid)
"""


class Patience:
    """The waiting of one connection, the statement that it is at, and what stays of those before."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.block: object = None
        self.allowed: float | None = None
        self.held = 0.0
        self.begin()

    def begin(self, *, whole: bool = True) -> None:
        """A migration begins, of which all is applied or nothing unless it is without a transaction; or it has ended."""
        self.whole = whole
        self.statement, self.took = "", 0.0
        self.last, self.stay = "", 0

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Bound what the connection waits for, until the block ends."""
        self.connection.ensure_connection()
        self.begin()
        self.allowed = None
        self._set("statement_timeout", settings.MIGRATION_STATEMENT_SECONDS)
        self._allow(settings.MIGRATION_LOCK_SECONDS)
        try:
            with self.connection.execute_wrapper(self._execute):
                yield
        finally:
            if self.connection.is_usable():
                self.connection.connection.execute("RESET statement_timeout; RESET lock_timeout")

    def broken_off(self) -> str | None:
        """The index that the statement has left unfinished: of no use, and in the way of the next try."""
        found = CONCURRENTLY.search(self.statement)
        if found is None or not self.connection.is_usable():
            return None
        with self.connection.cursor() as cursor:
            cursor.execute(BROKEN_OFF, [found[1]])
            row = cursor.fetchone()
        return row[0] if row else None

    def took_too_long(self) -> bool:
        """Whether what was stopped took all its time: PostgreSQL calls both "cancelled", in any language."""
        return 0 < settings.MIGRATION_STATEMENT_SECONDS <= self.took

    def _execute(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.statement = str(sql)
        self._allow(self._seconds())
        began = time.monotonic()
        try:
            result = execute(sql, params, many, context)
        finally:
            self.took = time.monotonic() - began
        if TABLES.match(self.statement):
            self.held += self.took
        if not self.whole:
            self.connection.on_commit(partial(self._stays, self.statement))
        return result

    def _stays(self, statement: str) -> None:
        self.last, self.stay = statement, self.stay + 1

    def _seconds(self) -> float:
        """How long the statement may wait for a lock: in one transaction no longer than a single one might."""
        if CONCURRENTLY.search(self.statement):
            return 0  # it waits for the transactions of others, and nobody waits for it
        block = self.connection.atomic_blocks[0] if self.connection.atomic_blocks else None
        if block is None or block is not self.block:
            self.block, self.held = block, 0.0
        whole = settings.MIGRATION_LOCK_SECONDS
        return max(whole - self.held, LEAST) if whole and TABLES.match(self.statement) else whole

    def _allow(self, seconds: float) -> None:
        if seconds != self.allowed:
            self._set("lock_timeout", seconds)
            self.allowed = seconds

    def _set(self, name: str, seconds: float) -> None:
        milliseconds = str(round(seconds * 1000))
        self.connection.connection.execute("SELECT set_config(%s, %s, false)", [name, milliseconds])


def had_no_lock(error: DatabaseError) -> bool:
    return isinstance(error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected)


def was_stopped(error: DatabaseError) -> bool:
    return isinstance(error.__cause__, errors.QueryCanceled)
