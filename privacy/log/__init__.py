"""Writing to the access log. Called inside the transaction of the reading or writing that it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection

from ..choices import Verb
from ..models import LogEntry
from ..postgres import many

LAST_LOOKED_AT = 50  # entries of one person, in which one of the same kind is looked for

# Not Django's own INSERT, which asks for the new row's number: that takes somebody who may see the row, and whoever writes
# of another partner's data need not (row-level security, ADR 0015).
_INTO = "INSERT INTO privacy_logentry (at, verb, actor_id, role, partner_id, owners, subjects, what, reason)"
_ADD = f"{_INTO} SELECT %s, %s, %s, %s, %s, %s::bigint[], %s::varchar[], %s, %s"
_ADD_ALL = (
    f"{_INTO} SELECT %s, %s, NULL, '', NULL, ARRAY[owner], ARRAY[subject], what, '' "
    "FROM json_to_recordset(%s::json) AS wrote(subject varchar, owner bigint, what varchar)"
)
_ADD_EACH = (
    f"{_INTO} SELECT %s, %s, %s, %s, %s, %s::bigint[], ARRAY[each.subject], %s, %s "
    "FROM string_to_table(%s, ' ') AS each(subject)"
)
_UNLESS_LATELY = """
WHERE NOT EXISTS (
    SELECT FROM (SELECT * FROM privacy_logentry WHERE actor_id = %s ORDER BY id DESC LIMIT %s) AS mine
    WHERE at > %s AND verb = %s AND what = %s AND subjects @> %s::varchar[]
)
"""


class Actor(Protocol):
    """A person, as far as the log needs to know them."""

    pk: int
    role: str
    partner_id: int | None


def add(
    verb: Verb,
    *,
    by: Actor | None,
    subjects: Iterable[str],
    owners: Iterable[int] = (),
    what: str = "",
    reason: str = "",
) -> None:
    """Write one entry; `by=None` is the portal itself. Subjects are written as "case:42".

    `owners` are the numbers of the partners that keep the data. `what` and `reason` are codes of lower case letters,
    digits and _ : - only; the database refuses others, and an entry in the name of a partner that is not acting.
    """
    _execute(_ADD, _values(_entry(verb, by, subjects, owners, what, reason)))


@dataclass(frozen=True)
class Wrote:
    """An entry that the portal itself makes with others at once (`add_all`): whose data, who keeps it, which part."""

    subject: str
    owner: int
    what: str


def add_all(wrote: Sequence[Wrote], *, at: datetime) -> None:
    """Write what the portal itself wrote, each as an entry of its own, in one statement."""
    if wrote:
        rows = [{"subject": one.subject, "owner": one.owner, "what": one.what} for one in wrote]
        _execute(_ADD_ALL, [at, Verb.WROTE, many.as_json(rows)])


def add_each(
    verb: Verb, *, by: Actor | None, subjects: Iterable[str], owners: Iterable[int] = (), what: str = ""
) -> None:
    """Write an entry of its own for each of the subjects, in one statement; else as `add`."""
    entry = _entry(verb, by, subjects, owners, what, "")
    at, kind, *who_and_owners, each, part, reason = _values(entry)
    _execute(_ADD_EACH, [at, kind, *who_and_owners, part, reason, " ".join(each)])


def add_unless_lately(
    verb: Verb,
    *,
    by: Actor,
    subjects: Iterable[str],
    owners: Iterable[int] = (),
    what: str = "",
    within: timedelta,
) -> None:
    """Write one entry, unless this person's last entries have one of the same kind, about at least these subjects, that
    is younger than `within`. One statement."""
    entry = _entry(verb, by, subjects, owners, what, "")
    lately = [by.pk, LAST_LOOKED_AT, entry.at - within, entry.verb, what, entry.subjects]
    _execute(_ADD + _UNLESS_LATELY, _values(entry) + lately)


def _entry(
    verb: Verb, by: Actor | None, subjects: Iterable[str], owners: Iterable[int], what: str, reason: str
) -> LogEntry:
    return LogEntry(
        verb=verb,
        actor_id=by.pk if by else None,
        role=by.role if by else "",
        partner_id=by.partner_id if by else None,
        owners=sorted(set(owners)),
        subjects=sorted(set(subjects)),
        what=what,
        reason=reason,
    )


def _values(entry: LogEntry) -> list[Any]:
    """In the order of `_ADD`."""
    who = [entry.actor_id, entry.role, entry.partner_id]
    return [entry.at, entry.verb, *who, entry.owners, entry.subjects, entry.what, entry.reason]


def _execute(statement: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
