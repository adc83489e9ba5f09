"""Time limits as cases.clocks keeps them: of complaints, of a withdrawal, and the advice to go to the police."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import formats, timezone
from django.utils.translation import override

from accounts.models import User
from agencies.models import Partner
from cases import clocks, tpks
from cases.choices import ClockCode, EventKind
from cases.models import Case, Clock
from referrals.choices import State
from referrals.complaints import GROUNDS
from referrals.models import Referral

from .people import KJRI_JB, SUARA_PEREMPUAN
from .world import World

if TYPE_CHECKING:
    from .lives import Life

ON_THE_DAY = timedelta(hours=20)  # until a supervisor has decided on the advice, at the latest
FIRST_MISSED = timedelta(hours=20)  # after the acceptance, until an agency says that something is missing
UNWILLING = 0.4
ENDED_LATER = timedelta(hours=12)  # after a time limit has passed, an agency closes the complaint
RUNNING = (  # which, and what share of its time has passed
    (ClockCode.DATA_UNCLEAR, 0.45),
    (ClockCode.UNREACHABLE, 0.3),
    (ClockCode.DOCS_INCOMPLETE, 0.2),
)
PAST_TWO_THIRDS = 0.75


@dataclass(frozen=True)
class Stop:
    """What ended a time limit; no `by` is the portal."""

    at: datetime
    by: User | None
    note: str = ""
    data: tuple[tuple[str, Any], ...] = ()


def run(
    world: World,
    case: Case,
    code: ClockCode,
    partner: Partner,
    *,
    at: datetime,
    by: User | None,
    referral: Referral | None = None,
    note: str = "",
    stop: Stop | None = None,
) -> Clock:
    """A time limit of `partner` that began at `at`, with all that the sweep has told of it by now."""
    allowed, calendar = world.policy.allowance(code, partner), world.policy.calendar(partner)
    clock = Clock(
        id=UUID(int=world.rng.getrandbits(128), version=4),
        case=case,
        referral=referral,
        code=code,
        partner=partner,
        note=note,
        started_at=at,
        started_by=by,
        warn_at=calendar.until(at, allowed, part=clocks.WARN_AT),
        due_at=calendar.until(at, allowed),
    )
    world.limits.append(clock)
    _log(world, clock, EventKind.CLOCK_STARTED, at, by, text=note)
    until = stop.at if stop else world.clock.now
    clock.next_at = clock.warn_at
    if clock.warn_at < until:
        _log(world, clock, EventKind.CLOCK_WARNED, clock.warn_at, None)
        clock.next_at = clock.due_at
    if clock.due_at < until:
        _log(world, clock, EventKind.CLOCK_RAN_OUT, clock.due_at, None)
        clock.ran_out_at, clock.next_at = clock.due_at, None
    if stop is not None:
        clock.stopped_at, clock.stopped_by, clock.stop_note = stop.at, stop.by, stop.note
        clock.next_at = None
        _log(world, clock, EventKind.CLOCK_STOPPED, stop.at, stop.by, text=stop.note, **dict(stop.data))
    return clock


def span(world: World, code: ClockCode, partner: Partner, since: datetime) -> timedelta:
    """How long such a time limit runs when it begins at that moment."""
    until = world.policy.calendar(partner).until(since, world.policy.allowance(code, partner))
    return until - since


def earliest_end(world: World, life: "Life", outcome: str) -> datetime | None:
    """When a referral that was taken on may end like this, where a time limit must have run out first."""
    code = GROUNDS.get(outcome)
    if code is None or life.referral.accepted_at is None:
        return None
    begun = _first_missed(world, life)
    return begun + span(world, code, life.filed.partner, begun) + ENDED_LATER


def _first_missed(world: World, life: "Life") -> datetime:
    """When somebody at the agency says that something is missing."""
    assert life.referral.accepted_at is not None
    return _at_work(world, life, life.referral.accepted_at + FIRST_MISSED)


def _at_work(world: World, life: "Life", at: datetime) -> datetime:
    """On the same day, in the agency's working hours."""
    receiver = life.referral.receiver
    return world.clock.by_day(at, receiver.time_zone if receiver else life.filed.partner.time_zone)


def lead(world: World) -> None:
    """All time limits of the demo, once its referrals are known."""
    for life in world.lives:
        code = GROUNDS.get(life.referral.outcome_id or life.hopeless)
        if code and life.referral.accepted_at:
            _before_the_end(world, life, code)
    _still_running(world)
    for filed in world.filed:
        if tpks.concerns(filed.case) and any(topic.code == tpks.TOPIC for topic in filed.topics):
            _advice(world, filed.case)


def _before_the_end(world: World, life: "Life", code: ClockCode) -> None:
    """The time limit on whose end the agency closes, or will close, the complaint."""
    referral = life.referral
    at = _first_missed(world, life)
    if at >= (referral.ended_at or world.clock.now):
        return
    stop = Stop(referral.ended_at, referral.ended_by, data=(("ended", True),)) if referral.ended_at else None
    _missing(world, life, code, at, stop)


def _still_running(world: World) -> None:
    """One past two thirds where the demo is looked at first, and a few others."""
    live = [
        life
        for life in world.lives
        if life.state == State.ACCEPTED and not life.recorded and not _runs(world, life.referral)
    ]
    live.sort(key=lambda life: life.referral.accepted_at or life.at)  # those that were taken on first
    wanted = [(ClockCode.DOCS_INCOMPLETE, PAST_TWO_THIRDS, KJRI_JB), *((*one, "") for one in RUNNING)]
    for code, share, receiver in wanted:
        for life in live:
            at = world.clock.now - span(world, code, life.filed.partner, world.clock.now) * share
            partner = life.referral.receiver
            fits = not receiver or (partner is not None and partner.code == receiver)
            if fits and life.referral.accepted_at and life.referral.accepted_at < at:
                _missing(world, life, code, _at_work(world, life, at), None)
                live.remove(life)
                break


def _missing(world: World, life: "Life", code: ClockCode, at: datetime, stop: Stop | None) -> None:
    note = world.texts.together["missing"][code]
    run(
        world,
        life.filed.case,
        code,
        life.filed.partner,
        at=at,
        by=life.receiver,
        referral=life.referral,
        note=note,
        stop=stop,
    )


def _runs(world: World, referral: Referral) -> bool:
    return any(clock.referral is referral and clock.stopped_at is None for clock in world.limits)


def _advice(world: World, case: Case) -> None:
    """It begins by itself; a supervisor has decided on the older ones, with the victim."""
    supervisor, at = world.supervisors(case.partner)[0], case.created_at
    decided = world.clock.working(at + ON_THE_DAY, case.partner.time_zone, on_duty=True)
    stop = None
    if decided < world.clock.now - (ON_THE_DAY if case.partner.code == SUARA_PEREMPUAN else timedelta()):
        unwilling = world.rng.random() < UNWILLING
        note = _unwilling(world) if unwilling else _reported(world, decided)
        stop = Stop(decided, supervisor, note, (("reported", not unwilling),))
    run(world, case, ClockCode.TPKS_REPORT, case.partner, at=at, by=None, stop=stop)


def _unwilling(world: World) -> str:
    return str(world.texts.one(world.texts.together["not_reported"]))


def _reported(world: World, day: datetime) -> str:
    with override("id"):
        when = formats.date_format(timezone.localdate(day), "DATE_FORMAT")
    number = world.rng.randint(11, 480)
    return str(world.texts.together["reported"]).format(hari=when, nomor=f"LP/B/{number}/CONTOH")


def _log(
    world: World,
    clock: Clock,
    kind: EventKind,
    at: datetime,
    by: User | None,
    text: str = "",
    **data: Any,
) -> None:
    """The event, and the message to those whom `clocks.to_tell` names."""
    code = ClockCode(clock.code)
    world.log(clock.case, kind, at, by, referral=clock.referral, text=text, code=str(code), **data)
    if kind not in clocks.TOLD:
        return
    referral, ends = clock.referral, kind is EventKind.CLOCK_RAN_OUT
    people = world.supervisors(clock.partner)
    if code in clocks.COMPLAINT:
        people = [clock.case.assigned_to]
        if ends and referral is not None and referral.accepted_by:
            people = [*people, referral.accepted_by]
    elif code is ClockCode.PDP_WITHDRAW:
        people = [] if kind is EventKind.CLOCK_STARTED else world.staff[clock.partner.pk]
    world.tell([one for one in people if one != by], clocks.TOLD[kind], referral or clock.case, at)
