"""Time limits beside those of a referral's next move: started by a person or by the law, and told of in time.

`start` and `stop` are called inside the transaction of the act that they belong to. `look` is the sweep's. A clock that
runs on a referral is touched by whoever holds the referral; one on a case, by whoever holds the case.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from agencies import calendars
from agencies.choices import Urgency
from agencies.models import Partner
from errands.moments import Moment, held
from notifications.actions import notify
from notifications.choices import Kind

from . import audience
from .choices import ClockCode, EventKind
from .events import record
from .models import Case, Clock

# The grounds on which an agency may close a complaint: Peraturan BP2MI 6/2024 art. 30(1)a, b, c and e.
COMPLAINT = (ClockCode.DOCS_INCOMPLETE, ClockCode.DATA_UNCLEAR, ClockCode.UNREACHABLE, ClockCode.NO_REPLY)
WARN_AT = 2 / 3  # of the time allowed


def start(
    *,
    case: Case,
    code: ClockCode,
    partner: Partner,
    by: User | None,
    referral: Any = None,
    note: str = "",
    at: datetime | None = None,
    key: UUID | None = None,
    **data: Any,
) -> Clock:
    """Set a time limit running for `partner`, who must act before it ends; `by=None` is the portal.

    Its length is the partner's own or the general one, counted in the partner's calendar. When it runs already, that
    one is returned and nothing else happens.
    """
    running = Clock.objects.running().filter(case=case, referral=referral, code=code).first()
    if running is not None:
        return running
    now = at or timezone.now()
    allowed = calendars.allowance(code, partner)
    warn_at = calendars.until(now, allowed, partner, part=WARN_AT)
    clock = Clock.objects.create(
        case=case,
        referral=referral,
        code=code,
        partner=partner,
        note=note,
        started_at=now,
        started_by=by,
        warn_at=warn_at,
        due_at=calendars.until(now, allowed, partner),
        next_at=warn_at,
    )
    _tell(clock, EventKind.CLOCK_STARTED, by=by, at=now, text=note, key=key, **data)
    return clock


def stop(
    *,
    clock: Clock,
    by: User | None,
    note: str,
    at: datetime | None = None,
    key: UUID | None = None,
    **data: Any,
) -> Clock:
    """End a time limit, whether it has run out or not; one that is stopped already stays as it is."""
    current = (
        Clock.objects.select_for_update(of=("self",), no_key=True).select_related("case").get(pk=clock.pk)
    )
    if current.stopped_at is not None:
        return current
    current.stopped_at, current.stopped_by, current.stop_note = at or timezone.now(), by, note
    current.next_at = None
    current.save(update_fields=["stopped_at", "stopped_by", "stop_note", "next_at"])
    _tell(current, EventKind.CLOCK_STOPPED, by=by, at=current.stopped_at, text=note, key=key, **data)
    return current


def end_complaint(referral: Any, *, by: User | None, at: datetime) -> None:
    """End the time limits of the complaint with the referral that they run on; called by whoever holds it."""
    for clock in Clock.objects.running().filter(referral=referral, code__in=COMPLAINT):
        stop(clock=clock, by=by, note="", at=at, ended=True)


def look_at_due(now: datetime | None = None) -> int:
    """Look at every clock whose time has come; how many were told of."""
    return MOMENT.sweep(now)


def _due(now: datetime) -> QuerySet[Clock]:
    return Clock.objects.running().filter(next_at__lte=now).order_by("next_at")


def look(pk: UUID, now: datetime) -> bool:
    """Tell of one clock what has become true: two thirds have passed, or all of it; whether there was anything to tell.

    Of a clock that was not looked at in time only the end is told: what is left of it is nothing. Skips a clock, a
    referral or a case that somebody holds: the next sweep comes soon.
    """
    due = _due(now).select_related("case")
    if not _hold_referral(due.filter(pk=pk).first()):
        return False
    clock = held(due, pk, "case").first()
    if clock is None:
        return False
    ran_out = clock.due_at <= now
    if ran_out:
        clock.ran_out_at = now
    clock.next_at = None if ran_out else clock.due_at
    clock.save(update_fields=["ran_out_at", "next_at"])
    _tell(clock, EventKind.CLOCK_RAN_OUT if ran_out else EventKind.CLOCK_WARNED, by=None, at=now)
    return True


MOMENT = Moment("time-limits", _("Warnings of time limits"), due=_due, look=look)


def _hold_referral(clock: Clock | None) -> bool:
    """Hold the referral that a clock runs on before the case, as every act does; False when somebody else has it."""
    if clock is None or clock.referral_id is None:
        return clock is not None
    return held(clock.case.referrals.all(), clock.referral_id).only("pk").first() is not None


def has_run_out(clock: Clock, now: datetime | None = None) -> bool:
    """Whether its time is over and nobody stopped it; true from the minute on, not from when the sweep came by."""
    return clock.stopped_at is None and clock.due_at <= (now or timezone.now())


TOLD: dict[EventKind, Kind] = {
    EventKind.CLOCK_STARTED: Kind.CLOCK_STARTED,
    EventKind.CLOCK_WARNED: Kind.CLOCK_WARNING,
    EventKind.CLOCK_RAN_OUT: Kind.CLOCK_RAN_OUT,
}


def to_tell(clock: Clock, kind: EventKind) -> list[User]:
    """Whom a clock concerns.

    Of the time limits of a complaint its own partner is told, and at the end also the agency. Those who must stop
    processing hear of the withdrawal itself, so their clock says nothing at the start; at its end the sender is told,
    too. The advice to report sexual violence is for the supervisors of the case's partner and for nobody else.
    """
    ends = kind is EventKind.CLOCK_RAN_OUT
    code = ClockCode(clock.code)
    if code in COMPLAINT:
        return audience.caseworkers(clock.case) + (_at_the_receiver(clock) if ends else [])
    if code is ClockCode.PDP_WITHDRAW:
        if kind is EventKind.CLOCK_STARTED:
            return []
        theirs = audience.people(clock.partner, Right.WORK_CASES)
        return theirs + (audience.caseworkers(clock.case) if ends else [])
    return audience.supervisors(clock.case)


def _at_the_receiver(clock: Clock) -> list[User]:
    if clock.referral is None or clock.referral.receiver is None:
        return []
    return audience.one_or_team(clock.referral.accepted_by, clock.referral.receiver)


def _tell(
    clock: Clock,
    kind: EventKind,
    *,
    by: User | None,
    at: datetime,
    text: str = "",
    key: UUID | None = None,
    **data: Any,
) -> None:
    """Write the event, let open pages refresh, and put the message where those concerned find it."""
    referral = clock.referral
    record(
        clock.case, kind, by=by, referral=referral, text=text, key=key, at=at, code=str(clock.code), **data
    )
    Case.objects.filter(pk=clock.case_id).update(changed_at=at)
    if referral is not None:
        referral.changed_at = at
        referral.save(update_fields=["changed_at"])
    if kind in TOLD:
        about = referral or clock.case
        people = [person for person in to_tell(clock, kind) if person != by]
        notify(
            people,
            kind=TOLD[kind],
            reference=about.reference,
            path=about.get_absolute_url(),
            urgent=about.urgency == Urgency.EMERGENCY,
        )
