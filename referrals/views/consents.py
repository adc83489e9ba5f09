"""Who may know what of a case: what the worker granted to whom, changing it, withdrawing it, reviewing an override."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import comparing
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from cases import access_log
from cases.forms import KeyedForm
from cases.models import Case, Consent
from cases.views import door
from notifications.actions import mark_read

from .. import actions, consent_table, preview, rules
from ..actions import ActRefused
from ..forms import ChangeConsentForm, ReviewForm, WithdrawConsentForm


@require_GET
@allow(Right.WORK_CASES)
def consents(request: SignedInRequest, reference: str) -> HttpResponse:
    """Everything that was granted on this case, to whom, and what of it stands."""
    case = _case(request, reference)
    mark_read(by=request.user, path=request.path)
    return _page(request, case)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def change_consent(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Write down what the worker agrees to now, in the place of one grant."""
    case = _case(request, reference)
    consent = _consent(case, pk)
    if request.method == "GET":
        if not rules.can_change_consent(request.user, consent):
            return redirect("referrals:consents", reference=reference)
        form = ChangeConsentForm(initial=ChangeConsentForm.first_values(consent))
        return _change_page(request, consent, form)
    form = ChangeConsentForm(request.POST)
    if not form.is_valid():
        return _change_page(request, consent, form, status=422)
    try:
        actions.change_consent(
            by=request.user, consent=consent, grant=form.consent(), key=form.cleaned_data["key"]
        )
    except ActRefused as refusal:
        return _changed_meanwhile(request, _consent(case, pk), form, str(refusal))
    messages.success(request, _("The consent is changed. What the agency sees has changed with it."))
    return redirect("referrals:consents", reference=reference)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def withdraw_consent(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """The worker wants one partner to know nothing any more."""
    case = _case(request, reference)
    consent = _consent(case, pk)
    if request.method == "GET":
        return redirect("referrals:consents", reference=reference)

    def act(**fields: Any) -> None:
        actions.withdraw_consent(by=request.user, case=case, consent=consent, **fields)

    def again(form: KeyedForm, refusal: str, status: int) -> HttpResponse:
        fresh = ChangeConsentForm(initial=ChangeConsentForm.first_values(consent))
        return _change_page(request, consent, fresh, withdraw=form, refusal=refusal, status=status)

    return _perform(request, case, WithdrawConsentForm, act, again, _withdrawn())


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def withdraw_consents(request: SignedInRequest, reference: str) -> HttpResponse:
    """The worker wants nobody to know anything any more."""
    case = _case(request, reference)
    if request.method == "GET":
        return redirect("referrals:consents", reference=reference)

    def act(**fields: Any) -> None:
        actions.withdraw_consent(by=request.user, case=case, **fields)

    def again(form: KeyedForm, refusal: str, status: int) -> HttpResponse:
        return _page(request, case, withdraw=form, refusal=refusal, status=status)

    return _perform(request, case, WithdrawConsentForm, act, again, _withdrawn())


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def review_override(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Another supervisor's judgement of a decision to share without consent."""
    case = _case(request, reference)
    consent = _consent(case, pk)
    if request.method == "GET":
        return redirect("referrals:consents", reference=reference)
    ensure(rules.is_reviewer(request.user, consent))

    def act(**fields: Any) -> None:
        actions.review_override(by=request.user, consent=consent, **fields)

    def again(form: KeyedForm, refusal: str, status: int) -> HttpResponse:
        return _page(request, case, review=(consent.pk, form), refusal=refusal, status=status)

    return _perform(request, case, ReviewForm, act, again, _("Your review is saved."))


def _perform(
    request: SignedInRequest,
    case: Case,
    make_form: type[KeyedForm],
    act: Callable[..., None],
    again: Callable[[KeyedForm, str, int], HttpResponse],
    done: str,
) -> HttpResponse:
    """One small form: done, or its page again with everything typed kept."""
    form = make_form(request.POST)
    if not form.is_valid():
        return again(form, "", 422)
    try:
        act(**form.cleaned_data)
    except ActRefused as refusal:
        return again(make_form(request.POST), str(refusal), 409)
    messages.success(request, done)
    return redirect("referrals:consents", reference=case.reference)


def _case(request: SignedInRequest, reference: str) -> Case:
    return door.case_or_404(request.user, reference, door.with_keys)


def _consent(case: Case, pk: int) -> Consent:
    grants = case.consents.select_related("case__worker", "partner", "recorded_by")
    return get_object_or_404(grants, pk=pk)


def _page(
    request: SignedInRequest,
    case: Case,
    *,
    withdraw: KeyedForm | None = None,
    review: tuple[int, KeyedForm] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    access_log.read(request.user, case, "consents")
    rows = consent_table.rows(case)
    reviewed, typed = review or (0, None)
    context = {
        "case": case,
        "groups": consent_table.GROUPS,
        "rows": [row for row in rows if row.consent.replaced_by_id is None],
        "before": [row for row in rows if row.consent.replaced_by_id is not None],
        "duties": consent_table.duties(case),
        "to_review": [
            {
                "row": row,
                "form": (
                    typed
                    if row.consent.pk == reviewed and typed
                    else ReviewForm(auto_id=f"r{row.consent.pk}_%s")
                )
                if rules.can_review_override(request.user, row.consent)
                else None,
            }
            for row in rows
            if row.to_review
        ],
        "any_left": any(row.consent.withdrawn_at is None for row in rows),
        "withdraw": withdraw or WithdrawConsentForm(auto_id="all_%s"),
        "tried": withdraw is not None,
        "refusal": refusal,
    }
    return render(request, "referrals/consents.html", context, status=status)


def _change_page(
    request: SignedInRequest,
    consent: Consent,
    form: ChangeConsentForm,
    *,
    withdraw: KeyedForm | None = None,
    clashes: Sequence[comparing.Clash] = (),
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    access_log.read(request.user, consent.case, "consents")
    ticked = form["groups"].value() or []
    context = {
        "case": consent.case,
        "consent": consent,
        "partner": consent.partner,
        "form": form,
        "groups": preview.offered(consent.case, ticked),
        "withdraw": withdraw or WithdrawConsentForm(auto_id="withdraw_%s"),
        "tried": withdraw is not None,
        "clashes": clashes,
        "refusal": refusal,
    }
    return render(request, "referrals/change_consent.html", context, status=status)


def _changed_meanwhile(
    request: SignedInRequest, consent: Consent, form: ChangeConsentForm, refusal: str
) -> HttpResponse:
    """The page again with everything typed; where somebody else changed the consent first, beside what they wrote down.

    What is sent again then takes the place of theirs.
    """
    newest = _newest(consent)
    again = ChangeConsentForm(request.POST)
    if newest == consent or not rules.can_change_consent(request.user, newest):
        return _change_page(request, consent, again, refusal=refusal, status=409)
    now = {name: getattr(newest, name) for name in form.COLUMNS}
    clashes = comparing.clashes(form, now)
    return _change_page(request, newest, again, clashes=clashes, refusal=refusal, status=409)


def _newest(consent: Consent) -> Consent:
    """What took the place of a consent, and of that in turn."""
    while consent.replaced_by_id is not None:
        consent = _consent(consent.case, consent.replaced_by_id)
    return consent


def _withdrawn() -> str:
    return _(
        "The consent is withdrawn. Whoever had been sent the case can read it no more and is told to stop."
    )
