"""The steps of a partner's life: each says before it happens what it does to people, sessions and live referrals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies import rules
from agencies.choices import Step
from agencies.models import Agreement, Partner
from agencies.models.staff import partners_managed_by

from .. import actions, effects
from ..forms.partners import ReasonForm


@dataclass(frozen=True)
class Page:
    """One step as its page puts it."""

    step: Step
    act: Callable[..., Partner]
    title: Promise
    yes: Promise
    icon: str
    done: Promise


ACTIVATE = Page(
    Step.ACTIVATED,
    actions.activate,
    _("Activate the partner"),
    _("Activate"),
    "play-circle",
    _("%(name)s is active: it may be referred to, and people may be invited."),
)
SUSPEND = Page(
    Step.SUSPENDED,
    actions.suspend,
    _("Suspend the partner"),
    _("Suspend"),
    "pause-circle",
    _("%(name)s is suspended; its people are signed out everywhere."),
)
REACTIVATE = Page(
    Step.REACTIVATED,
    actions.reactivate,
    _("Reactivate the partner"),
    _("Reactivate"),
    "play-circle",
    _("%(name)s takes part again; its people may sign in."),
)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.MANAGE_PARTNERS)
def activate(request: SignedInRequest, code: str) -> HttpResponse:
    """Let a registered partner take part."""
    return _step(request, code, ACTIVATE)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.MANAGE_PARTNERS)
def suspend(request: SignedInRequest, code: str) -> HttpResponse:
    """Shut a partner out."""
    return _step(request, code, SUSPEND)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.MANAGE_PARTNERS)
def reactivate(request: SignedInRequest, code: str) -> HttpResponse:
    """Let a suspended partner take part again."""
    return _step(request, code, REACTIVATE)


def _step(request: SignedInRequest, code: str, page: Page) -> HttpResponse:
    partner = get_object_or_404(partners_managed_by(request.user), code=code)
    if request.method != "POST":
        return _show(request, partner, page)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, partner, page, form=form, status=422)
    try:
        page.act(by=request.user, partner=partner, **form.said)
    except actions.ActRefused as refusal:
        partner.refresh_from_db()
        return _show(request, partner, page, form=_again(form, partner), refusal=str(refusal), status=409)
    messages.success(request, page.done % {"name": partner.name})
    return redirect("agencies:partner", partner.code)


def _again(form: ReasonForm, partner: Partner) -> ReasonForm:
    """The form with what was typed, beside what is there now: sent once more, it counts."""
    return form.renewed(actions.seen_standing(partner))


def _show(
    request: SignedInRequest,
    partner: Partner,
    page: Page,
    *,
    form: ReasonForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    agreements = Agreement.objects.in_force().filter(partner=partner)
    lacks = page.step == Step.ACTIVATED and not agreements.exists()
    context: dict[str, Any] = {
        "partner": partner,
        "page": page,
        "refusal": refusal,
        "lacks_agreement": lacks,
        "possible": rules.may_step(partner, page.step),
        "effects": effects.of(page.step, partner),
        "form": form or ReasonForm(initial={"seen": actions.seen_standing(partner)}),
    }
    return render(request, "administration/step.html", context, status=status)
