"""The reminders of the last deadline whose time has come, as referrals.escalation would have given them."""

from django.urls import reverse

from accounts.models import User
from agencies.choices import Recipients
from agencies.models import EscalationStep
from cases.choices import EventKind
from referrals import deadlines, escalation
from referrals.choices import Side
from referrals.models import Referral

from .world import World


def remind(world: World, referral: Referral) -> None:
    """Give them, and set when the next one comes."""
    policy = world.policy
    if not referral.is_live:
        return
    for step in deadlines.steps_left(referral, policy):
        at = deadlines.step_at(referral, step.percent, policy)
        if at is None or at > world.clock.now:
            break
        kind = escalation.kind_of(step)
        world.log(
            referral.case,
            EventKind.ESCALATED,
            at,
            None,
            referral=referral,
            level=step.level,
            percent=step.percent,
        )
        world.tell(recipients(world, referral, step), kind, referral, at)
        if Recipients.PORTAL in step.recipients:
            world.tell(world.admins, kind, referral, at, reverse("referrals:overdue"))
        referral.escalation_level = step.level
    deadlines.schedule(referral, policy)


def recipients(world: World, referral: Referral, step: EscalationStep) -> list[User]:
    """As `escalation.recipients`, from the people that are known already."""
    wanted, mover = set(step.recipients), referral.mover
    found = [
        *(_side(world, referral, referral.move) if Recipients.MOVER in wanted else ()),
        *(world.supervisors(mover) if mover and Recipients.MOVER_SUPERVISORS in wanted else ()),
    ]
    asks_mover = wanted & {Recipients.MOVER, Recipients.MOVER_SUPERVISORS}
    if Recipients.OTHER_SIDE in wanted or (asks_mover and not found):
        found += _side(world, referral, Side.SENDER if referral.move is Side.RECEIVER else Side.RECEIVER)
    return list(dict.fromkeys(found))


def _side(world: World, referral: Referral, side: Side) -> list[User]:
    if side is Side.SENDER:
        return [referral.case.assigned_to]
    return world.staff[referral.receiver.pk] if referral.receiver else []
