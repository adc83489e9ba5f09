"""Until when the side whose move it is must act, and when it is reminded.

Every deadline belongs to the partner whose move it is: its own or the general policy says how much time it has, and its
calendar counts it (agencies.calendars), emergencies and urgent ones by the clock, normal ones in its working time.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from accounts.models import User
from agencies.calendars import Allowance, Calendar, allowance
from agencies.choices import Counting, Urgency
from agencies.models import EscalationStep, Partner
from cases.choices import EventKind

from .choices import LIVE, State
from .models import REOPEN_WITHIN, Referral

TO_ACT = {
    Urgency.EMERGENCY: "REFERRAL_EMERGENCY",
    Urgency.URGENT: "REFERRAL_URGENT",
    Urgency.NORMAL: "REFERRAL_NORMAL",
}
TO_REPORT = {  # once it is accepted: progress at least every so often
    Urgency.EMERGENCY: "PROGRESS_EMERGENCY",
    Urgency.URGENT: "PROGRESS_URGENT",
    Urgency.NORMAL: "PROGRESS_NORMAL",
}
OF_A_CLOCK = ("due_at", "clock_from", "counting", "escalation_level", "escalate_at")
MOST_KEPT = 1_000


class Policy:
    """What deadlines are made of, each part read once; a new one for every act, or one for many rows at a time."""

    def __init__(self) -> None:
        self._allowances: dict[tuple[str, int], Allowance] = {}
        self._calendars: dict[int, Calendar] = {}
        self.begun: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def keep(self, alike: tuple[Any, ...], referral: Referral) -> None:
        """What has begun for a referral begins for those alike; no more is kept than one batch needs."""
        if len(self.begun) >= MOST_KEPT:
            self.begun.clear()
        self.begun[alike] = tuple(getattr(referral, name) for name in OF_A_CLOCK)

    @cached_property
    def steps(self) -> list[EscalationStep]:
        """The reminders, the earliest first."""
        return list(EscalationStep.objects.order_by("level"))

    def calendar(self, partner: Partner) -> Calendar:
        if partner.pk not in self._calendars:
            self._calendars[partner.pk] = Calendar(partner)
        return self._calendars[partner.pk]

    def allowance(self, code: str, partner: Partner) -> Allowance:
        key = (code, partner.pk)
        if key not in self._allowances:
            self._allowances[key] = allowance(code, partner)
        return self._allowances[key]


def set_clock(
    referral: Referral,
    kind: EventKind,
    *,
    by: User | None,
    now: datetime,
    recorded: bool = False,
    policy: Policy | None = None,
) -> None:
    """Set `due_at` and all that belongs to it for what has just happened; the referral already has its new state.

    Opening a referral gives its receiver no more time, and neither does news from the sender; news from the
    receiver that took it on does, also when the sender wrote it down for it (`recorded`). A question stops the receiver's clock, the answer lets it go on where it stood.
    """
    policy = policy or Policy()
    if kind is EventKind.RECEIVED:
        return
    if kind is EventKind.PROGRESS and not (recorded or _from_the_receiver(referral, by)):
        return
    if kind is EventKind.PROGRESS and referral.state != State.ACCEPTED:
        return
    if kind is EventKind.ANSWERED and referral.time_left is not None:
        _go_on(referral, referral.time_left, now, policy)
        return
    if kind is EventKind.ASKED:
        _stop(referral, now, policy)
    else:
        _forget(referral)
    _begin(referral, now, policy)


def due(referral: Referral, *, since: datetime, policy: Policy | None = None) -> datetime | None:
    """The deadline of the next move, for a move that begins at `since`; None when no move is left.

    Source: inter-agency referral form in agencies/data/deadlines.csv (24 hours, 72 hours, 14 days); how often progress
    is due is our own addition. A completed referral may be reopened by its sender for 30 days.
    """
    if referral.state == State.COMPLETED:
        return since + REOPEN_WITHIN
    mover = referral.mover
    if referral.state not in LIVE or mover is None:
        return None
    policy = policy or Policy()
    return policy.calendar(mover).until(since, allowed(referral, mover, policy))


def allowed(referral: Referral, mover: Partner, policy: Policy) -> Allowance:
    """How much time the side whose move it is has for it."""
    codes = TO_REPORT if referral.state == State.ACCEPTED else TO_ACT
    return policy.allowance(codes[Urgency(referral.urgency)], mover)


def step_at(referral: Referral, percent: int, policy: Policy) -> datetime | None:
    """When that much of the time for this move has passed; more than 100 comes after the deadline."""
    mover = referral.mover
    if mover is None or referral.due_at is None or referral.clock_from is None:
        return None
    calendar, counting = policy.calendar(mover), referral.counting
    whole = calendar.between(referral.clock_from, referral.due_at, counting)
    if percent < 100:
        return calendar.add(referral.clock_from, whole * percent / 100, counting)
    return calendar.add(referral.due_at, whole * (percent - 100) / 100, counting)


def steps_left(referral: Referral, policy: Policy) -> Iterable[EscalationStep]:
    """The reminders that were not given yet for this deadline, in order."""
    return (step for step in policy.steps if step.level > referral.escalation_level)


def schedule(referral: Referral, policy: Policy) -> None:
    """Set when the sweep must look at the referral next: at the time of its next reminder, if there is one."""
    step = next(iter(steps_left(referral, policy)), None) if referral.is_live else None
    referral.escalate_at = step_at(referral, step.percent, policy) if step else None


def _begin(referral: Referral, now: datetime, policy: Policy) -> None:
    """A new clock, for the side whose move it is now. What begins at once for the same side is reckoned once."""
    mover = referral.mover
    alike = (referral.state, referral.urgency, mover.pk if mover else None, now)
    if alike not in policy.begun:
        _reckon(referral, now, policy)
        policy.keep(alike, referral)
    for name, value in zip(OF_A_CLOCK, policy.begun[alike], strict=True):
        setattr(referral, name, value)


def _reckon(referral: Referral, now: datetime, policy: Policy) -> None:
    referral.due_at = due(referral, since=now, policy=policy)
    referral.clock_from = now if referral.due_at else None
    referral.counting = Counting.CLOCK
    mover = referral.mover
    if mover is not None and referral.is_live:
        referral.counting = allowed(referral, mover, policy).counted_in
    referral.escalation_level = 0
    schedule(referral, policy)


def _stop(referral: Referral, now: datetime, policy: Policy) -> None:
    """Keep how the receiver's clock stands, in the time that it counts."""
    receiver, since, until = referral.receiver, referral.clock_from, referral.due_at
    if receiver is None or since is None or until is None:
        _forget(referral)
        return
    calendar, counting = policy.calendar(receiver), referral.counting
    referral.time_used = calendar.between(since, now, counting)
    referral.time_left = calendar.between(now, until, counting)
    referral.kept_level, referral.kept_counting = referral.escalation_level, counting


def _go_on(referral: Referral, left: timedelta, now: datetime, policy: Policy) -> None:
    """Start the receiver's clock where it stood, as if all of it had moved by the time the question took."""
    mover, counting = referral.mover, referral.kept_counting
    if mover is None:
        return
    calendar = policy.calendar(mover)
    referral.due_at = calendar.add(now, left, counting)
    referral.clock_from = calendar.add(now, -(referral.time_used or timedelta(0)), counting)
    referral.counting, referral.escalation_level = counting, referral.kept_level
    _forget(referral)
    schedule(referral, policy)


def _forget(referral: Referral) -> None:
    """No clock rests any more."""
    referral.time_left = referral.time_used = None
    referral.kept_level, referral.kept_counting = 0, Counting.CLOCK


def _from_the_receiver(referral: Referral, by: User | None) -> bool:
    return by is not None and by.partner_id == referral.receiver_id
