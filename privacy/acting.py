"""For whom the portal is reading and writing right now: one partner, the portal itself, or nobody.

Row-level security in PostgreSQL asks this (privacy/postgres tells it, in every transaction). Nobody sees nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


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
    """Read and write for `who` until the block ends."""
    token = _acting.set(who)
    try:
        yield
    finally:
        _acting.reset(token)


def as_partner(partner_id: int | None) -> AbstractContextManager[None]:
    """Read and write as one partner's people; None is nobody."""
    return acting(Acting(partner=partner_id))


def as_portal() -> AbstractContextManager[None]:
    """Do the portal's own work, across all partners."""
    return acting(Acting(portal=True))
