"""How long cases are kept: what is due, what is held, what was erased, and the times that the portal admin sets."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import comparing
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from agencies.choices import OutcomeClass
from cases import access_log
from cases.models import Case
from cases.views import door
from notifications.actions import mark_read

from .. import actions
from ..choices import ErasureState
from ..forms import HoldForm, LiftForm, RuleForm
from ..models import Erasure, LegalHold, RetentionRule
from .acting import for_own_partner

SHOWN = 200  # proposals at once
ERASED_SHOWN = 50


@require_safe
@allow(Right.DECIDE_REQUESTS)
@for_own_partner
def retention(request: SignedInRequest) -> HttpResponse:
    """What is due to be erased, for those who decide; nothing goes without their word."""
    ensure(request.user.partner_id is not None)
    mark_read(by=request.user, path=request.path)
    return _page(request)


def _page(request: SignedInRequest, *, lift_form: Any = None, status: int = 200) -> HttpResponse:
    user = request.user
    erasures = Erasure.objects.visible_to(user).select_related("case__outcome", "decided_by")
    holds = LegalHold.objects.visible_to(user).standing().select_related("case", "placed_by")
    rows = [
        {"hold": hold, "form": _lift_form(hold, lift_form), "reads": _reads(user, hold.case)}
        for hold in holds
    ]
    proposed = erasures.proposed()
    confirmed = list(erasures.filter(state=ErasureState.CONFIRMED))
    erased = list(erasures.filter(state=ErasureState.ERASED).order_by("-erased_at")[:ERASED_SHOWN])
    shown = list(proposed[:SHOWN])
    context = {
        "proposed": shown,
        "proposed_count": proposed.count(),
        "confirmed": confirmed,
        "holds": rows,
        "erased": erased,
        "rules": list(RetentionRule.objects.all()),
    }
    kept = {hold.case for hold in holds}
    access_log.listed(user, kept.union(one.case for one in (*shown, *confirmed, *erased)), "retention")
    return render(request, "rights/retention.html", context, status=status)


def _lift_form(hold: LegalHold, sent: Any) -> LiftForm:
    mine = sent is not None and sent.prefix == str(hold.pk)
    return sent if mine else LiftForm(prefix=str(hold.pk))


def _reads(user: Any, case: Case) -> bool:
    """Whether the reason of a hold, which speaks of the case, is open to this person."""
    return not user.works_cases or case.is_open_to(user)


@require_POST
@allow(Right.DECIDE_REQUESTS)
@for_own_partner
def confirm(request: SignedInRequest) -> HttpResponse:
    """Confirm a batch: the worker process erases it."""
    wanted = [one for one in map(_uuid, request.POST.getlist("erasure")[:SHOWN]) if one is not None]
    chosen = Erasure.objects.visible_to(request.user).filter(pk__in=wanted)
    if not chosen:
        messages.error(request, _("Nothing was ticked."))
        return redirect("rights:retention")
    count = actions.confirm(by=request.user, erasures=chosen)
    said = ngettext("%(n)d case is erased now.", "%(n)d cases are erased now.", count) % {"n": count}
    if count < len(chosen):
        said = f"{said} {_('The others were decided meanwhile, or something keeps them.')}"
    messages.success(request, said)
    return redirect("rights:retention")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.DECIDE_REQUESTS)
@for_own_partner
def hold(request: SignedInRequest, reference: str) -> HttpResponse:
    """Keep a case from being erased. Whoever decides need not read it."""
    case = Case.objects.decided_by(request.user).filter(reference=reference).first()
    if case is None:
        door.refuse(request.user, reference)
    data = request.POST if request.method == "POST" else None
    form = HoldForm(data)
    if data is None or not form.is_valid():
        return _hold_page(request, case, form, status=200 if data is None else 422)
    try:
        actions.hold(by=request.user, case=case, **form.cleaned_data)
    except actions.Refused as refusal:
        form.add_error(None, str(refusal))
        return _hold_page(request, case, form, status=409)
    messages.success(request, _("The case is kept until the hold is lifted."))
    return redirect("rights:retention")


def _hold_page(request: SignedInRequest, case: Case, form: HoldForm, *, status: int) -> HttpResponse:
    access_log.read(request.user, case, "hold")
    return render(request, "rights/hold.html", {"case": case, "form": form}, status=status)


@require_POST
@allow(Right.DECIDE_REQUESTS)
@for_own_partner
def lift(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Lift a hold, with a reason."""
    found = get_object_or_404(LegalHold.objects.visible_to(request.user), pk=pk)
    form = LiftForm(request.POST, prefix=str(pk))
    if not form.is_valid():
        return _page(request, lift_form=form, status=422)
    actions.lift(by=request.user, hold=found, **form.cleaned_data)
    messages.success(request, _("The hold is lifted."))
    return redirect("rights:retention")


@require_safe
@for_own_partner
def rules_(request: SignedInRequest) -> HttpResponse:
    """The times for keeping, for those who set them and those who decide by them."""
    user = request.user
    ensure(user.manages_partners or user.can(Right.DECIDE_REQUESTS))
    context = {"rules": list(RetentionRule.objects.all()), "may_edit": user.manages_partners}
    return render(request, "rights/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.MANAGE_PARTNERS)
@for_own_partner
def rule(request: SignedInRequest, code: str) -> HttpResponse:
    """Keep cases of one class of outcome for another time."""
    row = get_object_or_404(RetentionRule, outcome_class=code)
    data = request.POST if request.method == "POST" else None
    form = RuleForm(data, initial={"version": row.version, "months": row.months, "source": row.source})
    context = {"row": row, "form": form, "title": OutcomeClass(row.outcome_class).label, "clashes": []}
    if data is None or not form.is_valid():
        return render(request, "rights/rule.html", context, status=200 if data is None else 422)
    try:
        actions.edit_rule(by=request.user, rule=row, **form.cleaned_data)
    except actions.Refused as refusal:
        form.add_error(None, str(refusal))
        now = RetentionRule.objects.get(pk=row.pk)
        comparing.renew(form, version=now.version)
        clashes = comparing.clashes(form, {"months": now.months, "source": now.source})
        return render(request, "rights/rule.html", context | {"row": now, "clashes": clashes}, status=409)
    messages.success(request, _("The time for keeping is changed."))
    return redirect("rights:rules")
