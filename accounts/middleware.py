"""Pages in the reader's language and time zone, and in nobody else's cache."""

import zoneinfo
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from . import kept, second_factor, sessions
from .backends import let_in
from .models import KeptForm, User
from .policy import View


class PreferencesMiddleware:
    """Activate what the person chose; else the language cookie; else Bahasa Indonesia and Jakarta.

    The browser's Accept-Language is left alone on purpose: Indonesian is the first language here, and many shared
    office computers are set to English.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language, zone = self.preferences(request)
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    @staticmethod
    def preferences(request: HttpRequest) -> tuple[str, zoneinfo.ZoneInfo]:
        if request.user.is_authenticated:
            return request.user.language, zoneinfo.ZoneInfo(request.user.time_zone)
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        known = {code for code, _name in settings.LANGUAGES}
        return cookie if cookie in known else settings.LANGUAGE_CODE, zoneinfo.ZoneInfo(settings.TIME_ZONE)


class PrivateMiddleware:
    """No proxy keeps a page, nor does the browser: after signing out on a shared computer, "back" shows nothing.

    A view that says itself how long its answer may be kept has the last word.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response.headers:
            add_never_cache_headers(response)
        return response


class SessionClockMiddleware:
    """A session that has ended is closed at its next request, and one that is used is put off."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            why = sessions.why_over(request.session)
            if why:
                sessions.end(request, request.user, why)
                request.session_over = why  # type: ignore[attr-defined]  # a word of ours on Django's request
            else:
                sessions.note_activity(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, *_arguments: Any) -> None:
        """Say on the page to sign in why one is there."""
        if getattr(request, "session_over", "") == "idle" and needs_sign_in(view) and request.method == "GET":
            messages.info(
                request,
                _("You were signed out because nothing was done for %(minutes)d minutes.")
                % {"minutes": settings.SESSION_IDLE_MINUTES},
            )


class KeptFormMiddleware:
    """Nothing typed is lost: a form that comes without its session waits for its person to sign in again.

    Nor does it become somebody else's act: a form of a page that was shown to another person is kept for that person.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        arrived = request.method == "POST" and response.status_code < 400 and kept.KEPT_AS in request.POST
        if arrived and isinstance(request.user, User) and (row := kept.named(request, request.user)):
            kept.forget(KeptForm.objects.visible_to(request.user).filter(pk=row.pk))
        return response

    def process_view(self, request: HttpRequest, view: View, *_arguments: Any) -> HttpResponse | None:
        if request.method != "POST" or not needs_sign_in(view):
            return None
        if request.user.is_authenticated:
            another = kept.is_shown_to_another(request, request.user)
            return self._of_somebody_else(request) if another else None
        person = kept.owner(request) if kept.is_keepable(request) else None
        return keep_and_sign_in(request, person) if person else None

    @staticmethod
    def _of_somebody_else(request: HttpRequest) -> HttpResponse:
        person, is_kept = kept.owner(request), False
        if person is not None and kept.is_keepable(request):
            with suppress(kept.NotKept):
                kept.keep(request, person)
                is_kept = True
        return render(request, "accounts/not_your_form.html", {"is_kept": is_kept}, status=409)


def keep_and_sign_in(request: HttpRequest, person: User) -> HttpResponse:
    """Keep the form and lead to signing in, from where one comes back to it; or say that it could not be kept."""
    try:
        row = kept.keep(request, person)
    except kept.NotKept as refusal:
        return render(request, "accounts/not_kept.html", {"problem": str(refusal)}, status=401)
    messages.info(
        request,
        _("Your session had ended. What you sent is kept for you: sign in, and send it with one click."),
    )
    return redirect_to_login(reverse("accounts:kept", args=[row.pk]))


class StillThereMiddleware:
    """Whoever sends something is looked up again once all of it has arrived, which may take minutes.

    Somebody suspended or given another role meanwhile acts as the person they are now.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, *_arguments: Any) -> HttpResponse | None:
        if request.method != "POST" or not request.user.is_authenticated or not needs_sign_in(view):
            return None
        before = request.user
        now = let_in(before.pk)
        if now is None or now.session_generation != before.session_generation:
            logout(request)
            return redirect_to_login(reverse("home"))
        if (now.role, now.partner_id) != (before.role, before.partner_id):
            request.user = now
        return None


class SecondFactorMiddleware:
    """Nobody works without a second factor (MFA_REQUIRED): whoever has none sets one up first.

    Signing out, changing the language and confirming one's password are possible meanwhile; a form that was sent is
    kept. A session that has not shown the second factor which its person has by now ends.
    """

    WHILE_WAITING = (
        "mfa_",
        "account_logout",
        "account_reauthenticate",
        "accounts:set_language",
        "accounts:stay",
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, *_arguments: Any) -> HttpResponse | None:
        if (
            not request.user.is_authenticated
            or not needs_sign_in(view)
            or not second_factor.is_missing(request)
        ):
            return None
        if second_factor.has_one(request.user):
            logout(request)
            return redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("home"))
        match = request.resolver_match
        if match is not None and match.view_name.startswith(self.WHILE_WAITING):
            return None
        if "HX-Request" in request.headers:
            return HttpResponse(status=401)
        request.session[second_factor.AFTERWARDS] = kept.way_back(request)
        return redirect("mfa_index")


def needs_sign_in(view: View) -> bool:
    return getattr(view, "login_required", True)
