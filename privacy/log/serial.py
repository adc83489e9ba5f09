"""An entry of the access log as the bytes that are hashed: the same for the same entry in every zone and version."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ..models import LogEntry

FORMAT = "pmi-portal access log 1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def entry_bytes(entry: LogEntry) -> bytes:
    """Every column, each with its length before it, so that no two entries read alike.

    The time counts whole microseconds since 1970 in UTC. Nothing (a missing actor) is an empty part.
    """
    return _parts(
        FORMAT,
        str(entry.pk),
        str((entry.at - EPOCH) // timedelta(microseconds=1)),
        entry.verb,
        _number(entry.actor_id),
        entry.role,
        _number(entry.partner_id),
        str(len(entry.owners)),
        *(str(owner) for owner in entry.owners),
        str(len(entry.subjects)),
        *entry.subjects,
        entry.what,
        entry.reason,
    )


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _parts(*texts: str) -> bytes:
    contents: Iterable[bytes] = (text.encode("utf-8", "surrogatepass") for text in texts)
    return b"".join(len(content).to_bytes(4, "big") + content for content in contents)
