"""The work of the database's owner: making tables, changing and emptying them. Row-level security does not bind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connections

# What `manage.py` does as the owner; everything else, also what is typed into `shell`, takes the role.
COMMANDS = frozenset({"migrate", "makemigrations", "showmigrations", "sqlmigrate", "flush", "dbshell"})

_at_work: ContextVar[bool] = ContextVar("owner_at_work", default=False)


def at_work() -> bool:
    """Whether this thread does the owner's work."""
    return _at_work.get()


@contextmanager
def as_owner() -> Iterator[None]:
    """Work as the login that DATABASE_URL names, on connections that last no longer than the block."""
    _close()
    token = _at_work.set(True)
    try:
        yield
    finally:
        _close()
        _at_work.reset(token)


def _close() -> None:
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block:
            raise RuntimeError("The owner's work neither begins nor ends inside a transaction.")
        connection.close()
