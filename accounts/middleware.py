"""Pages in the reader's language and time zone, for the reader's partner alone, and in nobody else's cache."""

import zoneinfo
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from privacy import acting


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


class ActingMiddleware:
    """One request is one transaction, in which row-level security lets through what the reader's partner may see.

    It is the last in the list: by now the body is read, so that no slow upload keeps a transaction open, and whoever has
    to sign in first was sent there. The transaction ends when the page is rendered; an exception takes back everything,
    and its page is nobody's. What must stay even so is not written here. A view that asks for no transaction
    (`transaction.non_atomic_requests`) gets none, and reads nothing that is protected.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with ExitStack() as request.until_answered:  # type: ignore[attr-defined]  # process_view fills it
            return self.get_response(request)

    def process_view(self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if DEFAULT_DB_ALIAS in getattr(view, "_non_atomic_requests", ()):
            return
        _read_body(request)
        user = request.user
        partner = user.partner_id if user.is_authenticated and user.works_cases else None
        request.until_answered.enter_context(acting.as_partner(partner))
        if not connection.in_atomic_block:  # tests have one already
            request.until_answered.enter_context(transaction.atomic())
            request.until_answered.callback(_forget_if, request)

    def process_exception(self, request: Any, exception: Exception) -> None:
        request.failed = True
        request.until_answered.close()


def _read_body(request: HttpRequest) -> None:
    """Read what the browser sends while nothing is open; what breaks off is left to whoever asks for it."""
    try:
        request.POST  # noqa: B018
    except UnreadablePostError:
        pass


def _forget_if(request: Any) -> None:
    """Take the request's transaction back when it failed."""
    if getattr(request, "failed", False):
        transaction.set_rollback(True)
