"""Working together on what was taken on: register numbers, the lead, the plan, the conversation, notes, documents."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agencies.models import Partner
from cases.choices import EventKind
from notifications.choices import Kind
from referrals.choices import State
from referrals.models import PlanStep

from . import consents, files, papers
from .lives import Life
from .people import KJRI_JB, SUARA_PEREMPUAN, short_name
from .world import World

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
REGISTERED, TALKED = 0.6, 0.5  # of those that were taken on, and of those that still are
AT_ONCE = timedelta(minutes=4)  # from the acceptance to the register
PLANS = 12  # cases with a shared plan
A_DAY = timedelta(days=1)


def work(world: World) -> None:
    """All of it. Raises OSError when a document cannot be kept."""
    live = [life for life in world.lives if life.state == State.ACCEPTED and not life.recorded]
    first = _first_to_look_at(live)
    for life in world.lives:
        taken_on = life.referral.accepted_at and not life.recorded
        if taken_on and (life in first or world.rng.random() < REGISTERED):
            _register(world, life)
    _name_another_lead(world)
    for life in live:
        if life in first or world.rng.random() < TALKED:
            _talk(world, life)
            _note(world, life)
    planned = [*first, *(life for life in live if life not in first)]
    one_each = {life.filed.case.reference: life for life in reversed(planned)}
    plans = world.texts.together["plans"]
    for number, life in enumerate(sorted(one_each.values(), key=planned.index)[:PLANS]):
        _plan(world, life, plans[number % len(plans)]["steps"])
    for life in first[:1]:
        life.referral.consent.groups = list(consents.EVERY)  # so that both sides see them
        files.attach(world, life)


def _first_to_look_at(live: list[Life]) -> list[Life]:
    """What Suara Perempuan has referred to KJRI Johor Bahru: the accounts that stand first on the sign-in page."""
    return [
        life
        for life in live
        if life.filed.partner.code == SUARA_PEREMPUAN
        and life.referral.receiver
        and life.referral.receiver.code == KJRI_JB
    ]


def _register(world: World, life: Life) -> None:
    referral = life.referral
    assert referral.accepted_at is not None
    assert referral.receiver is not None
    at = referral.accepted_at + AT_ONCE
    if at >= (referral.ended_at or world.clock.now):
        return
    day = timezone.localdate(at)
    number = (
        f"B-{world.rng.randint(11, 480)}/{short_name(referral.receiver)}/{ROMAN[day.month - 1]}/{day.year}"
    )
    papers.register(world, life, at, number)


def _name_another_lead(world: World) -> None:
    """In one case the sender lets the agency lead that came second."""
    for dossier in world.dossiers:
        taken_on = [life for life in dossier.lives if life.state == State.ACCEPTED]
        other = next((life for life in taken_on if not life.referral.is_lead), None)
        if len(taken_on) < 2 or other is None or other.referral.receiver is None:
            continue
        at = dossier.later(max(life.at for life in taken_on), (0.2, 6))
        if at is None:
            continue
        for life in taken_on:
            life.referral.is_lead = life is other
        to = other.referral.receiver.name_id
        world.log(dossier.filed.case, EventKind.LEAD, at, other.sender, referral=other.referral, to=to)
        return


def _within(world: World, life: Life, share: float, zone: str) -> datetime:
    """A working moment between the acceptance and now."""
    since = life.referral.accepted_at
    assert since is not None
    at = world.clock.working(since + (world.clock.now - since) * share, zone)
    return min(at, world.clock.now - timedelta(minutes=3))


def _talk(world: World, life: Life) -> None:
    """A few messages, each side in turn."""
    referral, receiver = life.referral, life.referral.receiver
    assert receiver is not None
    lines: list[list[str]] = world.texts.one(world.texts.together["conversations"])
    previous = referral.accepted_at
    for number, (side, text) in enumerate(lines, start=1):
        ours = side == "sender"
        zone = life.filed.partner.time_zone if ours else receiver.time_zone
        at = _within(world, life, number / (len(lines) + 1), zone)
        if previous is not None and at <= previous:
            return
        by = life.sender if ours else world.keeper(referral)
        said = text.format_map(life.filed.slots)
        world.log(life.filed.case, EventKind.MESSAGE, at, by, referral=referral, text=said)
        people = world.staff[receiver.pk] if ours else [life.sender]
        world.tell(people, Kind.REFERRAL_MESSAGE, referral, at)
        previous = at


def _note(world: World, life: Life) -> None:
    """One note on each side, for its own people."""
    referral, notes = life.referral, world.texts.together["notes"]
    assert referral.receiver is not None
    sides: tuple[tuple[User, str, Partner], ...] = (
        (life.sender, "sender", life.filed.partner),
        (world.keeper(referral), "receiver", referral.receiver),
    )
    for by, side, partner in sides:
        at = _within(world, life, world.rng.uniform(0.2, 0.9), partner.time_zone)
        text = world.texts.one(notes[side]).format_map(life.filed.slots)
        world.log(life.filed.case, EventKind.INTERNAL, at, by, referral=referral, text=text)


def _plan(world: World, life: Life, steps: list[dict[str, str]]) -> None:
    """Four steps in a row: done, dropped or late, to come; planned by whoever thought of them."""
    referral, filed = life.referral, life.filed
    assert referral.accepted_at is not None
    assert referral.receiver is not None
    since, now = referral.accepted_at, world.clock.now
    today = timezone.localdate(now)
    for number, step in enumerate(steps):
        ours = step["by"] == "sender"
        partner = filed.partner if ours else referral.receiver
        planned = _within(world, life, (number + 1) / (len(steps) + 8), filed.partner.time_zone)
        by_when = {
            "done": max(timezone.localdate(since + (now - since) * 0.6), timezone.localdate(planned)),
            "dropped": today + 3 * A_DAY,
            "late": max(today - A_DAY, timezone.localdate(planned)),
            "open": today + A_DAY * (4 + 5 * number),
        }[step["state"]]
        row = PlanStep(
            id=UUID(int=world.rng.getrandbits(128), version=4),
            case=filed.case,
            what=step["what"].format_map(filed.slots),
            partner=partner,
            by_when=by_when,
            created_by=life.sender,
            created_at=planned,
        )
        world.plan.append(row)
        _say(world, life, row, EventKind.PLANNED, planned, life.sender, to=partner.name_id)
        _carry_out(world, life, row, step["state"])


def _carry_out(world: World, life: Life, row: PlanStep, state: str) -> None:
    ours = row.partner_id == life.filed.partner.pk
    by = life.sender if ours else world.keeper(life.referral)
    at = max(_within(world, life, 0.55, row.partner.time_zone), row.created_at + timedelta(minutes=2))
    if state == "done":
        row.done_at, row.done_by = at, by
        _say(world, life, row, EventKind.STEP_DONE, at, by)
    elif state == "dropped":
        row.dropped_at, row.dropped_by = at, by
        _say(world, life, row, EventKind.STEP_DROPPED, at, by)


def _say(
    world: World, life: Life, row: PlanStep, kind: EventKind, at: datetime, by: User, **data: Any
) -> None:
    """The event stays with the case's partner; whoever has to know is told."""
    case = life.filed.case
    world.log(case, kind, at, by, text=row.what, step=str(row.pk), **data)
    if row.partner_id != by.partner_id:
        world.tell(world.staff[row.partner_id], Kind.REFERRAL_PLAN, life.referral, at)
    elif by.partner_id != case.partner_id:
        path = reverse("referrals:plan", args=[case.reference])
        world.tell([case.assigned_to], Kind.REFERRAL_PLAN, case, at, path)
