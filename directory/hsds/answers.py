"""Answers for machines: JSON for everybody, with a mark by which an unchanged one is not sent again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import override
from django.views.decorators.http import require_safe

from .asking import BadParameter

KEPT_FOR = 300  # seconds that browsers and proxies may keep an answer
CHUNK = 200  # rows of a stream that are in memory at once
View = Callable[..., HttpResponseBase]
Rows = QuerySet[Any] | list[Any]
Told = Callable[[list[Any]], list[Any]]  # rows as objects of HSDS


class NotPublished(Exception):
    """There is no such object, or it is not for the world."""


def public(view: View) -> View:
    """Decorate a view for machines: no sign-in, no cookie, any origin, in Indonesian; counted by address (pmi_portal.pace).

    It has no transaction around it, because a stream outlives the view; it reads nothing that belongs to a case.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with override("id"):
            try:
                response = view(request, *args, **kwargs)
            except BadParameter as error:
                response = _json({"error": str(error)}, status=400)
            except NotPublished:
                response = _json({"error": "Nothing is published under this address."}, status=404)
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        response["Content-Language"] = "id"
        if response.status_code in (200, 304):
            response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
        return response

    answered.paced_by_address = True  # type: ignore[attr-defined]  # read by pmi_portal.pace
    return login_not_required(transaction.non_atomic_requests(require_safe(answered)))


def answer(request: HttpRequest, content: Any, *, modified: datetime | None = None) -> HttpResponseBase:
    """The content as JSON, or that it is the same as before (304), by its hash."""
    response = _json(content)
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    response["ETag"] = etag
    if modified is not None:
        response["Last-Modified"] = http_date(modified.timestamp())
    return get_conditional_response(request, etag=etag, response=response) or response


def stream(rows: Rows, told: Told) -> StreamingHttpResponse:
    """Each object as one line of JSON. Some rows are read at a time, by their key: neither memory nor a transaction grows."""
    return StreamingHttpResponse(lines(rows, told), content_type="application/x-ndjson")


def lines(rows: Rows, told: Told) -> Iterator[bytes]:
    for chunk in _chunks(rows):
        with override("id"):  # the view's own has ended by now
            text = b"".join(_bytes(one) + b"\n" for one in told(chunk))
        yield text


def _chunks(rows: Rows) -> Iterator[list[Any]]:
    if not isinstance(rows, QuerySet):
        yield rows
        return
    rows = rows.order_by("pk")
    chunk = list(rows[:CHUNK])
    while chunk:
        yield chunk
        chunk = list(rows.filter(pk__gt=chunk[-1].pk)[:CHUNK])


def _json(content: Any, *, status: int = 200) -> HttpResponse:
    return HttpResponse(_bytes(content), content_type="application/json", status=status)


def _bytes(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
