"""What the verbs have in common."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext as _


class Refused(Exception):
    """The act does not fit (any more); the message says why to the reader."""


class Stale(Refused):
    """Somebody else changed it since the form was opened."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else changed this meanwhile. Please look at what stands now, then send it again.")
        )


def one_at_a_time(key: UUID) -> None:
    """Let what the same form sends follow each other (PostgreSQL advisory lock until the transaction ends)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key.int & (2**63 - 1)])


def next_number(rows: models.QuerySet[Any], name: str) -> int:
    """The next number among `rows`, which nobody else numbers until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
    last: int | None = rows.aggregate(last=models.Max("number"))["last"]
    return (last or 0) + 1
