"""Going on elsewhere: referring again in one click, and agreeing to what an agency proposed to hand over."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from cases import access_log
from cases.choices import EventKind

from .. import actions, preview, rules
from ..actions import ActRefused
from ..forms.consent import GrantForm
from ..models import Referral
from .acts import REFER_AGAIN
from .detail import Attempt, load, page


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def refer_again(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Refer what was declined to the agency of the button, and go to the new referral."""
    referral = load(request.user, pk)
    if request.method == "GET":
        return redirect(referral)
    ensure(rules.is_sender(request.user, referral))
    form = REFER_AGAIN.make_form(referral, request.POST)
    if not form.is_valid():
        why = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return page(request, referral, attempt=Attempt(REFER_AGAIN, form, why), status=422)
    try:
        follow_up = actions.refer_again(by=request.user, referral=referral, **form.cleaned_data)
    except ActRefused as refusal:
        attempt = Attempt(REFER_AGAIN, form, str(refusal))
        return page(request, load(request.user, pk), attempt=attempt, status=409)
    messages.success(request, str(REFER_AGAIN.done))
    return redirect(follow_up)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def agree(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Write down that the worker agrees to the agency that was proposed, and send."""
    referral = load(request.user, pk)
    ensure(rules.is_sender(request.user, referral))
    if request.method == "GET" and not rules.can_agree(request.user, referral):
        return redirect(referral)
    if request.method == "GET":
        return _agree_page(request, referral, GrantForm(initial=_first_values(referral)))
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _agree_page(request, referral, form, status=422)
    try:
        key = form.cleaned_data["key"]
        actions.agree(by=request.user, referral=referral, consent=form.consent(), key=key)
    except ActRefused as refusal:
        form = GrantForm(request.POST)
        form.add_error(None, str(refusal))
        return _agree_page(request, load(request.user, pk), form, status=409)
    messages.success(request, _("The worker's consent is written down and the referral is sent."))
    return redirect(referral)


def _first_values(referral: Referral) -> dict[str, Any]:
    """What the worker agreed to, and how, is ticked by whoever heard it: never by us."""
    return {"given_by": referral.consent.given_by, "given_on": timezone.localdate()}


def _agree_page(
    request: SignedInRequest, referral: Referral, form: GrantForm, *, status: int = 200
) -> HttpResponse:
    access_log.read(request.user, referral.case, f"agree:{referral.number}")
    before = referral.previous
    context = {
        "referral": referral,
        "form": form,
        "by": before.receiver if before else None,
        "reason": _reason(before) if before else "",
        "groups": preview.offered(referral.case, form["groups"].value() or []),
    }
    return render(request, "referrals/agree.html", context, status=status)


def _reason(referral: Referral) -> str:
    event = referral.events.filter(kind=EventKind.HANDED_OVER).order_by("-at").first()
    return event.text if event else ""
