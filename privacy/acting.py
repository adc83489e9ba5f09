"""For whom the portal is reading and writing right now: one partner, the portal itself, or nobody.

Row-level security in PostgreSQL asks this: `privacy.postgres` tells it at the beginning of every transaction and whenever
it changes in the middle of one. Nobody sees nothing. A new thread begins as nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import _GeneratorContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connections


@dataclass(frozen=True)
class Acting:
    """`partner` is a partner's number; `portal` is the portal's own work (sweeps, commands), which sees every row."""

    partner: int | None = None
    portal: bool = False

    @property
    def setting(self) -> str:
        """As PostgreSQL reads it: "portal", a partner's number, or empty for nobody."""
        return "portal" if self.portal else str(self.partner or "")


NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


def current() -> Acting:
    return _acting.get()


@contextmanager
def acting(who: Acting) -> Iterator[None]:
    """Read and write for `who` until the block ends, also in the middle of a transaction."""
    before = _acting.get()
    token = _acting.set(who)
    try:
        if who != before:
            _tell()
        yield
    finally:
        _acting.reset(token)
        if who != before:
            _tell()


def as_partner(partner_id: int | None) -> _GeneratorContextManager[None]:
    """Read and write as one partner's people; None is nobody. For a block, or as a decorator."""
    return acting(Acting(partner=partner_id))


def as_portal() -> _GeneratorContextManager[None]:
    """Do the portal's own work, across all partners. For a block, or as a decorator."""
    return acting(Acting(portal=True))


def _tell() -> None:
    """Let open transactions know."""
    connection: Any  # a wrapper of `privacy.postgres`
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block:
            connection.tell_acting()
