"""The time limits of a complaint: the agency starts one with a reason, either side ends it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.choices import Urgency
from cases import clocks
from cases.choices import ClockCode, EventKind
from notifications.actions import notify
from notifications.choices import Kind

from .. import audience, complaints, rules
from ..models import Referral
from ..moves import ActRefused
from .shared import Rule, begin, begin_answer, key_used, marked


@transaction.atomic
def start_clock(
    *,
    by: User,
    referral: Referral,
    code: ClockCode,
    text: str,
    key: UUID | None = None,
    recorded: bool = False,
) -> Referral:
    """Say what is missing and set its time limit running; the sender is told now, at two thirds and at the end.

    Raises ActRefused when the same one runs already.
    """
    current, fresh = begin_answer(
        referral,
        by=by,
        kind=EventKind.CLOCK_STARTED,
        rule=rules.can_start_clock,
        key=key,
        text=text,
        recorded=recorded,
    )
    if not fresh:
        return _same(current, key, code)
    if any(clock.code == code for clock in complaints.running(current)):
        raise ActRefused(_("The time limit “%(clock)s” runs already.") % {"clock": ClockCode(code).label})
    clocks.start(
        case=current.case,
        code=ClockCode(code),
        partner=current.sender,
        by=by,
        referral=current,
        note=text,
        key=key,
        **marked(recorded),
    )
    return current


@transaction.atomic
def stop_clock(
    *, by: User, referral: Referral, code: ClockCode, text: str, key: UUID | None = None
) -> Referral:
    """The agency says that it has what it waited for, or that it was a mistake; the sender is told."""
    return _end(by, referral, code, text, key, side=rules.is_receiver, rule=rules.can_stop_clock)


@transaction.atomic
def provide(*, by: User, referral: Referral, code: ClockCode, text: str, key: UUID | None = None) -> Referral:
    """The sender says that it has provided what was missing; the agency is told, and the time limit ends.

    Should something still be missing, the agency starts another one.
    """
    return _end(by, referral, code, text, key, side=rules.is_sender, rule=rules.can_provide)


def _end(
    by: User, referral: Referral, code: ClockCode, text: str, key: UUID | None, *, side: Rule, rule: Rule
) -> Referral:
    current, fresh = begin(
        referral, by=by, kind=EventKind.CLOCK_STOPPED, side=side, rule=rule, key=key, text=text
    )
    if not fresh:
        return _same(current, key, code)
    clock = next((clock for clock in complaints.running(current) if clock.code == code), None)
    if clock is None:
        raise ActRefused(_("This time limit was stopped already."))
    clocks.stop(clock=clock, by=by, note=text, key=key)
    notify(
        audience.to_tell(current, of=EventKind.CLOCK_STOPPED, by=by),
        kind=Kind.REFERRAL_PROGRESS,
        reference=current.reference,
        path=current.get_absolute_url(),
        urgent=current.urgency == Urgency.EMERGENCY,
    )
    return current


def _same(referral: Referral, key: UUID | None, code: ClockCode) -> Referral:
    """The referral, if the form that came again is about the same time limit."""
    if not referral.events.filter(key=key, data__code=code).exists():
        raise key_used()
    return referral
