"""Every request gets an id, and one line in the log when it is answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from . import tracing

access = logging.getLogger("access")
security = logging.getLogger("security")


class TraceMiddleware:
    """The outermost: what anything behind it logs carries the request's id, and who it was.

    A line of the log names the route's template, never the address: that may hold a token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        with tracing.trace(tracing.new_id(), address=address_of(request)) as trace:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = trace.request_id
            took = round((time.monotonic() - started) * 1000)
            access.info("%s %s", request.method, response.status_code, extra={"ms": took})
        return response

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        """Note what the middleware between here and the view has found out."""
        trace = tracing.current()
        trace.route = request.resolver_match.route if request.resolver_match else ""
        user: Any = getattr(request, "user", None)
        trace.user, trace.partner = getattr(user, "pk", None), getattr(user, "partner_id", None)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        if isinstance(error, PermissionDenied):
            security.warning("forbidden", extra={"method": str(request.method)})


def address_of(request: HttpRequest) -> str:
    """The caller's IP address, behind as many proxies as are trusted to name it; empty for a socket."""
    passed_on = request.headers.get("X-Forwarded-For", "").split(",")
    count: int = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    if count and len(passed_on) >= count:
        return passed_on[-count].strip()[:45]
    return str(request.META.get("REMOTE_ADDR", ""))
