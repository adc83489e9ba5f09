"""Who gets through the door of a view: nobody's stranger learns anything, a known colleague learns why not.

Signing in is required everywhere by middleware. On top of that:
a role without the right gets 403 (`allow`); an object of somebody else's is 404 because views look it up through the
model's `visible_to(user)`; an act that this person may not do on an object they can see is 403 (`ensure`).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from privacy import acting

from .models import User
from .roles import Right

View = Callable[..., HttpResponseBase]


class SignedInRequest(HttpRequest):
    """A request behind the sign-in wall, for annotations: `user` is a person."""

    user: User


def allow(right: Right) -> Callable[[View], View]:
    """Decorate a view so that only roles holding `right` enter; the others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            ensure(request.user.can(right))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def acting_over(right: Right) -> Callable[[View], View]:
    """Decorate a view of those whom `right` lets watch over something: row-level security opens to them what is of their
    own partner, at the portal what is of all, and to others nothing. They need not work on cases (accounts.answering)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            over = acting.Acting(partner=user.partner_id, portal=user.partner_id is None)
            with acting.acting(over if user.can(right) else acting.NOBODY):
                return view(request, *args, **kwargs)

        return entered

    return decorate


def ensure(permitted: bool) -> None:
    """Go on, or answer 403."""
    if not permitted:
        raise PermissionDenied


def hold(person: User) -> None:
    """Keep this person as they are until the transaction ends; for acts that began long before they write.

    Whoever suspends them or gives them another role waits for the commit, or has done it already: then PermissionDenied.
    """
    ensure(_held(person) == (person.role, person.partner_id, person.session_generation))


def still_here(person: User) -> bool:
    """Whether this person is neither suspended nor signed out everywhere since the request began; held as by `hold`."""
    now = _held(person)
    return now is not None and now[2] == person.session_generation


def _held(person: User) -> tuple[str, int | None, int] | None:
    """Role, partner and generation of a person who is let in, held until the transaction ends.

    Shared, so that two requests of one person do not wait for each other, while whoever changes the person does. The
    person's row is the last that an act locks which changes it: a request comes here with whatever it has locked.
    A suspended partner is seen in the generation of its people, all of which end with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role, partner_id, session_generation FROM accounts_user WHERE id = %s AND is_active FOR SHARE",
            [person.pk],
        )
        row: tuple[str, int | None, int] | None = cursor.fetchone()
        return row
