"""Moving a person to another partner."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from agencies import rules
from agencies.actions import ActRefused
from agencies.last_ones import is_last_admin, is_last_who_works
from agencies.models.staff import people_managed_by
from cases import leaving

from ..actions.moving import move
from ..forms.moving import MoveForm


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def move_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what moving the person means, and do it."""
    person = get_object_or_404(people_managed_by(request.user).select_related("partner"), pk=pk)
    ensure(rules.can_move(request.user, person))
    form = MoveForm(request.POST if request.method == "POST" else None, by=request.user, person=person)
    context: dict[str, Any] = {
        "person": person,
        "form": form,
        "in_hand": leaving.in_hand(person),
        "last_admin": is_last_admin(person),
        "last_who_works": is_last_who_works(person),
    }
    if request.method != "POST":
        return render(request, "administration/move_person.html", context)
    if not form.is_valid():
        return render(request, "administration/move_person.html", context, status=422)
    data = form.cleaned_data
    try:
        moved = move(by=request.user, person=person, to=data["to"], role=data["role"], seen=data["seen"])
    except ActRefused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "administration/move_person.html", context, status=409)
    text = _("%(name)s works at %(partner)s now, and was signed out everywhere.")
    messages.success(request, text % {"name": moved.full_name, "partner": data["to"].name})
    return redirect("agencies:person", pk=pk)
