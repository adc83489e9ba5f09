"""Whoever is signed in, and may not go on yet: a locked account, and a code of conduct that was not accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts import kept
from accounts.middleware import needs_sign_in
from accounts.models import User
from accounts.policy import View

from .conduct import CURRENT

AFTERWARDS = "after_conduct"  # in the session
ALWAYS = ("account_logout", "account_reauthenticate", "accounts:set_language", "accounts:stay", "mfa_")


class AtTheDoorMiddleware:
    """Leads a locked person to the page that says so, and whoever has not accepted the current code of conduct to its text.

    Signing out and changing the language are possible meanwhile; a form that was sent is kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, *_arguments: Any) -> HttpResponse | None:
        if not isinstance(request.user, User) or not needs_sign_in(view):
            return None
        if request.user.locked_at is not None:
            return self._lead(request, "agencies:locked", also=("agencies:ask_unlock",))
        if settings.CONDUCT_REQUIRED and request.user.conduct_version != CURRENT:
            return self._lead(request, "agencies:conduct", also=("agencies:accept_conduct",))
        return None

    @staticmethod
    def _lead(request: HttpRequest, page: str, *, also: tuple[str, ...]) -> HttpResponse | None:
        match = request.resolver_match
        if match is not None and match.view_name.startswith((*ALWAYS, page, *also)):
            return None
        if "HX-Request" in request.headers:  # a part of a page that is open: the whole page goes there
            return HttpResponse(status=204, headers={"HX-Redirect": reverse(page)})
        request.session[AFTERWARDS] = kept.way_back(request)
        return redirect(page)
