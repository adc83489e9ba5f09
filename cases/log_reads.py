"""Reading the access log: of one case, and all that a supervisor or the data protection officer watches over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone

from accounts import prepared
from accounts.models import User
from accounts.roles import Right
from privacy.acting import as_portal
from privacy.choices import Verb
from privacy.models import LogEntry, LogEntryQuerySet

from . import log_words
from .access_log import subject
from .models import Case

READING = (Verb.READ, Verb.LISTED, Verb.FOUND, Verb.DOWNLOADED, Verb.EXPORTED, Verb.BROKE_GLASS)
NIGHT_FROM, NIGHT_UNTIL = 22, 5  # o'clock, where the reader of the log is
BUSIEST = 5
LATELY = 4  # people that the page of a case names


@dataclass(frozen=True)
class Reader:
    """Who somebody in the log is now; the entries know the number alone."""

    name: str
    partner: str


@dataclass(frozen=True)
class Reading:
    """What one person did with one case on one day, of one kind."""

    day: date
    who: Reader
    verb: str
    times: int
    first: datetime
    last: datetime
    parts: str
    reason: str


@dataclass(frozen=True)
class Line:
    """An entry in words."""

    entry: LogEntry
    who: Reader
    part: str
    reason: str
    references: Sequence[str]


def visible_to(user: User) -> LogEntryQuerySet:
    """What this person watches over: all that is about the own partner's cases or was done by its people; everything for
    the portal's data protection officer; nothing for others."""
    if not user.can(Right.READ_LOG):
        return LogEntry.objects.none()
    if user.partner_id is None:
        return LogEntry.objects.all()
    return LogEntry.objects.filter(Q(owners__contains=[user.partner_id]) | Q(partner_id=user.partner_id))


def readings(case: Case) -> Any:
    """Who read this case, a row for each person, day and kind; the newest first."""
    entries = LogEntry.objects.about(subject(case.pk)).filter(verb__in=READING)
    return (
        entries.annotate(day=TruncDate("at", tzinfo=timezone.get_current_timezone()))
        .values("day", "actor_id", "verb", "reason")
        .annotate(times=Count("pk"), first=Min("at"), last=Max("at"), parts=ArrayAgg("what", distinct=True))
        .order_by("-day", "-last", "actor_id", "verb")
    )


def told(rows: Iterable[dict[str, Any]]) -> list[Reading]:
    """Such rows in words, with one statement for the names."""
    rows = list(rows)
    people = readers(row["actor_id"] for row in rows)
    return [
        Reading(
            day=row["day"],
            who=_who(people, row["actor_id"], row["parts"][0]),
            verb=str(Verb(row["verb"]).label),
            times=row["times"],
            first=row["first"],
            last=row["last"],
            parts=", ".join(dict.fromkeys(log_words.part(code) for code in row["parts"])),
            reason=log_words.reason(row["reason"]),
        )
        for row in rows
    ]


def others_lately(case: Case, user: User) -> list[tuple[Reader, datetime]]:
    """The last people besides this one who read the case, and when."""
    rows = prepared.rows("others lately", None, _others_lately, about=subject(case.pk), reader=user.pk)
    people = readers(number for number, _last in rows)
    return [(_who(people, number, ""), last) for number, last in rows]


def _others_lately(about: str, reader: int) -> Any:
    entries = LogEntry.objects.about(about).filter(verb__in=READING)
    others = entries.exclude(actor_id=reader).exclude(actor_id=None).values("actor_id")
    last = others.annotate(last=Max("at")).order_by("-last", "actor_id")
    return last.values_list("actor_id", "last")[:LATELY]


def readers(numbers: Iterable[int | None]) -> dict[int, Reader]:
    """Who these accounts belong to. They are never removed, only suspended."""
    known = [number for number in set(numbers) if number]
    found = prepared.rows("readers", None, _readers, numbers=known) if known else []
    return {user.pk: Reader(user.full_name, user.partner.name if user.partner else "") for user in found}


def _readers(numbers: list[int]) -> Any:
    people = User.objects.filter(prepared.AnyOf("id", numbers)).select_related("partner")
    return people.only("full_name", "partner__name_id", "partner__name_en").order_by()


def _who(people: dict[int, Reader], number: int | None, what: str) -> Reader:
    if number is None:
        return Reader(log_words.nobody(what), "")
    return people.get(number) or Reader(f"#{number}", "")


def people(entries: QuerySet[LogEntry]) -> list[tuple[int, str]]:
    """Number and name of everybody who is in these entries, by name."""
    numbers = entries.exclude(actor_id=None).order_by().values_list("actor_id", flat=True).distinct()
    found = [
        (number, f"{who.name} · {who.partner}" if who.partner else who.name)
        for number, who in readers(numbers).items()
    ]
    return sorted(found, key=lambda one: (one[1].casefold(), one[0]))


def about(user: User, entries: LogEntryQuerySet, reference: str) -> LogEntryQuerySet:
    """Those of the case with this reference that name it to this reader, as `lines` does.

    An entry may show cases of several partners. Whoever keeps one of them finds the entry by its own reference alone: by
    another's it would tell that there is such a case.
    """
    with as_portal():
        case = Case.objects.filter(reference=reference).values_list("pk", "partner_id").first()
    if case is None:
        return entries.none()
    found = entries.about(subject(case[0]))
    return found if user.partner_id in (None, case[1]) else found.filter(partner_id=user.partner_id)


def at_night(entries: LogEntryQuerySet) -> LogEntryQuerySet:
    """Those written between ten in the evening and five in the morning of the reader's time zone."""
    by_hour = entries.annotate(hour=ExtractHour("at", tzinfo=timezone.get_current_timezone()))
    return by_hour.filter(Q(hour__gte=NIGHT_FROM) | Q(hour__lt=NIGHT_UNTIL))


def lines(user: User, entries: Sequence[LogEntry]) -> list[Line]:
    """Entries in words, with one statement for the people and one for the references.

    Of a list that showed cases of several partners, each sees the references of its own alone.
    """
    people = readers(entry.actor_id for entry in entries)
    cases = _references(entries)
    return [
        Line(
            entry=entry,
            who=_who(people, entry.actor_id, entry.what),
            part=log_words.part(entry.what),
            reason=log_words.reason(entry.reason),
            references=[
                cases[name][0]
                for name in entry.subjects
                if name in cases and _may_know(user, entry, cases[name][1])
            ],
        )
        for entry in entries
    ]


def _may_know(user: User, entry: LogEntry, owner: int) -> bool:
    return user.partner_id in (None, owner, entry.partner_id)


def _references(entries: Sequence[LogEntry]) -> dict[str, tuple[str, int]]:
    """Subject: reference and partner of the case. The reference alone is read, for people who read no case."""
    numbers = {
        int(name.removeprefix("case:"))
        for entry in entries
        for name in entry.subjects
        if name.startswith("case:")
    }
    with as_portal():
        found = list(Case.objects.filter(pk__in=numbers).values_list("pk", "reference", "partner_id"))
    return {subject(pk): (reference, partner) for pk, reference, partner in found}


def per_day(entries: QuerySet[LogEntry], since: date, until: date) -> list[tuple[date, int]]:
    """How many entries each day has, days without any included."""
    zone = timezone.get_current_timezone()
    counts = dict(
        entries.annotate(day=TruncDate("at", tzinfo=zone))
        .values("day")
        .annotate(n=Count("pk"))
        .order_by()
        .values_list("day", "n")
    )
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    return [(day, counts.get(day, 0)) for day in days]


def busiest(entries: QuerySet[LogEntry]) -> list[tuple[Reader, int]]:
    """Who has most entries, and how many."""
    rows = list(
        entries.exclude(actor_id=None)
        .values("actor_id")
        .annotate(n=Count("pk"))
        .order_by("-n", "actor_id")
        .values_list("actor_id", "n")[:BUSIEST]
    )
    people = readers(number for number, _n in rows)
    return [(_who(people, number, ""), n) for number, n in rows]
