"""The worker's part of a table of people: reading and checking it, and inviting everybody in one transaction.

Should the worker be killed, another begins anew after the lease. Checking writes piece by piece, so that the page shows how far it has come. Inviting is one transaction, of which nothing is
seen from outside: how far it has come is a hint in Redis, which may be lost at no cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.policy import hold
from errands.patience import Patience
from errands.queue import Queue
from notifications import tasks as notifications
from notifications.choices import Rank
from notifications.models import Email
from notifications.nudges import nudge
from notifications.writing import compose
from privacy import keys
from privacy.fields import take_numbers

from . import tables
from .choices import ImportState, StaffVerb
from .import_checks import Judge, Person
from .import_columns import columns
from .invitation_letters import letter, renew
from .models import ImportRow, Invitation, PeopleImport, StaffEvent
from .models.imports import KEPT

PIECE = 500  # rows at a time: what is in memory, and what one statement asks of

Item = TypeVar("Item")


class Spoiled(Exception):
    """Something stands against the table that did not when it was checked: nobody is invited."""


def _refuse(table: PeopleImport) -> None:
    _end(table, ImportState.REFUSED, problem=_kept(tables.Problem("tried_often")))


QUEUE = Queue(
    name="import",
    title=_("Tables of people to be read or carried out"),
    model=PeopleImport,
    waiting={"next_at__isnull": False},
    give_up=_refuse,
    with_=("by", "partner"),
    lease=timedelta(minutes=2),  # longer than the task may take (tasks.py)
    patience=Patience(timedelta(seconds=10), timedelta(minutes=10), most=5),  # somebody waits for it
    batch=1,
)


def work_due() -> int:
    """Check or carry out every table whose time has come; how many were tried."""
    return QUEUE.carry_out(_work_on)


def work(import_id: UUID) -> bool:
    """Do what one table waits for; whether there was anything to do. Being told twice is harmless."""
    return bool(QUEUE.carry_out(_work_on, of=QUEUE.due().filter(pk=import_id)))


def _work_on(table: PeopleImport) -> None:
    with translation.override(table.by.language):  # the names of columns in what is told
        if table.state == ImportState.WAITING:
            _check(table)
        else:
            _carry_out(table)


def sweep() -> int:
    """Destroy tables a day after they were uploaded, with the keys of what they say; how many."""
    return forget(PeopleImport.objects.filter(made_at__lt=timezone.now() - KEPT))


@transaction.atomic
def forget(found: Any) -> int:
    """Destroy these tables, but for those that somebody is carrying out this moment; how many."""
    held = dict(found.select_for_update(skip_locked=True, no_key=True).values_list("pk", "data_key_id"))
    ImportRow.objects.filter(table__in=held).delete()
    PeopleImport.objects.filter(pk__in=held).delete()
    keys.destroy(held.values())
    return len(held)


def progress(table: PeopleImport) -> int:
    """How many people the worker has come to while it invites; a hint."""
    return int(cache.get(_hint(table.pk)) or 0)


# Checking -----------------------------------------------------------------------------------------


def _check(table: PeopleImport) -> None:
    """Read the file into rows, each with what is wrong with it."""
    ImportRow.objects.filter(table=table).delete()
    judge = Judge(table.by, table.partner)
    read = wrong = 0
    try:
        found = tables.read(table.opened(), columns(everywhere=table.partner_id is None))
        for rows in pieces(found.rows):
            people = judge.judged(rows)
            read, wrong = read + len(people), wrong + sum(bool(person.problems) for person in people)
            if not _write(table, people, read, wrong):
                return  # a later try has taken it over, or its owner threw it away
    except tables.TableProblem as refusal:
        _end(table, ImportState.REFUSED, problem=_kept(refusal.problem))
        return
    if not read:
        _end(table, ImportState.REFUSED, problem=_kept(tables.Problem("empty")))
        return
    _end(table, ImportState.CHECKED, unused=list(found.unused)[:20])


@transaction.atomic
def _write(table: PeopleImport, people: list[Person], read: int, wrong: int) -> bool:
    mine = _mine(table)
    if not mine.select_for_update(no_key=True).exists():
        return False
    numbers = take_numbers(ImportRow, len(people))
    ImportRow.objects.bulk_create(
        [_row(table, pk, person) for pk, person in zip(numbers, people, strict=True)]
    )
    mine.update(rows_read=read, rows_wrong=wrong)
    return True


def _row(table: PeopleImport, pk: int, person: Person) -> ImportRow:
    return ImportRow(
        pk=pk,
        table=table,
        number=person.number,
        partner=person.partner,
        cells=person.cells,
        problems=[_kept(problem) for problem in person.problems],
        is_wrong=bool(person.problems),
    )


def _end(table: PeopleImport, state: ImportState, **fields: Any) -> None:
    _mine(table).update(state=state, next_at=None, content=b"", **fields)


def _mine(table: PeopleImport) -> Any:
    """The row, while no later try has taken it over."""
    return QUEUE.mine(table).filter(state=table.state)


def _kept(problem: tables.Problem) -> dict[str, Any]:
    return {"code": problem.code, "values": dict(problem.values)}


# Carrying out -------------------------------------------------------------------------------------


def _carry_out(table: PeopleImport) -> None:
    """Invite everybody, or nobody: then every row is judged again, and the page names what has changed."""
    try:
        _invite_all(table)
    except PermissionDenied:
        _end(table, ImportState.REFUSED, problem=_kept(tables.Problem("not_yours")))
    except (Spoiled, IntegrityError):  # or somebody else invited the same address this very moment
        _judge_again(table)
    finally:
        cache.delete(_hint(table.pk))


@transaction.atomic
def _invite_all(table: PeopleImport) -> None:
    if not _mine(table).select_for_update(no_key=True, skip_locked=True).exists():
        return
    if not table.by.manages_staff:
        raise PermissionDenied
    judge, done, now = Judge(table.by, table.partner), 0, timezone.now()
    for rows in pieces(_rows(table)):
        people = judge.judged_again((row.number, row.cells) for row in rows)
        if any(person.problems for person in people):
            raise Spoiled
        _invite(table.by, people, now)
        done += len(people)
        cache.set(_hint(table.pk), done, timeout=600)
    hold(table.by)  # whoever suspends them waits for the commit, or has done it already
    ours = Invitation.objects.open().filter(invited_by=table.by, created_at=now)
    if User.objects.filter(email__in=ours.values("email")).exists():  # accepted another one meanwhile
        raise Spoiled
    StaffEvent.objects.create(
        verb=StaffVerb.PEOPLE_IMPORTED, actor=table.by, partner=table.partner, detail={"count": done}
    )
    _mine(table).update(state=ImportState.DONE, next_at=None, done_at=now)
    nudge(notifications.deliver)


def _invite(by: User, people: list[Person], now: datetime) -> None:
    """One piece of them: invitations, letters and lines of the log, in a fixed number of statements."""
    over = Invitation.objects.open().filter(email__in=[person.email for person in people])
    events = [
        _event(StaffVerb.REVOKED, None, old.partner_id, old.email, old.role, why="expired") for old in over
    ]
    over.update(revoked_at=now)
    invitations, emails = [], []
    for person in people:
        new = Invitation(
            partner=person.partner,
            email=person.email,
            full_name=person.full_name,
            role=person.role,
            language=person.language,
            invited_by=by,
            created_at=now,
        )
        subject, body = letter(new, renew(new))
        emails.append(compose(new.email, subject, body, secret=True, rank=Rank.IN_BULK))
        events.append(_event(StaffVerb.INVITED, by, new.partner_id, new.email, new.role))
        invitations.append(new)
    Invitation.objects.bulk_create(invitations)
    Email.objects.bulk_create(emails)
    StaffEvent.objects.bulk_create(events)


def _event(
    verb: StaffVerb, by: User | None, partner_id: int | None, email: str, role: str, **more: Any
) -> StaffEvent:
    return StaffEvent(
        verb=verb, actor=by, partner_id=partner_id, subject_email=email, detail={"role": role, **more}
    )


@transaction.atomic
def _judge_again(table: PeopleImport) -> None:
    judge, wrong = Judge(table.by, table.partner), 0
    for rows in pieces(_rows(table)):
        people = judge.judged_again((row.number, row.cells) for row in rows)
        for row, person in zip(rows, people, strict=True):
            row.problems = [_kept(problem) for problem in person.problems]
            row.is_wrong = bool(person.problems)
            wrong += row.is_wrong
        ImportRow.objects.bulk_update(rows, ["problems", "is_wrong"])
    _end(table, ImportState.CHECKED, rows_wrong=wrong)


def _rows(table: PeopleImport) -> Iterator[ImportRow]:
    """Every row in the table's order, a piece at a time."""
    last = 0
    while rows := list(table.rows.filter(number__gt=last).order_by("number")[:PIECE]):
        for row in rows:
            row.table = table
        yield from rows
        last = rows[-1].number


def pieces(items: Iterable[Item]) -> Iterator[list[Item]]:
    """What comes, a piece at a time."""
    coming = iter(items)
    while piece := list(islice(coming, PIECE)):
        yield piece


def _hint(import_id: UUID) -> str:
    return f"people-import:{import_id}"
