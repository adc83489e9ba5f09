"""Every form that writes carries a key, and every address it is sent to honours it: by template, by page, by route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts import once
from pmi_portal.tests.test_routes import ROWS, UNNAMED, WHO, Visitors
from pmi_portal.tests.visiting import ROUTES
from pmi_portal.tests.world import make_world

FORM = re.compile(r"<form\b[^>]*\bmethod=\"post\".*?</form>", re.S | re.I)
TEMPLATES = [
    path
    for path in (settings.BASE_DIR / "templates").rglob("*.*")
    if path.suffix in (".html", ".jinja") and FORM.search(path.read_text())
]
SENT_TO = sorted(
    route for route, method in ROWS if method == "POST" and ROWS[route, method]["nobody"] != "405"
)
PAGES = sorted(route for route, method in ROWS if method == "GET" and "200" in ROWS[route, method].values())


class Forms(HTMLParser):
    """The forms of a page that are posted, each with the keys that it carries."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.keys: list[list[str]] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._inside = (said.get("method") or "").lower() == "post"
            if self._inside:
                self.keys.append([])
        elif self._inside and said.get("name") == once.KEY:
            self.keys[-1].append(said.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_every_template_with_a_form_that_is_posted_writes_its_key(path: Path) -> None:
    for form in FORM.findall(path.read_text()):
        assert len(re.findall(r"{% csrf_token|{{ form_key\(", form)) == 1
        assert 'name="key"' not in form


@pytest.fixture(scope="module")
def visitors(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Visitors]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Visitors(make_world())
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("route", PAGES)
def test_every_form_on_a_page_carries_one_key_of_its_own(route: str, visitors: Visitors) -> None:
    address = reverse(route, kwargs=visitors.arguments(route))
    for who in [who for who in WHO if ROWS[route, "GET"][who] == "200"][:3]:
        answer = visitors.client(who).get(address)
        if not answer.headers["Content-Type"].startswith("text/html") or answer.streaming:
            continue
        keys = Forms(answer.content.decode()).keys
        assert all(len(carried) == 1 and UUID(carried[0]) for carried in keys), keys
        assert len({carried[0] for carried in keys}) == len(keys)


@pytest.mark.parametrize("route", [route for route in SENT_TO if route not in UNNAMED])
def test_what_is_sent_there_is_done_once(route: str) -> None:
    """But for what `accounts.once.NEVER` explains."""
    explained = any(route.startswith(known) for known in once.NEVER)
    assert once.is_remembered(route) != explained
    if not explained:
        view = ROUTES[route].callback
        assert DEFAULT_DB_ALIAS not in getattr(
            view, "_non_atomic_requests", ()
        )  # the answer stays with the act


@pytest.mark.parametrize("known", once.NEVER)
def test_every_explained_exception_is_still_there(known: str) -> None:
    assert any(route.startswith(known) for route in SENT_TO)
