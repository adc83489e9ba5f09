"""Writing to the access log. Called inside the transaction of the reading or writing that it tells of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ..choices import Verb
from ..models import LogEntry


class Actor(Protocol):
    """A person, as far as the log needs to know them."""

    pk: int
    role: str
    partner_id: int | None


def add(
    verb: Verb, *, by: Actor | None, subjects: Iterable[str], what: str = "", reason: str = ""
) -> LogEntry:
    """Write one entry; `by=None` is the portal itself. Subjects are written as "case:42"."""
    return LogEntry.objects.create(
        verb=verb,
        actor_id=by.pk if by else None,
        role=by.role if by else "",
        partner_id=by.partner_id if by else None,
        subjects=sorted(set(subjects)),
        what=what,
        reason=reason,
    )
