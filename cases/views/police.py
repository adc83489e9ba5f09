"""The advice to report sexual violence: its legal note, and what a supervisor decides (UU 12/2022 art. 41)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right

from .. import access_log, rules, tpks
from ..forms import KeyedForm, NotReportedForm, ReportedForm
from ..models import Case
from .detail import case_or_404

FORMS: dict[str, type[KeyedForm]] = {"reported": ReportedForm, "not_reported": NotReportedForm}
ACTIONS: dict[str, Callable[..., Case]] = {"reported": tpks.reported, "not_reported": tpks.not_reported}


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.OVERSEE_CASES)
def police_report(request: SignedInRequest, reference: str) -> HttpResponse:
    """Read the note; say that it was reported, or why not. `decision` says which of the two forms was sent."""
    case = case_or_404(request, reference)
    ensure(rules.can_decide_on_police_report(request.user, case))
    if request.method != "POST":
        if tpks.running(case) is None:
            messages.info(request, _("There is nothing to decide about a report to the police."))
            return redirect(case)
        return _page(request, case)
    decision = "reported" if request.POST.get("decision") == "reported" else "not_reported"
    form = FORMS[decision](request.POST, auto_id=f"{decision}_%s")
    if not form.is_valid():
        return _page(request, case, decision, form, status=422)
    try:
        ACTIONS[decision](by=request.user, case=case, **form.cleaned_data)
    except tpks.DecisionRefused as refusal:
        again = FORMS[decision](request.POST, auto_id=f"{decision}_%s")
        again.add_error(None, str(refusal))
        return _page(request, case, decision, again, status=409)
    messages.success(request, _("Your decision is written down."))
    return redirect(case)


def _page(
    request: SignedInRequest,
    case: Case,
    decision: str = "",
    sent: KeyedForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    access_log.read(request.user, case, "police_report")
    forms = {
        name: sent if sent is not None and name == decision else form(auto_id=f"{name}_%s")
        for name, form in FORMS.items()
    }
    context = {"case": case, "clock": tpks.running(case), "decision": decision, **forms}
    return render(request, "cases/police_report.html", context, status=status)
