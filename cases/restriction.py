"""Cases for named staff only: which those are, and the verbs that make and unmake them (ADR 0018).

What is written of sexual violence, of trafficking or of a child can kill when the wrong person reads it. Such a case is
restricted in the very transaction that writes it down. Only a supervisor lifts a restriction, never the portal.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies import nik
from agencies.models import Topic
from notifications.actions import notify
from notifications.choices import Kind

from . import audience, rules, tpks
from .choices import EventKind, MeansOfControl, RestrictReason, TraffickingStatus
from .events import done_already, record
from .models import Case, CaseAccess, Worker

GROWN_UP = 18  # years; a child is whoever is younger (UU 35/2014 art. 1 number 1)
TRAFFICKING = frozenset(
    {"TPPO", "ONLINE_SCAM"}
)  # forced online scam work is exploitation (UU 21/2007 art. 1 number 7)
# A change of one of these may make a restricted case of one that was not.
WATCHED = frozenset(
    {"topics", "birth_date", "nik", "incident_date", "trafficking_status", "means_of_control"}
)
FIELDS = ("restricted_at", "restricted_for", "lift_proposed_at", "lifted_for")


class RestrictionRefused(Exception):
    """It cannot be restricted or lifted (any more); the message says why to the reader."""


def reasons(case: Case, topics: Collection[Topic]) -> set[RestrictReason]:
    """Everything in a case that asks for named staff only.

    Signs of trafficking count until somebody has found that it is none; sexual abuse among them always counts.
    """
    found = {_of_topic(topic) for topic in topics if topic.restricted}
    signs = set(case.means_of_control)
    if MeansOfControl.SEXUAL_ABUSE in signs:
        found.add(RestrictReason.SEXUAL_VIOLENCE)
    if case.trafficking_status != TraffickingStatus.NOT and (signs or case.trafficking_status):
        found.add(RestrictReason.TRAFFICKING)
    if was_a_child(case, case.worker):
        found.add(RestrictReason.CHILD)
    return found


def _of_topic(topic: Topic) -> RestrictReason:
    if topic.pk == tpks.TOPIC:
        return RestrictReason.SEXUAL_VIOLENCE
    return RestrictReason.TRAFFICKING if topic.pk in TRAFFICKING else RestrictReason.TOPIC


def was_a_child(case: Case, worker: Worker) -> bool:
    """Whether the worker was under 18 when it happened, or when it was logged where nobody wrote down when it happened.

    Without a birth date the NIK tells it; with neither nobody is taken for a child.
    """
    logged = timezone.localdate(case.created_at)
    happened = min(case.incident_date or logged, logged)
    born = worker.birth_date or _born_by_nik(worker.nik, logged)
    return born is not None and age(born, happened) < GROWN_UP


def _born_by_nik(number: str, today: date) -> date | None:
    read = nik.decode(number, today=today) if number else None
    return read.birth_date if isinstance(read, nik.Nik) else None


def age(born: date, on: date) -> int:
    """Whole years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def look(case: Case, topics: Collection[Topic], *, by: User, at: datetime) -> None:
    """Restrict what has become a case for named staff; propose to lift what is none any more.

    Called by whoever holds the case, inside the transaction that wrote it. What a supervisor has lifted in spite of a
    reason stays lifted until another comes up.
    """
    found = reasons(case, topics)
    before = [getattr(case, name) for name in FIELDS]
    case.lifted_for = sorted(set(case.lifted_for) & found)
    if case.is_restricted:
        _still_restricted(case, found, at=at)
    elif found - set(case.lifted_for):
        case.restricted_at, case.restricted_for = at, sorted(found)
        record(case, EventKind.RESTRICTED, by=None, at=at, reasons=case.restricted_for)
        _tell_caseworker(case, Kind.CASE_RESTRICTED, by=by)
    if before != [getattr(case, name) for name in FIELDS]:
        case.save(update_fields=FIELDS)


def _still_restricted(case: Case, found: set[RestrictReason], *, at: datetime) -> None:
    by_hand = set(case.restricted_for) & {RestrictReason.BY_HAND}
    if found or by_hand:
        case.restricted_for, case.lift_proposed_at = sorted(found | by_hand), None
    elif case.lift_proposed_at is None:
        case.lift_proposed_at = at
        record(case, EventKind.LIFT_PROPOSED, by=None, at=at)
        notify(
            audience.supervisors(case),
            kind=Kind.LIFT_PROPOSED,
            reference=case.reference,
            path=case.access_url,
        )


@transaction.atomic
def restrict(*, by: User, case: Case, text: str = "", key: UUID | None = None) -> Case:
    """Let only its caseworker and whom they name read the case, whatever it is about.

    Raises PermissionDenied for somebody who does not read it.
    """
    current = _hold(case)
    if not rules.can_restrict(by, current):
        raise PermissionDenied
    if RestrictReason.BY_HAND in current.restricted_for:
        return current
    if done_already(key, by=by, kind=EventKind.RESTRICTED):  # the form of before, after somebody lifted it
        return current
    now = timezone.now()
    current.restricted_at = current.restricted_at or now
    current.restricted_for = sorted({*current.restricted_for, RestrictReason.BY_HAND})
    current.lift_proposed_at = None
    _write(current, EventKind.RESTRICTED, by=by, text=text, key=key, at=now, reasons=[RestrictReason.BY_HAND])
    _tell_caseworker(current, Kind.CASE_RESTRICTED, by=by)
    return current


@transaction.atomic
def lift(*, by: User, case: Case, text: str, key: UUID | None = None) -> Case:
    """Open the case to the whole team again, with a reason. Every access to it ends; what asked for the restriction
    restricts it no more.

    Raises PermissionDenied unless a supervisor who reads it, RestrictionRefused when it was lifted already.
    """
    current = _hold(case)
    if done_already(key, by=by, kind=EventKind.LIFTED):
        return current
    if not rules.oversees(by, current) or not rules.can_read(by, current):
        raise PermissionDenied
    if not current.is_restricted:
        raise RestrictionRefused(_("The restriction was lifted already."))
    now = timezone.now()
    current.lifted_for = sorted(reasons(current, current.topics.all()))
    current.restricted_at, current.restricted_for, current.lift_proposed_at = None, [], None
    CaseAccess.objects.filter(case=current, ended_at=None).update(ended_at=now, ended_by=by)
    _write(current, EventKind.LIFTED, by=by, text=text, key=key, at=now)
    told = {person.pk: person for person in audience.supervisors(current) + audience.caseworkers(current)}
    told.pop(by.pk, None)
    notify(
        told.values(),
        kind=Kind.RESTRICTION_LIFTED,
        reference=current.reference,
        path=current.get_absolute_url(),
    )
    return current


def _hold(case: Case) -> Case:
    whole = Case.objects.select_for_update(of=("self",), no_key=True)
    return whole.select_related("worker", "partner", "assigned_to").get(pk=case.pk)


def _write(
    case: Case, kind: EventKind, *, by: User, text: str, key: UUID | None, at: datetime, **data: object
) -> None:
    case.changed_at = at
    case.save(update_fields=[*FIELDS, "changed_at"])
    record(case, kind, by=by, text=text, key=key, at=at, **data)


def _tell_caseworker(case: Case, kind: Kind, *, by: User) -> None:
    told = [person for person in audience.caseworkers(case) if person != by]
    notify(told, kind=kind, reference=case.reference, path=case.get_absolute_url())
