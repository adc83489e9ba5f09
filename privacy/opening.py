"""Around each request: keys are opened for it alone, and what cannot be opened gets a plain page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import keys
from .sealing import KeyDestroyed, SealBroken


class SealMiddleware:
    """Forgets opened keys when the request is over, and answers for sealed data that nobody can read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with keys.scope():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """410 for data that was erased; 500 for a seal that is broken, which the security log tells of already."""
        if isinstance(exception, KeyDestroyed):
            return render(request, "erased.html", status=410)
        if isinstance(exception, SealBroken):
            return render(request, "seal_broken.html", status=500)
        return None
