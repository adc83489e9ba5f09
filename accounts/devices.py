"""Which browser this is: a signed cookie that remembers who has signed in there.

Three things rest on it. Failed attempts are counted per account and browser, so that whoever guesses from elsewhere
cannot lock a person out of the browser they know (OWASP, "Slow down online guessing attacks with device cookies"). A
sign-in from a browser that does not know the person is told to them. And a form that comes after its session has ended
is kept for the person who was signed in there last. The cookie opens nothing by itself.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from .models import User
from .security import mark

SALT = "accounts.device"
LASTS = 90 * 24 * 3600  # seconds since the last sign-in
MOST = 5  # people that one browser remembers


@dataclass(frozen=True)
class Device:
    """One browser. `people` are the numbers and marks of those who signed in there, the last one first."""

    id: str = ""
    people: tuple[tuple[int, str], ...] = field(default=())

    @property
    def last_person(self) -> int | None:
        return self.people[0][0] if self.people else None

    def knows(self, person: User) -> bool:
        return any(pk == person.pk for pk, _mark in self.people)

    def attempts_key(self, email: str) -> str:
        """What failed attempts on this account are counted under: this browser's own count if it knows the account."""
        account = mark(email)
        known = any(marked == account for _pk, marked in self.people)
        return f"{account}:{self.id if known else 'elsewhere'}"


def of(request: HttpRequest) -> Device:
    """The browser of this request; an unknown one when the cookie is missing, old or not ours."""
    try:
        said = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=LASTS)
        return Device(said["id"], tuple((pk, marked) for pk, marked in said["people"]))
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        return Device()


def remember(request: HttpRequest, response: HttpResponseBase, person: User) -> None:
    """Let the browser know this person from now on."""
    device = of(request)
    others = [entry for entry in device.people if entry[0] != person.pk]
    people = [(person.pk, mark(person.email)), *others][:MOST]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"id": device.id or secrets.token_urlsafe(16), "people": people}, salt=SALT),
        max_age=LASTS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
