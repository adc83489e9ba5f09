"""One request is one transaction, and whoever is shut out before it ends neither sees its answer nor leaves a trace."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import reverse

from privacy import acting

from .models import User
from .policy import still_here

ASKED_EVERY = 64  # pieces of an answer that flows; a file goes in pieces of 4 KB


class ActingMiddleware:
    """One request is one transaction, in which row-level security lets through what the reader's partner may see.

    All but what needs this transaction stands before it in the list: by now the body is read, so that no slow upload
    keeps a transaction open, and whoever has to sign in first was sent there. The transaction ends when the page is rendered; an exception takes back everything,
    and its page is nobody's. What must stay even so is not written here. A view that asks for no transaction
    (`transaction.non_atomic_requests`) gets none, and reads nothing that is protected.

    Before it ends, its person is asked for once more and held: somebody suspended meanwhile gets the page to sign in, and
    what was done for them is taken back (docs/adr/0022). An answer that flows is asked for again while it does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.person = None
        with ExitStack() as request.until_answered:
            response = self.get_response(request)
            person = request.person
            if person is None or not request.user.is_authenticated:
                return response
            if still_here(person):
                return watched(response, person)
            transaction.set_rollback(True)
        return turned_away(request)

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
            request.person = user if user.is_authenticated else None

    def process_exception(self, request: Any, exception: Exception) -> None:
        take_back(request)


def turned_away(request: HttpRequest) -> HttpResponse:
    """End the session and lead to the page to sign in; a part of a page that refreshes by itself hears it by the code."""
    logout(request)
    if "HX-Request" in request.headers:
        return HttpResponse(status=401)
    return redirect_to_login(reverse("home"))


def watched(response: Any, person: User) -> Any:
    """The answer; one that flows stops where its reader is shut out."""
    if response.streaming:
        response.streaming_content = _while_let_in(response.streaming_content, person)
    return response


def _while_let_in(pieces: Iterable[bytes], person: User) -> Iterator[bytes]:
    """Raises ConnectionResetError, which ends the connection: what was sent so far is no whole file."""
    unchanged = User.objects.let_in().filter(pk=person.pk, session_generation=person.session_generation)
    for number, piece in enumerate(pieces):
        if number % ASKED_EVERY == 0 and not unchanged.exists():
            raise ConnectionResetError(errno.ECONNRESET, "The reader was shut out.")
        yield piece


def take_back(request: Any) -> None:
    """End the transaction of this request, in which something broke, and all that was done in it."""
    request.failed, request.person = True, None
    request.until_answered.close()


def _read_body(request: HttpRequest) -> None:
    """Read what the browser sends while nothing is open; what breaks off is left to whoever asks for it."""
    try:
        request.POST  # noqa: B018  # reading it is what takes the body in
    except UnreadablePostError:
        pass


def _forget_if(request: Any) -> None:
    """Take the request's transaction back when it failed."""
    if getattr(request, "failed", False):
        transaction.set_rollback(True)
