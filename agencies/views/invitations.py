"""Inviting people: the form, sending again, withdrawing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions, rules
from ..forms import InviteForm
from ..models import Invitation, Partner
from ..models.staff import partners_managed_by
from ..wording import takes_nobody


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_STAFF)
def invite(request: SignedInRequest, code: str) -> HttpResponse:
    """Invite somebody to an account of this partner."""
    return _invite(request, get_object_or_404(partners_managed_by(request.user), code=code))


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def invite_portal_admin(request: SignedInRequest) -> HttpResponse:
    """Invite somebody who works for the portal itself: another admin, or the data protection officer."""
    return _invite(request, None)


@require_POST
@allow(Right.MANAGE_STAFF)
def invitation_resend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a new link; the older one is dead."""
    invitation = _find(request, pk)
    try:
        actions.resend(by=request.user, invitation=invitation)
    except actions.ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("A new link is on its way to %(email)s. Links sent before do not work any more.")
        messages.success(request, text % {"email": invitation.email})
    return _back(invitation.partner)


@require_POST
@allow(Right.MANAGE_STAFF)
def invitation_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """Withdraw the invitation."""
    invitation = _find(request, pk)
    try:
        actions.revoke(by=request.user, invitation=invitation)
    except actions.ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("The invitation of %(email)s is withdrawn; its link does not work any more.")
        messages.success(request, text % {"email": invitation.email})
    return _back(invitation.partner)


def _invite(request: SignedInRequest, partner: Partner | None) -> HttpResponse:
    form = InviteForm(request.POST if request.method == "POST" else None, partner=partner)
    context = {
        "form": form,
        "partner": partner,
        "takes_people": rules.takes_people(partner),
        "takes_nobody": takes_nobody(partner),
    }
    if request.method != "POST":
        return render(request, "agencies/invite.html", context)
    if not form.is_valid():
        return render(request, "agencies/invite.html", context, status=422)
    try:
        invitation = actions.invite(by=request.user, partner=partner, **form.cleaned_data)
    except actions.ActRefused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "agencies/invite.html", context, status=409)
    if invitation.waits_for_second:
        text = _("Another portal admin has to approve this. Nothing is sent to %(email)s before.")
    else:
        text = _("An invitation is on its way to %(email)s. Its link works once, within 72 hours.")
    messages.success(request, text % {"email": invitation.email})
    return _back(partner)


def _find(request: SignedInRequest, pk: int) -> Invitation:
    return get_object_or_404(Invitation.objects.visible_to(request.user).select_related("partner"), pk=pk)


def _back(partner: Partner | None) -> HttpResponse:
    if partner is None:
        return redirect("agencies:portal_people")
    return redirect("agencies:partner", code=partner.code)
