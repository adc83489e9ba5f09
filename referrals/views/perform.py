"""Doing something to a referral.

A GET leads back to the referral: that is where somebody lands who signs in again or changes the language on the page
that a refused act left behind.
"""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right

from ..actions import ActRefused
from . import acts, paper_acts, recording
from .acts import Act
from .detail import Attempt, load, page
from .partners import wants_search


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def accept(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.ACCEPT)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def ask(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.ASK)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def decline(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.DECLINE)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def report(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.REPORT)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def complete(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.COMPLETE)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def choose(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.CHOOSE)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def answer(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.ANSWER)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def withdraw(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.WITHDRAW)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def reopen(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.REOPEN)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def hand_over(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.HAND_OVER)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def lead(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.LEAD)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def message(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.MESSAGE)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def internal(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.INTERNAL)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def start_clock(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.START_CLOCK)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def stop_clock(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.STOP_CLOCK)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def provide(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.PROVIDE)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def stopped(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, acts.STOPPED)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def register(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, paper_acts.REGISTER)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def issue_letter(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, paper_acts.ISSUE_LETTER)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def issue_receipt(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, paper_acts.ISSUE_RECEIPT)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def email_letter(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, paper_acts.EMAIL_LETTER)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def record_stopped(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, recording.STOPPED)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def record_accept(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, recording.ACCEPT)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def record_decline(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, recording.DECLINE)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def record_ask(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, recording.ASK)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def record_start_clock(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, recording.START_CLOCK)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def record_report(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, recording.REPORT)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def record_complete(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, recording.COMPLETE)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def record_hand_over(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, recording.HAND_OVER)


@require_http_methods(["GET", "POST"])
@allow(Right.WORK_CASES)
def record_register(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, recording.REGISTER)


def _perform(request: SignedInRequest, pk: uuid.UUID, act: Act) -> HttpResponse:
    referral = load(request.user, pk)
    if request.method == "GET":
        return redirect(referral)
    ensure(act.side(request.user, referral))
    form = act.make_form(referral, request.POST)
    if wants_search(request):
        as_typed = act.make_form(referral, typed={"text": request.POST.get("text", "")})
        return page(request, referral, attempt=Attempt(act, as_typed))
    if not form.is_valid():
        return page(request, referral, attempt=Attempt(act, form), status=422)
    try:
        act.action(by=request.user, referral=referral, **form.cleaned_data)
    except ActRefused as refusal:
        attempt = Attempt(act, act.make_form(referral, request.POST), str(refusal))
        return page(request, load(request.user, pk), attempt=attempt, status=409)
    messages.success(request, str(act.done))
    return redirect(referral)
