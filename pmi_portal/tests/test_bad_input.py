"""Whatever is sent to whichever address: a short answer, and never an error of ours."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from pmi_portal.tests.test_routes import ROWS, WHO, Visitors
from pmi_portal.tests.world import make_world

FORM = "application/x-www-form-urlencoded"
VALUES = {  # as they travel: written out for an address or a form
    "NUL": "a%00b",
    "half a character": "a%ED%A0%80b",
    "bytes that are no text": "%FF%FE%C3",
    "signs that turn the line around": quote("a\u202eb\u2066\u200b\ufeffc"),
    "line breaks": "a%0D%0ABcc:%20evil@evil.example%0Ab%E2%80%A8c",
    "a long text": "9" * 4_000,
    "brackets without end": "[" * 4_000,
    "a number without end": "-9e999",
    "markup": quote("<script>alert(1)</script>{{ 7*7 }}{% debug %}'\"--"),
    "an address elsewhere": quote("https://evil.example/\\@evil.example//"),
    "an object's internals": quote("__class__.__init__"),
}
READ = sorted(  # for each route one reader for whom it does something
    (route, method, next(who for who in reversed(WHO) if row[who] not in ("login", "403", "404", "405")))
    for (route, method), row in ROWS.items()
    if any(row[who] not in ("login", "403", "404", "405") for who in WHO)
)


@pytest.fixture(scope="module")
def visitors(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Visitors]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Visitors(make_world())
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def names(visitors: Visitors) -> list[str]:
    """Every name that any field of any page has."""
    found = {"next", "page", "before", "after", "q", "draft", "country", "topics", "reference", "code"}
    for route, method, who in READ:
        if method == "GET" and route != "healthz":
            page = answer(visitors, who, "GET", reverse(route, kwargs=visitors.arguments(route)))
            if "html" in page.headers.get("Content-Type", ""):
                found |= set(re.findall(r'\bname="([\w-]+)"', page.content.decode()))
    return sorted(found - {"csrfmiddlewaretoken", "viewport"})


def answer(visitors: Visitors, who: str, method: str, address: str, body: str = "") -> Any:
    with transaction.atomic():
        client: Any = visitors.client(who)
        response = client.generic(method, address, body, content_type=FORM)
        if response.streaming:
            assert b"".join(response) is not None
        transaction.set_rollback(True)
    return response


@pytest.mark.django_db
@pytest.mark.parametrize("turn", range(0, len(VALUES), 3))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_field_of_every_page_takes_anything(
    method: str, turn: int, visitors: Visitors, names: list[str]
) -> None:
    """Each field gets another of the values at each turn."""
    assert len(names) > 100
    values = list(VALUES.values())
    fields = "&".join(f"{name}={values[(number + turn) % len(values)]}" for number, name in enumerate(names))
    broken = []
    for route, how, who in READ:
        if how == method and route != "healthz":
            address = reverse(route, kwargs=visitors.arguments(route))
            sent = (f"{address}?{fields}", "") if method == "GET" else (address, fields)
            if answer(visitors, who, method, *sent).status_code >= 500:
                broken.append(route)
    assert broken == []


SPOILED = ["%00", "a%00b", "%ED%A0%80", "..%2f..", "%0d%0aX:1", "x" * 5_000, "%E2%80%AE", "-1", "9" * 30]


@pytest.mark.django_db
def test_every_part_of_every_address_takes_anything(visitors: Visitors) -> None:
    broken = []
    for route, method, who in READ:
        for name, argument in visitors.arguments(route).items():
            for number, spoiled in enumerate(SPOILED):
                if (
                    len(route) + number
                ) % 3:  # a third of them at each route is enough to meet every converter
                    continue
                address = reverse(route, kwargs=visitors.arguments(route)).replace(str(argument), spoiled, 1)
                if answer(visitors, who, method, address).status_code >= 500:
                    broken.append(f"{method} {route} {name}={spoiled[:20]}")
    assert broken == []
