"""Pages in the reader's language and time zone, and in nobody else's cache."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers


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
