"""The shared plan of a case: what is to be done next, by whom and by when. Read and kept by all who take part."""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.choices import Urgency
from agencies.models import Partner
from cases.audience import caseworkers
from cases.choices import EventKind
from cases.events import record
from cases.models import Case, CaseEvent
from notifications.actions import notify
from notifications.choices import Kind

from .. import audience, joint
from ..joint import Team
from ..models import PlanStep
from ..moves import ActRefused, hold
from .shared import done_before, key_used


@transaction.atomic
def plan(
    *, by: User, case: Case, what: str, partner: Partner, by_when: date, key: UUID | None = None
) -> PlanStep:
    """Add a step. The events of the plan stay with the case's own partner; the others see the plan itself.

    Raises PermissionDenied for somebody who takes no part, ActRefused for a partner that takes none.
    """
    team = _begin(case, by=by)
    if earlier := done_before(key, by=by, kind=EventKind.PLANNED, text=what):
        step = _step_of(earlier, case)
        if (step.partner_id, step.by_when) != (partner.pk, by_when):
            raise key_used()
        return step
    if partner not in team.partners:
        raise ActRefused(_("%(partner)s does not take part in this case any more.") % {"partner": partner})
    step = PlanStep.objects.create(
        case=case, what=what, partner=partner, by_when=by_when, created_by=by, created_at=timezone.now()
    )
    _say(EventKind.PLANNED, step, team, by=by, key=key, to=partner.name_id)
    return step


@transaction.atomic
def done(*, by: User, step: PlanStep, key: UUID | None = None) -> PlanStep:
    """Tick a step off. Raises ActRefused when somebody else has done or dropped it meanwhile."""
    team, current, fresh = _take(step, by=by, kind=EventKind.STEP_DONE, key=key)
    if not fresh:
        return current
    if not current.is_open:
        raise ActRefused(why_closed(current))
    current.done_at, current.done_by = timezone.now(), by
    return _keep(EventKind.STEP_DONE, current, team, by=by, key=key)


@transaction.atomic
def drop(*, by: User, step: PlanStep, key: UUID | None = None) -> PlanStep:
    """Leave a step: nobody has to do it any more."""
    team, current, fresh = _take(step, by=by, kind=EventKind.STEP_DROPPED, key=key)
    if not fresh:
        return current
    if not current.is_open:
        raise ActRefused(why_closed(current))
    current.dropped_at, current.dropped_by = timezone.now(), by
    return _keep(EventKind.STEP_DROPPED, current, team, by=by, key=key)


@transaction.atomic
def undo(*, by: User, step: PlanStep, key: UUID | None = None) -> PlanStep:
    """Put back a step that was done or dropped by mistake."""
    team, current, fresh = _take(step, by=by, kind=EventKind.PLANNED, key=key)
    if not fresh:
        return current
    if current.is_open:
        raise ActRefused(_("This step is in the plan already."))
    current.done_at = current.done_by = current.dropped_at = current.dropped_by = None
    return _keep(EventKind.PLANNED, current, team, by=by, key=key, again=True)


def why_closed(step: PlanStep) -> str:
    by, sentence = step.done_by, _("%(partner)s has ticked this step off already.")
    if by is None:
        by, sentence = step.dropped_by, _("%(partner)s has dropped this step already.")
    return sentence % {"partner": by.partner if by else ""}


def _begin(case: Case, *, by: User) -> Team:
    hold(case)
    team = joint.team(case)
    if not team.may_edit(by):
        raise PermissionDenied
    return team


def _take(step: PlanStep, *, by: User, kind: EventKind, key: UUID | None) -> tuple[Team, PlanStep, bool]:
    """The step as it is now, held through its case; False when this very form did it before."""
    team = _begin(step.case, by=by)
    current = PlanStep.objects.select_related(
        "case", "partner", "done_by__partner", "dropped_by__partner"
    ).get(pk=step.pk)
    earlier = done_before(key, by=by, kind=kind, text=current.what)
    if earlier is not None and _step_of(earlier, current.case).pk != current.pk:
        raise key_used()
    return team, current, earlier is None


def _step_of(event: CaseEvent, case: Case) -> PlanStep:
    """The step that an event of the plan tells of. Raises KeyUsed for an event of something else."""
    step = PlanStep.objects.filter(case=case, pk=event.data.get("step")).first()
    if step is None:
        raise key_used()
    return step


def _keep(
    kind: EventKind, step: PlanStep, team: Team, *, by: User, key: UUID | None, again: bool = False
) -> PlanStep:
    step.save()
    _say(kind, step, team, by=by, key=key, **({"again": True} if again else {}))
    return step


def _say(kind: EventKind, step: PlanStep, team: Team, *, by: User, key: UUID | None, **data: object) -> None:
    """Write the event, and tell whoever has to know: the partner of the step, or, when that one acts, the case's own."""
    now = timezone.now()
    record(team.case, kind, by=by, text=step.what, key=key, at=now, step=str(step.pk), **data)
    Case.objects.filter(pk=team.case.pk).update(changed_at=now)
    partner = step.partner if step.partner_id != by.partner_id else team.case.partner
    if partner.pk == by.partner_id:
        return
    referral = team.referral_of(partner)
    if partner.pk == team.case.partner_id:
        people = caseworkers(team.case)
        reference, path = team.case.reference, reverse("referrals:plan", args=[team.case.reference])
    elif referral is not None:
        people = list(audience.receivers(referral))
        reference, path = referral.reference, referral.get_absolute_url()
    else:
        return  # it takes part no more
    urgent = (referral or team.case).urgency == Urgency.EMERGENCY
    notify(people, kind=Kind.REFERRAL_PLAN, reference=reference, path=path, urgent=urgent)
