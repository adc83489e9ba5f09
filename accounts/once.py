"""The same form sent twice is one act and has one answer (docs/adr/0029).

Every form that is posted carries a key, made when it is shown: the tag `csrf_token` writes it beside the token. A form that
was done, which is answered by leading elsewhere, leaves its answer behind in the transaction of the act: both stay or
neither does. Whoever sends the key again (a double click, a resend, a line that broke) waits for the first and is led to the
same place with the same messages.

A key counts for one person at one address. One that is missing or spoiled is as none: nobody can mend what they do not see.
A form that was refused leaves nothing, so that it may be sent again once it is mended.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from privacy import brief
from privacy.sealing import SealBroken

from . import answering, kept
from .answered import AnsweredForm
from .policy import View

LASTS = timedelta(days=3)
KEY = "key"
OURS = {KEY, *kept.OURS}  # fields that say nothing of what the form asks for
PURPOSE = "seal answers"
NEVER = {  # routes, or what they begin with, and why their forms are not remembered
    "account_": "passwords: nothing is kept that could be compared with one",
    "mfa_": "passwords and codes, each good for once",
    "accounts:set_language": "switched to and fro; it is also asked before anybody signed in",
    "accounts:stay": "sent by a script; each time says something new",
    "cases:alike": "sent by a script; changes nothing",
    "cases:draft": "sent by a script; each time says something new",
    "cases:nik": "sent by a script; writes nothing",
    "cases:search": "writes nothing, and is sent in a form only so that no name stands in an address",
    "search:": "writes nothing, and is sent in a form only so that no name stands in an address",
}


class OnceMiddleware:
    """Stands behind ActingMiddleware, so within the request's transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.sent = None
        response = self.get_response(request)
        if request.sent is not None and is_done(response):
            try:
                remember(request, request.sent, response)
            except Exception:
                answering.take_back(request)
                raise
        return response

    def process_view(self, request: Any, view: View, *_arguments: Any) -> HttpResponse | None:
        key = key_of(request)
        if key is None or not request.user.is_authenticated or not connection.in_atomic_block:
            return None
        sent = AnsweredForm(id=identity(request, key), content=content_of(request))
        wait_for(sent)
        before = AnsweredForm.objects.filter(pk=sent.pk).first()
        if before is None:
            request.sent = sent
            return None
        return again(request, before) if before.content == sent.content else otherwise(request, before)


def is_remembered(route: str) -> bool:
    return not route.startswith(tuple(NEVER))


def key_of(request: HttpRequest) -> UUID | None:
    """The key of a form whose answer is to be remembered; None where there is none, or one that nobody of ours made."""
    match = request.resolver_match
    if request.method != "POST" or match is None or not is_remembered(match.view_name):
        return None
    try:
        return UUID(request.POST.get(KEY, "")[:40])
    except ValueError:
        return None


def wait_for(sent: AnsweredForm) -> None:
    """Until whoever sends the same form has committed it, or given it up (PostgreSQL advisory lock)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sent.id[:15], 16)])


def identity(request: Any, key: UUID) -> str:
    return _hmac([request.user.pk, request.path, str(key)])


def content_of(request: HttpRequest) -> str:
    """One HMAC of all that was typed, chosen and attached."""
    fields = sorted((name, request.POST.getlist(name)) for name in request.POST if name not in OURS)
    attached: Any = request.FILES
    files = sorted((name, file.name, _hash(file)) for name, file in attached.items())
    return _hmac([fields, files])


def is_done(response: HttpResponse) -> bool:
    """Whether the form was done: the answer leads elsewhere, and not to signing in or to confirming who one is."""
    first = (reverse("account_login"), reverse("account_reauthenticate"))
    return response.status_code in (302, 303) and not response.headers["Location"].startswith(first)


def remember(request: HttpRequest, sent: AnsweredForm, response: HttpResponse) -> None:
    queued: Any = messages.get_messages(request)
    told = [  # going through `queued` itself would use them up
        (message.level, str(message.message), message.extra_tags) for message in queued._queued_messages
    ]
    sent.location = response.headers["Location"]
    sent.told = brief.seal(json.dumps(told).encode(), purpose=PURPOSE, bound_to=sent.id)
    sent.save(force_insert=True)


def again(request: HttpRequest, before: AnsweredForm) -> HttpResponse:
    """The same answer; without its messages where the key that sealed them is gone."""
    try:
        told = brief.open_(before.told, purpose=PURPOSE, bound_to=before.id)
    except SealBroken:
        told = b"[]"
    for level, text, tags in json.loads(told):
        messages.add_message(request, level, text, tags)
    return redirect(before.location)


def otherwise(request: HttpRequest, before: AnsweredForm) -> HttpResponse:
    """A form that was done and comes again with other content, as after going back: nothing is done and nothing is lost."""
    fields = [(name, request.POST.getlist(name)) for name in request.POST if name not in OURS]
    context = {
        "before": before,
        "path": request.get_full_path(),
        "fields": fields,
        "written": kept.written(fields),
        "had_file": bool(request.FILES),
    }
    return render(request, "accounts/sent_already.html", context, status=409)


def sweep() -> int:
    """Forget what was answered days ago; how many forms."""
    count, _by_model = AnsweredForm.objects.filter(answered_at__lt=timezone.now() - LASTS).delete()
    return count


def _hmac(parts: list[Any]) -> str:
    return salted_hmac("accounts.once", json.dumps(parts), algorithm="sha256").hexdigest()


def _hash(file: Any) -> str:
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
