"""The pages at the door: a locked account, and the code of conduct."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions, conduct
from ..middleware import AFTERWARDS
from ..models.staff import people_managed_by


@require_safe
def locked(request: SignedInRequest) -> HttpResponse:
    """Say why one cannot go on, and what to do."""
    if request.user.locked_at is None:
        return redirect("home")
    return render(request, "agencies/locked.html", {"asked_at": request.user.unlock_asked_at})


@require_POST
def ask_unlock(request: SignedInRequest) -> HttpResponse:
    """Ask the admins to unlock one's account."""
    try:
        told = actions.ask_unlock(by=request.user)
    except actions.ActRefused:
        return redirect("home")
    if told:
        messages.success(
            request, _("Your admins are told. You can sign in as soon as one of them has unlocked you.")
        )
    else:
        messages.info(request, _("You have asked already. If it is urgent, call your admin."))
    return redirect("agencies:locked")


@require_POST
@allow(Right.MANAGE_STAFF)
def unlock(request: SignedInRequest, pk: int) -> HttpResponse:
    """Unlock somebody's account."""
    person = get_object_or_404(people_managed_by(request.user), pk=pk)
    try:
        actions.unlock(by=request.user, person=person)
    except actions.ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s may sign in again.") % {"name": person.full_name})
    return redirect("agencies:person", pk=pk)


@require_safe
def code_of_conduct(request: SignedInRequest) -> HttpResponse:
    """The code of conduct; with a button for whoever has not accepted it yet."""
    context = {
        "points": conduct.points(),
        "version": conduct.CURRENT,
        "is_accepted": request.user.conduct_version == conduct.CURRENT,
    }
    return render(request, "agencies/conduct.html", context)


@require_POST
def accept_conduct(request: SignedInRequest) -> HttpResponse:
    """Accept it, and go on to where one was led away from."""
    try:
        actions.accept_conduct(by=request.user, version=request.POST.get("version", ""))
    except actions.StaleData as error:
        messages.error(request, str(error))
        return redirect("agencies:conduct")
    return redirect(request.session.pop(AFTERWARDS, "") or "home")
