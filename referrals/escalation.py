"""The worker's part when nothing happens: remind those whose move it is, then those who can make it happen.

`escalate_at` says when a referral must be looked at next; every reminder whose time has come is given then, in order,
with its event and its messages in one transaction, and `escalation_level` remembers it. So each comes once, also when
the sweep runs twice, late, or after a day down.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import PortalAdmin, Supervisor
from agencies.choices import Recipients, Urgency
from agencies.models import EscalationStep
from cases.choices import EventKind
from cases.events import record
from errands.moments import Moment, held
from notifications.actions import notify
from notifications.choices import Kind

from . import audience, deadlines
from .choices import LIVE, Side
from .models import Referral


def escalate_due() -> int:
    """Give every reminder whose time has come; of how many referrals."""
    return MOMENT.sweep()


def _due(now: datetime) -> QuerySet[Referral]:
    return Referral.objects.filter(escalate_at__lte=now).order_by("escalate_at")


def escalate(referral_id: UUID, now: datetime) -> bool:
    """Give the reminders of one referral whose time has come; whether there was anything to look at.

    Skips one that somebody holds: they are acting on it, and the next sweep comes soon.
    """
    if held(_due(now), referral_id).only("pk").first() is None:
        return False
    related = ("case__assigned_to", "case__partner", "sender", "receiver")
    referral = Referral.objects.select_related(*related).get(pk=referral_id)
    policy = deadlines.Policy()
    if referral.state in LIVE:
        for step in deadlines.steps_left(referral, policy):
            at = deadlines.step_at(referral, step.percent, policy)
            if at is None or at > now:
                break
            _remind(referral, step, now)
    deadlines.schedule(referral, policy)
    referral.save(update_fields=["escalate_at", "escalation_level", "changed_at"])
    return True


MOMENT = Moment("deadlines", _("Reminders of deadlines of referrals"), due=_due, look=escalate)


def _remind(referral: Referral, step: EscalationStep, now: datetime) -> None:
    """One step: its messages, its event, and the level that says that it was taken."""
    kind, urgent = kind_of(step), referral.urgency == Urgency.EMERGENCY
    path = referral.get_absolute_url()
    notify(recipients(referral, step), kind=kind, reference=referral.reference, path=path, urgent=urgent)
    if Recipients.PORTAL in step.recipients:
        overdue = reverse("referrals:overdue")  # those who manage the portal read no case
        notify(portal_admins(), kind=kind, reference=referral.reference, path=overdue, urgent=urgent)
    record(
        referral.case,
        EventKind.ESCALATED,
        by=None,
        referral=referral,
        at=now,
        level=step.level,
        percent=step.percent,
    )
    referral.escalation_level, referral.changed_at = step.level, now


def kind_of(step: EscalationStep) -> Kind:
    """What the messages of a step say."""
    if step.percent < 100:
        return Kind.REFERRAL_HALF_TIME
    return Kind.REFERRAL_OVERDUE if step.percent == 100 else Kind.REFERRAL_LONG_OVERDUE


def recipients(referral: Referral, step: EscalationStep) -> list[User]:
    """The people on both sides whom this step reminds, each once.

    Where nobody at the partner whose move it is reads the portal, the other side is told instead: they can call.
    """
    found: dict[int, User] = {}
    wanted = set(step.recipients)
    theirs = [
        *(_side(referral, referral.move) if Recipients.MOVER in wanted else ()),
        *(_supervisors(referral) if Recipients.MOVER_SUPERVISORS in wanted else ()),
    ]
    asks_mover = wanted & {Recipients.MOVER, Recipients.MOVER_SUPERVISORS}
    if Recipients.OTHER_SIDE in wanted or (asks_mover and not theirs):
        other = Side.SENDER if referral.move is Side.RECEIVER else Side.RECEIVER
        theirs += _side(referral, other)
    for person in theirs:
        found.setdefault(person.pk, person)
    return list(found.values())


def portal_admins() -> list[User]:
    """Who coordinates the portal."""
    return list(User.objects.filter(role=PortalAdmin.code, is_active=True))


def _side(referral: Referral, side: Side) -> list[User]:
    return audience.senders(referral) if side is Side.SENDER else list(audience.receivers(referral))


def _supervisors(referral: Referral) -> list[User]:
    """Those who lead at the partner whose move it is; where nobody does, everybody who works on cases there, but of a
    restricted case those who may read it."""
    if referral.mover is None:
        return []
    everybody = list(audience.case_workers(referral.mover))
    leading = [person for person in everybody if person.role == Supervisor.code]
    if referral.move is Side.SENDER and referral.case.is_restricted:
        return leading or audience.senders(referral)
    return leading or everybody
