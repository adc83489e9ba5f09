"""What the verbs have in common."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext as _

from privacy.acting import as_portal

Row = TypeVar("Row", bound=models.Model)


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


@as_portal()
def made_by(key: UUID, model: type[Row]) -> Row | None:
    """The row that a form's key has made, whoever's it is: a key is spent for everybody."""
    return model._default_manager.filter(pk=key).first()


@as_portal()
def next_number(rows: models.QuerySet[Any], name: str) -> int:
    """The next number among `rows`, which nobody else numbers until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
    last: int | None = rows.aggregate(last=models.Max("number"))["last"]
    return (last or 0) + 1
