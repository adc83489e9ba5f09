"""The shared plan of a case: a panel on the page of a referral, and a page of its own where it is kept."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from agencies.narrow import NAME, narrowed
from cases import access_log
from cases.models import Case
from cases.views import door
from notifications.actions import mark_read

from .. import joint, rules
from ..actions import ActRefused
from ..actions import plan as plan_actions
from ..forms import PlanForm, StepForm
from ..joint import Team
from ..models import PlanStep, Referral

CLOSED_SHOWN = 20  # steps that were done or dropped, the last ones


def panel(user: User, referral: Referral) -> dict[str, Any]:
    """The plan as the page of a referral shows it; nothing for somebody whose view is closed."""
    if referral.sent_at is None or (referral.accepted_at is None and not rules.is_sender(user, referral)):
        return {"plan": None}
    team = joint.seen(referral.case)
    if not team.may_read(user):
        return {"plan": None}
    steps = narrowed(team.case.plan.filter(done_at=None, dropped_at=None), partner=NAME)
    return {"plan": {"open": list(steps), **_shown(team, user)}}


def _whole(team: Team, user: User) -> dict[str, Any]:
    steps = list(team.case.plan.select_related("partner", "done_by__partner", "dropped_by__partner"))
    return {
        "open": [step for step in steps if step.is_open],
        "closed": [step for step in steps if not step.is_open][-CLOSED_SHOWN:],
        **_shown(team, user),
    }


def _shown(team: Team, user: User) -> dict[str, Any]:
    return {
        "partners": team.partners,
        "lead": team.lead,
        "may_edit": team.may_edit(user),
        "reference": team.case.reference,
    }


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def plan(request: SignedInRequest, reference: str) -> HttpResponse:
    """The plan, and adding a step to it."""
    team = _team(request.user, reference)
    if request.method == "GET":
        mark_read(by=request.user, path=request.path)
        return _page(request, team, PlanForm(partners=team.partners))
    ensure(team.may_edit(request.user))
    form = PlanForm(request.POST, partners=team.partners)
    if not form.is_valid():
        return _page(request, team, form, status=422)
    try:
        plan_actions.plan(by=request.user, case=team.case, **form.cleaned_data)
    except ActRefused as refusal:
        form = PlanForm(request.POST, partners=team.partners)
        return _page(request, team, form, status=409, refusal=str(refusal))
    messages.success(request, _("The step is planned."))
    return redirect("referrals:plan", reference)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def done(request: SignedInRequest, reference: str, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, reference, pk, plan_actions.done, _("The step is ticked off."))


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def drop(request: SignedInRequest, reference: str, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, reference, pk, plan_actions.drop, _("The step is dropped."))


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def undo(request: SignedInRequest, reference: str, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, reference, pk, plan_actions.undo, _("The step is in the plan again."))


def _perform(
    request: SignedInRequest, reference: str, pk: uuid.UUID, action: Any, said: str | Promise
) -> HttpResponse:
    team = _team(request.user, reference)
    if request.method == "GET":
        return redirect("referrals:plan", reference)
    step = get_object_or_404(PlanStep.objects.select_related("case"), case=team.case, pk=pk)
    ensure(team.may_edit(request.user))
    form = StepForm(request.POST)
    form.is_valid()  # a key that was spoiled is replaced
    try:
        action(by=request.user, step=step, key=form.cleaned_data["key"])
    except ActRefused as refusal:
        blank = PlanForm(partners=team.partners)
        return _page(request, team, blank, status=409, refusal=str(refusal))
    messages.success(request, str(said))
    return redirect("referrals:plan", reference)


def _team(user: User, reference: str) -> Team:
    """Who works on this case, for somebody who may read its plan; else 404."""
    found = joint.find(user, reference)
    if found is None:
        door.refuse(user, reference)
    return found


def _page(
    request: SignedInRequest, team: Team, form: PlanForm, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    user = request.user
    owner = team.case.partner_id == user.partner_id  # and reads it, else the page were not theirs
    access_log.read(user, team.case, "plan")
    back: Case | Referral | None = team.case if owner else _own_referral(team, user)
    context = {
        "plan": _whole(team, user),
        "form": form,
        "refusal": refusal,
        "reference": team.case.reference,
        "back": back,
    }
    return render(request, "referrals/plan.html", context, status=status)


def _own_referral(team: Team, user: User) -> Referral | None:
    return next((one for one in team.referrals if one.receiver_id == user.partner_id), None)
