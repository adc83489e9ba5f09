"""Answering a page that refreshes itself: a fragment with an ETag, or 304 when nothing changed."""

import hashlib
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from accounts.policy import SignedInRequest

SAME_FOR = 300  # seconds; then even an unchanged page is sent anew: its "3 hours left" are no longer true


def etag_of(request: SignedInRequest, *facts: Any) -> str:
    """An ETag of everything that the answer depends on: who asks, in which language and zone, and the facts."""
    user = request.user
    whole = (
        (user.pk, user.partner_id, user.role, user.language, user.time_zone),
        int(time.time() // SAME_FOR),
        facts,
    )
    return f'"{hashlib.sha256(repr(whole).encode()).hexdigest()[:32]}"'


def fragment(request: SignedInRequest, etag: str, render: Callable[[], HttpResponse]) -> HttpResponse:
    """The fragment, rendered only if the browser does not have it yet."""
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = render()
        response["ETag"] = etag
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response
