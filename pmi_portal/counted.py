"""What web processes count as they work, for Prometheus: answers, and how long they took.

Each adds to a file of its own in PROMETHEUS_MULTIPROC_DIR, when that is set; /metrics adds the files up. Labels are few and
known: route templates, methods and states of HTTP. Nothing that anybody typed becomes one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

METHODS = ("GET", "HEAD", "POST", "OPTIONS")

ANSWERS = Counter("portal_http_requests", "Answers by route and status.", ["method", "route", "status"])
DURATION = Histogram(
    "portal_http_request_seconds",
    "Seconds until a request was answered.",
    ["route"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


class CountMiddleware:
    """Outside of everything that may answer, so that a refusal is counted, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        route = route_of(request)
        method = str(request.method) if request.method in METHODS else "other"
        ANSWERS.labels(method, route, str(response.status_code)).inc()
        DURATION.labels(route).observe(time.monotonic() - began)
        return response


def route_of(request: HttpRequest) -> str:
    """The template of the address, such as "cases/<slug:reference>/"; "none" where nothing of ours answers it."""
    match = request.resolver_match
    return match.route or "/" if match else "none"
