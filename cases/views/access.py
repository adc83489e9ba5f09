"""Who reads a case: naming people, restricting and lifting, opening in an emergency, and judging that (ADR 0018)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from notifications.actions import mark_read

from .. import access as acts
from .. import restriction, rules
from ..access import LATELY, MANY, AccessRefused
from ..choices import AccessWay, RestrictReason
from ..forms import AssignForm, GlassForm, GlassReviewForm, LiftForm, NameForm, RestrictForm
from ..models import Case, CaseAccess
from ..restriction import RestrictionRefused
from . import door

ENDED_SHOWN = 20  # accesses that are over, the last ones
REVIEWED_SHOWN = 50


@require_safe
@allow(Right.WORK_CASES)
def access(request: SignedInRequest, reference: str) -> HttpResponse:
    """Who reads the case and why. Shows nothing of the case itself: supervisors see to it without reading it."""
    case = known(request.user, reference)
    mark_read(by=request.user, path=request.path)
    return page(request, case)


@require_POST
@allow(Right.WORK_CASES)
def grant(request: SignedInRequest, reference: str) -> HttpResponse:
    """Name a colleague who may read the case."""
    case = known(request.user, reference)
    ensure(rules.can_name(request.user, case))
    form = NameForm(request.POST, case=case)
    if not form.is_valid():
        return page(request, case, name_form=form, status=422)
    to = form.cleaned_data["to"]
    try:
        acts.grant(by=request.user, case=case, **form.cleaned_data)
    except AccessRefused as refusal:
        form.add_error(None, str(refusal))
        return page(request, case, name_form=form, status=409)
    messages.success(request, _("%(person)s may read the case now.") % {"person": to.full_name})
    return redirect(case.access_url)


@require_POST
@allow(Right.WORK_CASES)
def revoke(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """End somebody's access, or give one's own back."""
    case = known(request.user, reference)
    found = get_object_or_404(CaseAccess.objects.visible_to(request.user), case=case, pk=pk)
    acts.revoke(by=request.user, access=found)
    messages.success(request, _("The access has ended."))
    still = rules.can_see_access(request.user, Case.objects.of_partner_of(request.user).get(pk=case.pk))
    return redirect(case.access_url if still else "cases:list")


@require_POST
@allow(Right.WORK_CASES)
def review(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Say of an opening in an emergency whether it was right."""
    case = known(request.user, reference)
    found = get_object_or_404(CaseAccess.objects.visible_to(request.user).glass(), case=case, pk=pk)
    ensure(rules.is_reviewer(request.user, found))
    form = GlassReviewForm(request.POST, prefix=str(pk))
    if not form.is_valid():
        return page(request, case, review_form=form, status=422)
    try:
        acts.review(by=request.user, access=found, **form.cleaned_data)
    except AccessRefused as refusal:
        return page(request, case, refusal=str(refusal), status=409)
    messages.success(request, _("Your judgement is written down."))
    return redirect(case.access_url)


@require_POST
@allow(Right.WORK_CASES)
def restrict(request: SignedInRequest, reference: str) -> HttpResponse:
    """Let only named staff read the case."""
    case = door.case_or_404(request.user, reference)
    form = RestrictForm(request.POST)
    if not form.is_valid():
        return page(request, case, restrict_form=form, status=422)
    restricted = restriction.restrict(by=request.user, case=case, **form.cleaned_data)
    messages.success(request, _("Only its caseworker and named colleagues read the case now."))
    still = rules.can_see_access(request.user, restricted)
    return redirect(case.access_url if still else "cases:list")


@require_POST
@allow(Right.OVERSEE_CASES)
def lift(request: SignedInRequest, reference: str) -> HttpResponse:
    """Let the whole team read the case again."""
    case = door.case_or_404(request.user, reference)
    form = LiftForm(request.POST)
    if not form.is_valid():
        return page(request, case, lift_form=form, status=422)
    try:
        restriction.lift(by=request.user, case=case, **form.cleaned_data)
    except RestrictionRefused as refusal:
        form.add_error(None, str(refusal))
        return page(request, case, lift_form=form, status=409)
    messages.success(request, _("The whole team reads the case again."))
    return redirect(case.access_url)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def break_glass(request: SignedInRequest, reference: str) -> HttpResponse:
    """Open a restricted case in an emergency. A GET leads to the case: there whoever signs in again finds the form."""
    cases = Case.objects.of_partner_of(request.user).select_related("assigned_to")
    case = get_object_or_404(cases, reference=reference)
    if request.method == "GET" or rules.can_read(request.user, case):
        return redirect(case)
    form = GlassForm(request.POST)
    if not form.is_valid():
        return door.restricted(request, case, form, status=422)
    try:
        acts.break_glass(by=request.user, case=case, **form.cleaned_data)
    except AccessRefused as refusal:
        return door.restricted(request, case, form, refusal=str(refusal), status=409)
    messages.warning(
        request, _("The case is open to you for 24 hours. Its caseworker and the supervisors are told.")
    )
    return redirect(case)


@require_safe
@allow(Right.OVERSEE_CASES)
def glass(request: SignedInRequest) -> HttpResponse:
    """What was opened in an emergency at one's own partner: what waits for a judgement, then what was judged."""
    opened = (
        CaseAccess.objects.visible_to(request.user)
        .glass()
        .select_related("case__data_key", "person", "reviewed_by")
    )
    since = timezone.now() - LATELY
    often = (
        CaseAccess.objects.visible_to(request.user)
        .glass()
        .filter(granted_at__gt=since)
        .values("person__full_name")
    )
    context = {
        "waiting": [_judged(request.user, row) for row in opened.to_review().order_by("granted_at")],
        "reviewed": list(opened.exclude(reviewed_at=None).order_by("-reviewed_at")[:REVIEWED_SHOWN]),
        "often": list(often.annotate(n=Count("pk")).filter(n__gte=MANY).order_by("-n")),
    }
    return render(request, "cases/glass.html", context)


def page(
    request: SignedInRequest, case: Case, *, status: int = 200, refusal: str = "", **forms: Any
) -> HttpResponse:
    """The page that says who reads the case. `forms` are those that came back: assign, name, restrict, lift, review."""
    user, reads = request.user, rules.can_read(request.user, case)
    accesses = list(
        CaseAccess.objects.filter(case=case).select_related("person", "granted_by", "ended_by", "reviewed_by")
    )
    for row in accesses:
        row.case = case
    named = [row for row in accesses if row.way == AccessWay.NAMED]
    context = {
        "case": case,
        "reads": reads,
        "refusal": refusal,
        "caseworker_gone": not rules.can_take_on(case.assigned_to, case),
        "reasons": [RestrictReason(code).label for code in case.restricted_for] if reads else [],
        "named": [{"access": row, "may_revoke": rules.can_revoke(user, row)} for row in named if row.is_open],
        "opened": [
            _judged(user, row, forms.get("review_form")) for row in accesses if row.way == AccessWay.GLASS
        ][:ENDED_SHOWN],
        "ended": [row for row in named if not row.is_open][:ENDED_SHOWN],
        **_forms(user, case, forms, reads=reads),
    }
    return render(request, "cases/access.html", context, status=status)


def _forms(user: User, case: Case, sent: dict[str, Any], *, reads: bool) -> dict[str, Any]:
    """What this person may do about who reads the case."""
    forms: dict[str, Any] = dict.fromkeys(("assign_form", "name_form", "restrict_form", "lift_form"))
    if rules.can_assign(user, case):
        forms["assign_form"] = AssignForm(case=case)
    if rules.can_name(user, case):
        forms["name_form"] = NameForm(case=case)
    if reads and RestrictReason.BY_HAND not in case.restricted_for:
        forms["restrict_form"] = RestrictForm(auto_id="restrict_%s")
    if rules.can_lift(user, case):
        forms["lift_form"] = LiftForm(auto_id="lift_%s")
    return forms | sent


def _judged(user: User, row: CaseAccess, sent: GlassReviewForm | None = None) -> dict[str, Any]:
    """An opening in an emergency, with the form to judge it for whoever may."""
    form = None
    if rules.can_review(user, row):
        mine = sent is not None and sent.prefix == str(row.pk)
        form = sent if mine else GlassReviewForm(prefix=str(row.pk))
    return {"access": row, "form": form, "may_revoke": rules.can_revoke(user, row)}


def known(user: User, reference: str) -> Case:
    """A case that this person reads, or oversees without reading it; see `door`."""
    known = Case.objects.known_to(user).select_related("assigned_to")
    case = known.filter(reference=reference).first()
    if case is None:
        door.refuse(user, reference)
    return case
