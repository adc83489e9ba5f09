"""Acts that take two admins: resetting a second factor, making a portal admin."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions
from ..models import FactorReset, Invitation
from ..models.staff import people_managed_by


@require_POST
@allow(Right.MANAGE_STAFF)
def ask_reset(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask that the person's second factor be reset."""
    person = _person(request, pk)
    try:
        actions.ask_factor_reset(by=request.user, person=person)
    except actions.ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("Another admin has to confirm this within 24 hours. %(name)s is told.")
        messages.success(request, text % {"name": person.full_name})
    return redirect("agencies:person", pk=pk)


@require_POST
@allow(Right.MANAGE_STAFF)
def confirm_reset(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm what another admin asked for."""
    person = _person(request, pk)
    try:
        actions.confirm_factor_reset(by=request.user, reset=_latest(request, person))
    except actions.ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("The second factor of %(name)s is reset; they set up a new one when they sign in next.")
        messages.success(request, text % {"name": person.full_name})
    return redirect("agencies:person", pk=pk)


@require_POST
@allow(Right.MANAGE_STAFF)
def refuse_reset(request: SignedInRequest, pk: int) -> HttpResponse:
    """Leave the second factor as it is."""
    person = _person(request, pk)
    try:
        actions.refuse_factor_reset(by=request.user, reset=_latest(request, person))
    except actions.ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The second factor stays as it is."))
    return redirect("agencies:person", pk=pk)


@require_POST
@allow(Right.MANAGE_PARTNERS)
def approve(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let the invitation of a portal admin go out."""
    invitation = _invitation(request, pk)
    try:
        actions.approve(by=request.user, invitation=invitation)
    except actions.ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("An invitation is on its way to %(email)s. Its link works once, within 72 hours.")
        messages.success(request, text % {"email": invitation.email})
    return redirect("agencies:portal_people")


@require_POST
@allow(Right.MANAGE_PARTNERS)
def refuse_admin(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let nothing come of it."""
    invitation = _invitation(request, pk)
    actions.refuse_admin(by=request.user, invitation=invitation)
    text = _("Nothing was sent to %(email)s: the invitation is refused.")
    messages.success(request, text % {"email": invitation.email})
    return redirect("agencies:portal_people")


def _person(request: SignedInRequest, pk: int) -> User:
    return get_object_or_404(people_managed_by(request.user), pk=pk)


def _latest(request: SignedInRequest, person: User) -> FactorReset:
    resets = FactorReset.objects.visible_to(request.user).select_related("person", "asked_by")
    return get_object_or_404(resets.filter(pk=resets.filter(person=person).order_by("-pk").values("pk")[:1]))


def _invitation(request: SignedInRequest, pk: int) -> Invitation:
    return get_object_or_404(Invitation.objects.visible_to(request.user).filter(partner=None), pk=pk)
