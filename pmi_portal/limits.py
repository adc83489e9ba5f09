"""What no page of the portal expects is turned away before a page sees it: odd methods, endless bodies, NUL in addresses.

gunicorn has cut headers and the request line before (`pmi_portal.web`), and form fields are counted by Django
(DATA_UPLOAD_MAX_NUMBER_FIELDS). Bodies that trickle in are the proxy's to end (README).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template import loader
from django.utils.translation import gettext as _

METHODS = ("GET", "HEAD", "POST")


class LimitsMiddleware:
    """Answers 400, 405, 411 or 413 with one sentence, and reads nothing of the body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if "\0" in request.path_info:
            return turned_away(request, 400, _("This address holds a sign that no address has."))
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            return turned_away(request, 411, _("The portal needs to know beforehand how much you send."))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_arguments: Any) -> HttpResponse | None:
        """Before anything reads the body: how large it says it is, and whether this page takes files at all.

        A page that does tells a file that is too large from the rest of the form by itself (accounts.uploads).
        """
        if _length(request) <= (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0):
            return None
        if getattr(view, "takes_file", False):
            return None if request.user.is_authenticated else redirect_to_login(request.path)
        return turned_away(
            request, 413, _("This is more than the page takes. Please shorten the text, and send it again.")
        )


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def turned_away(request: HttpRequest, status: int, why: str) -> HttpResponse:
    """A bare page that says why."""
    page = loader.get_template("turned_away.html").render({"request": request, "why": why})
    return HttpResponse(page, status=status)
