"""Writing the demo to the database: what was made up in memory, in a few large inserts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from django.db import connection, models

from cases.actions import save_draft
from cases.models import Case, CaseAccess, CaseCounter, CaseEvent, Consent, Document, Worker
from cases.models import Clock as TimeLimit
from notifications.models import Notification
from privacy.fields import take_numbers
from privacy.models import DataKey
from referrals.models import Letter, PlanStep, Referral

from .people import SUARA_PEREMPUAN
from .world import Notice, World

Row = TypeVar("Row", bound=models.Model)
KEPT = timedelta(days=60)  # notices older than that are of no use to anybody
READ_SOON, LEFT_UNREAD = timedelta(days=2), 0.7


def write(world: World) -> None:
    """Insert everything, in the order in which one row points to another."""
    cases, referrals = [filed.case for filed in world.filed], [life.referral for life in world.lives]
    DataKey.objects.bulk_create(
        [key for filed in world.filed for key in (filed.worker.data_key, filed.case.data_key)]
    )
    Worker.objects.bulk_create(numbered([filed.worker for filed in world.filed]))
    Case.objects.bulk_create(numbered(cases))
    through = Case.topics.through
    through.objects.bulk_create(
        [through(case_id=filed.case.pk, topic_id=topic.pk) for filed in world.filed for topic in filed.topics]
    )
    CaseCounter.objects.bulk_create(
        [
            CaseCounter(partner_id=partner, year=year, last=last)
            for (partner, year), last in world.registry.numbers.items()
        ]
    )
    recorded = [consent.recorded_at for consent in world.consents]
    Consent.objects.bulk_create(numbered(world.consents))
    backdate(world.consents, "recorded_at", recorded)
    Referral.objects.bulk_create(referrals)
    TimeLimit.objects.bulk_create(world.limits)
    PlanStep.objects.bulk_create(world.plan)
    Document.objects.bulk_create(world.documents)
    Letter.objects.bulk_create(world.letters)
    CaseAccess.objects.bulk_create(numbered(world.accesses))
    CaseEvent.objects.bulk_create(numbered(sorted(world.events, key=lambda event: event.at)))
    notices = [notice for notice in world.notices if world.clock.now - notice.at < KEPT]
    notices.sort(key=lambda notice: notice.at)
    rows = _notifications(world, notices)
    Notification.objects.bulk_create(rows)
    backdate(rows, "created_at", [notice.at for notice in notices])
    typist = world.staff[world.partners[SUARA_PEREMPUAN].pk][0]
    save_draft(draft_id=uuid4(), fields=world.texts.desks["draft"], by=typist)


def numbered(rows: list[Row]) -> list[Row]:
    """The rows with their numbers, taken in one statement: what is sealed in a row is bound to its number."""
    numbers = take_numbers(type(rows[0]), len(rows)) if rows else []
    for row, number in zip(rows, numbers, strict=True):
        row.pk = number
    return rows


def backdate(rows: Sequence[models.Model], field: str, moments: Sequence[datetime]) -> None:
    """Set a field that Django fills with the present; in one statement, because bulk_update takes a second for 1,000."""
    if not rows:
        return
    table, column = map(connection.ops.quote_name, (rows[0]._meta.db_table, field))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {column} = moved.moment "
            f"FROM unnest(%s::bigint[], %s::timestamptz[]) AS moved(id, moment) WHERE {table}.id = moved.id",
            [[row.pk for row in rows], list(moments)],
        )
    for row, moment in zip(rows, moments, strict=True):
        setattr(row, field, moment)


def _notifications(world: World, notices: Sequence[Notice]) -> list[Notification]:
    acted: dict[tuple[object, int | None], list[datetime]] = defaultdict(list)
    for event in world.events:
        acted[event.referral or event.case, event.actor_id].append(event.at)
    return [
        Notification(
            recipient=notice.to,
            kind=notice.kind,
            reference=notice.about.reference,
            path=notice.path or notice.about.get_absolute_url(),
            read_at=_read_at(world, notice, acted[notice.about, notice.to.pk]),
        )
        for notice in notices
    ]


def _read_at(world: World, notice: Notice, acted: Sequence[datetime]) -> datetime | None:
    """Whoever acts on a page has read its notices; what nobody has opened yet is unread; else old ones are read."""
    if later := [at for at in acted if at > notice.at]:
        return min(later)
    if isinstance(notice.about, Referral) and notice.about.state == "sent":
        return None
    if world.clock.now - notice.at > READ_SOON or world.rng.random() > LEFT_UNREAD:
        return min(notice.at + timedelta(hours=world.rng.uniform(0.2, 20)), world.clock.now)
    return None
