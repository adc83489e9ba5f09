"""Until when the side whose move it is must act."""

from datetime import datetime, timedelta

from accounts.models import User
from agencies.choices import DeadlineUnit, Urgency
from agencies.models import Deadline
from cases.choices import EventKind

from .choices import LIVE, State
from .models import REOPEN_WITHIN, Referral

POLICY = {
    Urgency.EMERGENCY: "REFERRAL_EMERGENCY",
    Urgency.URGENT: "REFERRAL_URGENT",
    Urgency.NORMAL: "REFERRAL_NORMAL",
}
UNITS = {DeadlineUnit.HOURS: timedelta(hours=1), DeadlineUnit.DAYS: timedelta(days=1)}
WITHOUT_POLICY = timedelta(days=14)


def set_clock(referral: Referral, kind: EventKind, *, by: User | None, now: datetime) -> None:
    """Set `due_at` for what has just happened; the referral already has its new state.

    Opening a referral gives its receiver no more time, and neither does news from the sender; news from the
    receiver that took it on does. A question stops the receiver's clock, the answer lets it go on where it stood.
    """
    if kind is EventKind.RECEIVED:
        return
    if kind is EventKind.PROGRESS and not _from_the_receiver_at_work(referral, by):
        return
    if kind is EventKind.ANSWERED and referral.time_left is not None:
        referral.due_at = now + referral.time_left
        referral.time_left = None
        return
    left = referral.due_at - now if referral.due_at else None
    referral.time_left = left if kind is EventKind.ASKED else None
    referral.due_at = due(referral, since=now)


def due(referral: Referral, *, since: datetime) -> datetime | None:
    """The deadline of the next move, in clock time; None when no move is left.

    Source: inter-agency referral form in agencies/data/deadlines.csv (24 hours, 72 hours, 14 days). A completed
    referral may be reopened by its sender for 30 days.
    """
    if referral.state == State.COMPLETED:
        return since + REOPEN_WITHIN
    if referral.state not in LIVE:
        return None
    return since + _allowed(Urgency(referral.urgency))


def _allowed(urgency: Urgency) -> timedelta:
    policy = Deadline.objects.current().filter(code=POLICY[urgency]).first()
    unit = UNITS.get(DeadlineUnit(policy.unit)) if policy else None
    return policy.value * unit if policy and unit else WITHOUT_POLICY


def _from_the_receiver_at_work(referral: Referral, by: User | None) -> bool:
    return by is not None and by.partner_id == referral.receiver_id and referral.state == State.ACCEPTED
