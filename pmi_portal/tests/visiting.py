"""Knocking at every route: the routes of the URLconf, sessions made once, and what an answer amounts to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User

METHODS = ["GET", "POST"]
FORM = "application/x-www-form-urlencoded"


def names(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, space)
        elif pattern.name:
            yield f"{prefix}{pattern.name}", pattern
        else:
            yield f"{prefix}(unnamed {pattern.pattern})", pattern


ROUTES = dict(names(get_resolver().url_patterns))


def parameters(route: str) -> list[str]:
    """The names of what the route's address is made of."""
    pattern = ROUTES[route].pattern
    return sorted({*pattern.converters, *pattern.regex.groupindex})


def session_of(person: User) -> str:
    """The key of a new session of this person."""
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def visitor(session: str | None) -> Client:
    """A client with that session; with None, nobody's."""
    client = Client(raise_request_exception=False)
    if session is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


@dataclass(frozen=True)
class Answer:
    """What came back: the status as it stands in the tables, and every byte that could be read."""

    status: int
    leads_to: str
    content: bytes

    @property
    def outcome(self) -> str:
        """The status; a redirect to the sign-in page is written "login"."""
        return "login" if self.status == 302 and "/login/" in self.leads_to else str(self.status)


def knock(session: str | None, method: str, address: str) -> Answer:
    """What the portal answers; whatever it wrote is rolled back."""
    with transaction.atomic():
        response = visitor(session).generic(method, address, content_type=FORM)
        content = response.getvalue()
        transaction.set_rollback(True)
    return Answer(response.status_code, response.headers.get("Location", ""), content)
