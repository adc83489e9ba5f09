"""Accepting an invitation: the only pages here that are open to strangers.

The link of the e-mail carries the token. Its page keeps the token's hash in the session and goes on to an address
without it, so that no log of requests, history of a shared computer or error page shows a token that still counts.
"""

from typing import Any

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from .. import actions, rules
from ..forms import AcceptForm
from ..models import Invitation
from ..models.staff import hash_of

SESSION_KEY = "invitation"


@require_safe
@never_cache
@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of the e-mail leads. Reading it uses nothing up: mail scanners follow links, too."""
    response = redirect("agencies:welcome")
    found = Invitation.objects.filter(token_hash=hash_of(token)).first()
    if found is None:  # a guess leaves nothing behind, least of all an older link's hash
        request.session.pop(SESSION_KEY, None)
        return response
    request.session[SESSION_KEY] = found.token_hash
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, found.language, max_age=365 * 24 * 3600, samesite="Lax"
        )
    return response


@require_http_methods(["GET", "POST"])
@never_cache
@login_not_required
@sensitive_post_parameters("password", "password_again")
def welcome(request: HttpRequest) -> HttpResponse:
    """Set name and password, and come in. 410 with whom to ask when the invitation does not count any more."""
    token_hash = request.session.get(SESSION_KEY, "")
    found = (
        Invitation.objects.filter(token_hash=token_hash).select_related("partner", "invited_by").first()
        if token_hash
        else None
    )
    if problem := _problem(found):
        return render(
            request, "agencies/invitation_gone.html", {"problem": problem, "invitation": found}, status=410
        )
    assert found is not None
    if request.user.is_authenticated:
        return _signed_in_already(request, found)
    form = AcceptForm(
        request.POST if request.method == "POST" else None,
        email=found.email,
        initial={"full_name": found.full_name},
    )
    context = {"form": form, "invitation": found}
    if request.method != "POST":
        return render(request, "agencies/welcome.html", context)
    if not form.is_valid():
        return render(request, "agencies/welcome.html", context, status=422)
    return _accept(request, form, context)


def _accept(request: HttpRequest, form: AcceptForm, context: dict[str, Any]) -> HttpResponse:
    try:
        person = actions.accept(
            token_hash=request.session[SESSION_KEY],
            password=form.cleaned_data["password"],
            full_name=form.cleaned_data["full_name"],
        )
    except actions.ActRefused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "agencies/welcome.html", context, status=409)
    del request.session[SESSION_KEY]
    with override(person.language):
        messages.success(request, _("Welcome. Your account is ready, and you are signed in."))
    response: HttpResponse = perform_login(request, person)
    return response


def _signed_in_already(request: HttpRequest, found: Invitation) -> HttpResponse:
    """An account is one person's: whoever is signed in must leave first. One button does it and goes on."""
    if request.method == "POST" and "sign_out" in request.POST:
        logout(request)
        request.session[SESSION_KEY] = found.token_hash
        return redirect("agencies:welcome")
    return render(request, "agencies/invitation_signed_in.html", {"invitation": found})


def _problem(found: Invitation | None) -> str:
    """Why the link does not count, as a word for the template; nothing when it does."""
    if found is None:
        return "unknown"
    if found.accepted_at:
        return "used"
    if found.revoked_at:
        return "withdrawn"
    if found.is_expired:
        return "expired"
    return "" if rules.takes_people(found.partner) else "suspended"
