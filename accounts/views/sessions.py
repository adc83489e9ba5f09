"""One's own sessions: looking at them, ending one or all others, and staying signed in.

Whoever ends sessions shows again who they are, unless they have just signed in: with a browser that was left open nobody
throws its owner out elsewhere (OWASP ASVS 5.0.0, 7.5.2). What was asked for is done right after.
"""

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .. import actions, security
from .. import sessions as alive
from ..policy import SignedInRequest


@require_safe
def sessions(request: SignedInRequest) -> HttpResponse:
    """Where this person is signed in."""
    listed = alive.of(request.user, request.session.session_key)
    return render(request, "accounts/sessions.html", {"sessions": listed})


@require_POST
@reauthentication_required(app="accounts")
def sign_out_session(request: SignedInRequest, pk: int) -> HttpResponse:
    """End one session of this person, on another device or this one."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    security.tell("signed_out", person=request.user, session="one")
    session.end()
    messages.success(request, _("That session has ended."))
    return redirect("accounts:sessions")


@require_POST
@reauthentication_required(app="accounts")
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    """End every session of this person on other devices; this one goes on, under a new key."""
    actions.sign_out_everywhere(by=request.user)
    alive.renew(request)
    security.tell("signed_out", person=request.user, session="others")
    messages.success(request, _("You are signed out on all other devices."))
    return redirect("accounts:sessions")


@require_POST
def stay(request: SignedInRequest) -> HttpResponse:
    """Put the end of the session off: somebody is there, typing or saying so. The middleware has done it."""
    return HttpResponse(status=204)
