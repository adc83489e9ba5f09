"""Closing a case, opening it again, and following a settlement up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import comparing
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from agencies.choices import OutcomeClass

from .. import access_log, closing, rules, settlements
from ..choices import SettlementState
from ..closing import ClosingRefused
from ..forms import CloseForm, KeyedForm, ReopenForm, SettlementForm
from ..models import Case
from ..settlements import FollowUpRefused
from ..standing import move_of
from .detail import case_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.WORK_CASES)
def close(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say how it ended. While a referral is live the page says which, and whose move it is."""
    case = case_or_404(request, reference)
    ensure(rules.can_read(request.user, case))
    if request.method != "POST":
        if case.is_closed:
            messages.info(request, closing.why_not_again(case))
            return redirect(case)
        return _close_page(request, case, CloseForm(initial=first_values(case)))
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _close_page(request, case, form, status=422)
    try:
        closing.close(by=request.user, case=case, ending=form.ending(), key=form.cleaned_data["key"])
    except ClosingRefused as refusal:
        return _close_page(request, case, _refused(CloseForm, request, refusal), status=409)
    messages.success(request, _("The case is closed."))
    return redirect(case)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.WORK_CASES)
def reopen(request: SignedInRequest, reference: str) -> HttpResponse:
    """Open a closed case again, with a reason."""
    case = case_or_404(request, reference)
    ensure(rules.can_read(request.user, case))
    if request.method != "POST":
        if not case.is_closed:
            messages.info(request, _("This case is open already."))
            return redirect(case)
        return _reopen_page(request, case, ReopenForm())
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _reopen_page(request, case, form, status=422)
    try:
        closing.reopen(by=request.user, case=case, **form.cleaned_data)
    except ClosingRefused as refusal:
        return _reopen_page(request, case, _refused(ReopenForm, request, refusal), status=409)
    messages.success(request, _("The case is open again."))
    return redirect(case)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.WORK_CASES)
def settlement(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say whether what was agreed upon was also done."""
    case = case_or_404(request, reference)
    ensure(rules.can_read(request.user, case))
    if request.method != "POST":
        if not rules.can_follow_up(request.user, case):
            messages.info(request, _("There is no settlement to follow up."))
            return redirect(case)
        return _settlement_page(request, case, SettlementForm(initial=_settlement_values(case), case=case))
    form = SettlementForm(request.POST, case=case)
    if not form.is_valid():
        return _settlement_page(request, case, form, status=422)
    try:
        settlements.follow_up(by=request.user, case=case, **_followed_up(form))
    except FollowUpRefused as refusal:
        again = case_or_404(request, reference)
        stale = rules.can_follow_up(request.user, again) and form.cleaned_data["version"] != again.version
        clashes = comparing.clashes(form, _settlement_now(again, form.cleaned_data)) if stale else []
        form = _refused(SettlementForm, request, refusal, case=again, version=again.version)
        return _settlement_page(request, again, form, clashes=clashes, status=409)
    messages.success(request, _("It is written down."))
    return redirect(case)


def first_values(case: Case) -> dict[str, Any]:
    """What the form shows before anybody types: how the newest completed referral ended, and what all recovered.

    Amounts in different currencies are not added up; the page names them. A case that was closed before keeps its own.
    """
    completed = list(_completed(case))
    values: dict[str, Any] = {"settled": ""}
    ends = [row.outcome for row in completed if row.outcome.outcome_class != OutcomeClass.TRANSFERRED]
    if ends and ends[-1].retired_at is None:
        values["outcome"] = ends[-1]
    if case.amount_claimed is not None or case.amount_recovered is not None:
        return values | {
            "claimed": case.amount_claimed,
            "recovered": case.amount_recovered,
            "currency": case.currency,
        }
    amounts = [(row.currency, row.amount) for row in completed if row.amount is not None]
    currencies = {currency for currency, _amount in amounts}
    if len(currencies) == 1:
        values |= {
            "recovered": sum((amount for _currency, amount in amounts), Decimal()),
            "currency": currencies.pop(),
        }
    return values


def _completed(case: Case) -> Any:
    done = case.referrals.filter(state="completed", outcome__isnull=False)
    return done.select_related("case", "receiver", "outcome").order_by("ended_at")


def _settlement_values(case: Case) -> dict[str, Any]:
    return {
        "version": case.version,
        "settled": "" if case.settlement_state == SettlementState.PENDING else case.settlement_state,
        "currency": case.currency,
    }


def _settlement_now(case: Case, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What stands now of all that the form says; its note is always a new one, and an empty amount leaves the amount."""
    now: dict[str, Any] = {"settled": case.settlement_state}
    if typed["settled"] == SettlementState.PENDING:
        now["settlement_due"] = case.settlement_due
    if typed["recovered"] is not None:
        now |= {"recovered": case.amount_recovered, "currency": case.currency}
    return now


def _followed_up(form: SettlementForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "version": data["version"],
        "state": SettlementState(data["settled"]),
        "due": data["settlement_due"],
        "amount_recovered": data["recovered"],
        "currency": data["currency"],
        "note": data["note"],
        "key": data["key"],
    }


def _refused(
    form: type[Any], request: SignedInRequest, refusal: Exception, *, version: int | None = None, **more: Any
) -> Any:
    """The form as it was sent, with the sentence that says why not."""
    data = request.POST.copy()
    if version is not None:
        data["version"] = str(version)
    again = form(data, **more)
    again.add_error(None, str(refusal))
    return again


def _close_page(request: SignedInRequest, case: Case, form: CloseForm, *, status: int = 200) -> HttpResponse:
    access_log.read(request.user, case, "close")
    live = [{"referral": row, "move": move_of(row)} for row in closing.live_referrals(case)]
    recovered = [row for row in _completed(case) if row.amount is not None]
    context = {"case": case, "form": form, "live": live, "recovered": recovered}
    return render(request, "cases/close.html", context, status=status)


def _reopen_page(request: SignedInRequest, case: Case, form: KeyedForm, *, status: int = 200) -> HttpResponse:
    access_log.read(request.user, case, "reopen")
    return render(request, "cases/reopen.html", {"case": case, "form": form}, status=status)


def _settlement_page(
    request: SignedInRequest,
    case: Case,
    form: SettlementForm,
    *,
    clashes: Sequence[comparing.Clash] = (),
    status: int = 200,
) -> HttpResponse:
    access_log.read(request.user, case, "settlement")
    context = {
        "case": case,
        "form": form,
        "clashes": clashes,
        "late": case.settlement_due is not None and case.settlement_due <= timezone.localdate(),
    }
    return render(request, "cases/settlement.html", context, status=status)
