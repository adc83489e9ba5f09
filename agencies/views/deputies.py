"""The page on which a person, or their admin, says who stands in while they are out of office."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.absences import current_of
from accounts.models import User
from accounts.policy import SignedInRequest

from .. import actions, rules
from ..deputy_forms import DeputyForm
from ..models.staff import oneself_and_managed_by


@require_http_methods(["GET", "HEAD", "POST"])
def deputy(request: SignedInRequest, pk: int) -> HttpResponse:
    """From when until when, and who."""
    person = _find(request, pk)
    absence = current_of(person)
    data = request.POST if request.method == "POST" else None
    form = DeputyForm(data, person=person, absence=absence)
    context: dict[str, Any] = {
        "person": person,
        "absence": absence,
        "form": form,
        "is_oneself": person == request.user,
    }
    if data is None:
        return render(request, "agencies/deputy.html", context)
    if not form.is_valid():
        return render(request, "agencies/deputy.html", context, status=422)
    try:
        actions.set_deputy(by=request.user, person=person, **form.cleaned_data)
    except actions.ActRefused as refusal:
        form.add_error("deputy", str(refusal))
        return render(request, "agencies/deputy.html", context, status=409)
    messages.success(request, _("Saved: notices of that time go to both of you."))
    return redirect("agencies:deputy", pk)


@require_POST
def deputy_drop(request: SignedInRequest, pk: int) -> HttpResponse:
    """The person is back."""
    actions.drop_deputy(by=request.user, person=_find(request, pk))
    messages.success(request, _("Nobody stands in any more."))
    return redirect("agencies:deputy", pk)


def _find(request: SignedInRequest, pk: int) -> User:
    """Oneself, or somebody whose account one manages, who works on cases."""
    person = oneself_and_managed_by(request.user).select_related("partner").filter(pk=pk).first()
    if person is None or not rules.can_set_deputy(request.user, person):
        raise Http404
    return person
