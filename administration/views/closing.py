"""Closing a partner: first the successor is chosen, then the page says what happens, then it does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies import rules
from agencies.choices import Step
from agencies.models import Partner
from agencies.models.staff import partners_managed_by

from .. import actions
from ..effects_of_closing import of_closing
from ..forms.closing import CloseForm, SuccessorForm


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.MANAGE_PARTNERS)
def close(request: SignedInRequest, code: str) -> HttpResponse:
    """Close a partner, with the successor that the address names."""
    partner = get_object_or_404(partners_managed_by(request.user), code=code)
    choice = SuccessorForm(request.GET if "successor" in request.GET else None, partner=partner)
    chosen = choice.is_bound and choice.is_valid()
    if request.method == "POST" and chosen:
        return _close(request, partner, choice)
    status = 422 if choice.is_bound and not chosen else 200
    return _page(request, partner, choice, form=None, status=status)


def _close(request: SignedInRequest, partner: Partner, choice: SuccessorForm) -> HttpResponse:
    form = CloseForm(request.POST, partner=partner)
    if not form.is_valid():
        return _page(request, partner, choice, form=form, status=422)
    try:
        actions.close(by=request.user, partner=partner, successor=choice.chosen, **form.said)
    except actions.ActRefused as refusal:
        partner.refresh_from_db()
        return _page(request, partner, choice, form=form, refusal=str(refusal), status=409)
    messages.success(request, _("%(name)s is closed.") % {"name": partner.name})
    return redirect("agencies:partner", partner.code)


def _page(
    request: SignedInRequest,
    partner: Partner,
    choice: SuccessorForm,
    *,
    form: CloseForm | None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    possible = rules.may_step(partner, Step.CLOSED)
    ready = possible and choice.is_bound and choice.is_valid()
    context: dict[str, Any] = {
        "partner": partner,
        "choice": choice,
        "refusal": refusal,
        "possible": possible,
        "ready": ready,
    }
    successor = choice.chosen if ready else None
    foreseen = actions.foresee(partner, successor)
    context |= {
        "effects": of_closing(foreseen),
        "stops": actions.why_not(partner, successor) if ready else actions.has_open_cases(partner),
        "form": form.renewed(foreseen.seen)
        if form
        else CloseForm(initial={"seen": foreseen.seen}, partner=partner),
    }
    return render(request, "administration/close.html", context, status=status)
