"""How cases of the demo ended: closed by their caseworker with what came of them, and what was settled followed up."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from agencies.choices import OutcomeClass
from cases.choices import EventKind, SettlementState
from cases.models import Case
from cases.models.consent import HOME
from notifications.choices import Kind
from referrals.choices import ENDED, State
from referrals.models import Referral

from .cases import Filed
from .dossiers import Dossier
from .people import SUARA_PEREMPUAN
from .places import COUNTRIES
from .world import World

AFTER = (30.0, 260.0)  # hours from the end of the last referral
CLOSED = 0.85  # of the cases that could be
AGREED = frozenset({"MEDIASI_SEPAKAT", "HAK_TERPENUHI", "BIAYA_DIKEMBALIKAN"})
STILL_OWED = frozenset({"MEDIASI_SEPAKAT"})
TERMS = (21, 30, 45, 60)  # days in which an agreement is to be fulfilled
KEPT = {SettlementState.FULFILLED: 60, SettlementState.PARTLY: 25, SettlementState.BROKEN: 15}
DUE_NOW, TO_COME = 2, 2  # settlements of the first partner whose day has come, or will
LONG_AGO = timedelta(days=10)  # before that it was closed
ASKED = time(0, 1)  # when the portal asks, where the papers are kept


def close_what_is_done(world: World) -> None:
    """Most cases whose referrals have all ended well are closed some days later."""
    closed = [dossier.filed for dossier in world.dossiers if _close(world, dossier)]
    agreed = [filed for filed in closed if filed.case.outcome_id in AGREED]
    agreed.sort(key=lambda filed: filed.case.closed_at or filed.plot.at, reverse=True)
    ours = [filed for filed in agreed if filed.partner.code == SUARA_PEREMPUAN]
    today = timezone.localdate(world.clock.now, timezone=HOME)
    due_now = [filed for filed in ours if _closed_before(filed, world.clock.now - LONG_AGO)][:DUE_NOW]
    to_come = [filed for filed in ours if filed not in due_now][:TO_COME]
    for number, filed in enumerate(due_now):
        _owed(world, filed, today - timedelta(days=2 * number))
    for number, filed in enumerate(to_come, start=1):
        _owed(world, filed, today + timedelta(days=7 * number))
    for filed in agreed:
        if filed not in (*due_now, *to_come):
            _settled(world, filed)


def _closed_before(filed: Filed, at: datetime) -> bool:
    return filed.case.closed_at is not None and filed.case.closed_at < at


def _close(world: World, dossier: Dossier) -> bool:
    """Whether the case is closed by now."""
    referrals = [life.referral for life in dossier.lives]
    best = _best(referrals)
    if best is None or world.rng.random() > CLOSED:
        return False
    case = dossier.filed.case
    at = dossier.later(max(case.changed_at, *(one.changed_at for one in referrals)), AFTER)
    if at is None or _runs(world, case):
        return False
    lines = world.texts.together["closed"]
    outcome = best.outcome or world.outcomes["DICABUT"]
    case.closed_at, case.closed_by, case.outcome = at, case.assigned_to, outcome
    case.version += 1
    _amounts(dossier.filed, best)
    text = world.texts.one(lines["solved" if best.outcome else "withdrawn"])
    world.log(
        case,
        EventKind.CLOSED,
        at,
        case.assigned_to,
        text=text.format_map(dossier.filed.slots),
        outcome=outcome.code,
    )
    return True


def _best(referrals: list[Referral]) -> Referral | None:
    """The referral whose end is that of the case, when nothing is left to be done; the last completed one."""
    if not referrals or any(one.state not in ENDED for one in referrals):
        return None
    ended = sorted(referrals, key=lambda one: one.ended_at or one.created_at)
    solved = [one for one in ended if one.outcome and one.outcome.outcome_class != OutcomeClass.TRANSFERRED]
    if solved:
        return max(solved, key=lambda one: one.amount is not None)
    return ended[-1] if all(_taken_back(one) for one in ended) else None


def _taken_back(referral: Referral) -> bool:
    """Whether the worker wanted no more of it, rather than that nobody answered."""
    return referral.state == State.WITHDRAWN and referral.accepted_at is not None


def _runs(world: World, case: Case) -> bool:
    """Whether a time limit of the case is still running."""
    return any(clock.case is case and clock.stopped_at is None for clock in world.limits)


def _amounts(filed: Filed, referral: Referral) -> None:
    """What was recovered, and what had been claimed, in the same money."""
    if referral.amount is None:
        return
    case = filed.case
    case.amount_recovered, case.currency = referral.amount, referral.currency
    abroad = referral.currency == COUNTRIES[filed.plot.country].currency
    case.amount_claimed = max(Decimal(filed.owed), referral.amount) if abroad else referral.amount


def _owed(world: World, filed: Filed, day: date) -> None:
    """An agreement that is to be fulfilled on that day; the portal has asked about one whose day has come."""
    case = filed.case
    assert case.closed_at is not None
    case.settlement_state, case.settlement_due = SettlementState.PENDING, day
    case.settlement_ask_on = day
    asked = datetime.combine(day, ASKED, HOME)
    if asked >= world.clock.now:
        return
    asked = max(asked, case.closed_at + timedelta(minutes=1))
    case.settlement_ask_on = None
    world.log(case, EventKind.ESCALATED, asked, None, about="settlement")
    world.tell([case.assigned_to], Kind.SETTLEMENT_DUE, case, asked)


def _settled(world: World, filed: Filed) -> None:
    """What became of an older agreement; one that was paid when the case was closed needs no following up."""
    case, rng = filed.case, world.rng
    assert case.closed_at is not None
    if case.outcome_id not in STILL_OWED:
        case.settlement_state = SettlementState.FULFILLED
        return
    day = timezone.localdate(case.closed_at, timezone=HOME) + timedelta(days=rng.choice(TERMS))
    _owed(world, filed, day)
    if case.settlement_ask_on is not None:
        return
    by = case.assigned_to
    at = world.clock.after(case.changed_at, (8, 60), filed.partner.time_zone)
    if at >= world.clock.now:
        return
    state = rng.choices(list(KEPT), weights=list(KEPT.values()))[0]
    case.settlement_state = state
    case.version += 1
    text = world.texts.together["settled"][state]
    world.log(case, EventKind.SETTLEMENT, at, by, text=text, state=str(state))
