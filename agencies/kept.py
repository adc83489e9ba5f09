"""Reference data that a worker keeps in memory for as long as nothing of it changes.

Whoever wants it asks each time for its version: one statement over the system columns of each row, which every change of any
row changes once it is committed, whoever made it and however. What is kept is then what the database would say now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.contrib.auth import get_user_model
from django.db import connection, models

from .matching import Answer, Facts, Question, plain
from .matching.facts import reached
from .models import (
    CalendarDay,
    Deadline,
    District,
    EscalationStep,
    Mandate,
    Partner,
    PartnerDeadline,
    Province,
    Regency,
    Topic,
)
from .models.partners import CASE_WORK_ROLES
from .today import today

TABLES: tuple[type[models.Model], ...] = (
    *(Partner, Mandate, District, Province, Regency, Topic),
    *(Deadline, PartnerDeadline, EscalationStep, CalendarDay),
)
_kept: Kept | None = None


@dataclass(frozen=True)
class Kept:
    """What matching and deadlines are made of, as it was on `day` at this version."""

    version: str
    day: date

    @cached_property
    def facts(self) -> Facts:
        return Facts.read(self.day)

    @cached_property
    def partners(self) -> dict[int, Partner]:
        return Partner.objects.in_bulk()


@dataclass(frozen=True)
class Now:
    """What is kept, and which partners have somebody who reads: people come and go more often than mandates do."""

    kept: Kept
    readers: frozenset[int]

    def ask(self, question: Question) -> Answer:
        """Who is responsible: what `matching.ask` answers, without a query."""
        return reached(self.kept.facts.rank(plain(question)), self.readers)


def now() -> Now:
    """One statement, and some more when anything has changed since this process asked last."""
    global _kept
    version, readers = _asked()
    kept, day = _kept, today()
    if kept is None or (kept.version, kept.day) != (version, day):
        kept = _kept = Kept(version, day)
    return Now(kept, readers)


def _asked() -> tuple[str, frozenset[int]]:
    versions = " || ' ' || ".join(_version_of(model) for model in TABLES)
    people = connection.ops.quote_name(get_user_model()._meta.db_table)
    partners = connection.ops.quote_name(Partner._meta.db_table)
    readers = (
        f"ARRAY(SELECT DISTINCT person.partner_id FROM {people} person JOIN {partners} partner "
        "ON partner.id = person.partner_id AND partner.is_active "
        "WHERE person.is_active AND person.locked_at IS NULL AND person.role = ANY(%s))"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {versions}, {readers}", [CASE_WORK_ROLES])
        version, found = cursor.fetchone()
    return version, frozenset(found)


def _version_of(model: type[models.Model]) -> str:
    """How many rows, and a sum over which version each is and where it lies."""
    table = connection.ops.quote_name(model._meta.db_table)
    return f"(SELECT count(*) || '/' || coalesce(sum(hashtextextended(xmin::text || ctid::text, 0)), 0) FROM {table})"
