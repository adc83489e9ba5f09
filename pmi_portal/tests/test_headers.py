"""What every answer tells the browser, and that no page holds a script or a style of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse
from pytest_django import DjangoDbBlocker

from accounts.tests.factories import make_portal_admin
from pmi_portal.headers import FEATURES
from pmi_portal.tests.test_routes import ROWS, WHO, Visitors
from pmi_portal.tests.world import make_world

NO_PAGE = ("login", "302", "405")
ANSWERS = sorted(  # for each route and method one reader for each status that it answers with a page
    (route, method, who)
    for (route, method), row in ROWS.items()
    for status, who in {row[who]: who for who in reversed(WHO)}.items()
    if status not in NO_PAGE
)


class Page(HTMLParser):
    """Collects what a strict policy would refuse."""

    def __init__(self, nonce: str, *, nonces: bool) -> None:
        super().__init__()
        self.nonce, self.nonces = nonce, nonces
        self.refused: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.refused += [f"<{tag} {name}>" for name in given if name == "style" or name.startswith("on")]
        self.refused += [
            f"<{tag} {name}>" for name, value in attrs if (value or "").startswith("javascript:")
        ]
        if tag in ("style", "base", "object", "embed", "iframe"):
            self.refused.append(f"<{tag}>")
        if tag == "script" and given.get("type") != "application/json":
            self.scripts += 1
            if not re.match(r"/[^/]", given.get("src") or ""):
                self.refused.append("a script of the page's own")
            elif self.nonces and given.get("nonce") != self.nonce:
                self.refused.append(f"{given['src']} without its nonce")


@pytest.fixture(scope="module")
def visitors(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Visitors]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Visitors(make_world())
        transaction.set_rollback(True)


def policy_of(response: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _space, value in parts}


def page_of(response: Any, *, nonces: bool = True) -> Page:
    found = re.fullmatch(r"'nonce-(.+)'", policy_of(response)["script-src"])
    page = Page(found[1] if found else "", nonces=nonces)
    page.feed(response.content.decode())
    return page


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "method", "who"), ANSWERS)
def test_an_answer_is_as_closed_as_can_be(route: str, method: str, who: str, visitors: Visitors) -> None:
    with transaction.atomic():
        address = reverse(route, kwargs=visitors.arguments(route))
        response: Any = visitors.client(who).generic(method, address)
        transaction.set_rollback(True)
    policy = policy_of(response)
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        assert policy == {"sandbox": "", "default-src": "'none'"}
        return
    is_admin = route.startswith("admin:")
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == policy["style-src"] == "'self'"
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert (policy["script-src"] == "'self'") is is_admin
    assert policy.get("require-trusted-types-for") == (None if is_admin else "'script'")
    if response.headers.get("Content-Type", "").startswith("text/html"):
        page = page_of(response, nonces=not is_admin)
        assert page.refused == []
        assert response.status_code != 200 or page.scripts or "<html" not in response.content.decode()


@pytest.mark.django_db
def test_each_answer_brings_the_headers_that_close_the_other_doors(client: Client) -> None:
    headers = client.get("/accounts/login/").headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert all(f"{feature}=()" in headers["Permissions-Policy"] for feature in FEATURES)
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.django_db
def test_each_answer_has_a_nonce_of_its_own(client: Client) -> None:
    first, second = (page_of(client.get("/accounts/login/")) for _ in range(2))
    assert first.scripts > 3
    assert first.refused == second.refused == []
    assert len(first.nonce) >= 22  # 128 bits in base64
    assert first.nonce != second.nonce


def test_an_answer_without_a_script_lets_none_run(client: Client) -> None:
    response = client.get("/healthz", HTTP_HOST="localhost")
    assert policy_of(response)["script-src"] == ""


def broken(request: Any) -> HttpResponse:
    raise RuntimeError("Siti Aminah 3507011234567890")


urlpatterns = [path("broken/", broken)]
handler500 = "pmi_portal.views.server_error"


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_the_page_of_an_error_is_as_closed_and_says_nothing_of_it() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_portal_admin())
    response = client.get("/broken/")
    assert response.status_code == 500
    page = page_of(response)
    assert (page.refused, page.scripts) == ([], 1)
    text = response.content.decode()
    assert not any(word in text for word in ("Siti", "3507", "RuntimeError", "broken", "Traceback"))


@pytest.mark.django_db
def test_over_tls_every_cookie_is_bound_to_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are read anew as production has them: they depend on each other."""
    code = (
        "from django.conf import settings as s; "
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, s.DEVICE_COOKIE_NAME, "
        "s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.LANGUAGE_COOKIE_SECURE, "
        "s.SESSION_COOKIE_HTTPONLY and s.LANGUAGE_COOKIE_HTTPONLY, "
        "{s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE}, "
        "s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
    )
    monkeypatch.setenv("HTTPS", "true")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "pmi_portal.settings")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == [
        *("__Host-pmi_session", "__Host-csrftoken", "__Host-pmi_language", "__Host-pmi_device"),
        *("True", "True", "{'Lax'}", "63072000", "True", "True"),
    ]


@pytest.mark.django_db
@override_settings(SECURE_SSL_REDIRECT=True)
@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/cases/?page=2", "/admin/", "/nowhere/"])
def test_a_page_leads_from_http_to_https(address: str) -> None:
    answer = Client().get(address)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://testserver{address}")


@pytest.mark.django_db
@override_settings(SECURE_SSL_REDIRECT=True)
def test_what_machines_ask_for_leads_nowhere() -> None:
    """A monitor that asks without TLS is answered there and then: nothing hides that it does."""
    answer = Client().get("/healthz")
    assert answer.status_code in (200, 503)
    assert "Location" not in answer.headers


@pytest.mark.django_db
def test_the_language_is_kept_in_a_cookie_that_no_script_reads(client: Client) -> None:
    client.post("/account/language/", {"language": "en"})
    cookie = client.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/healthz", "/cases/", "/nowhere/"])
def test_no_answer_lets_another_origin_read_it(client: Client, address: str) -> None:
    answer = client.get(address, headers={"origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.django_db
def test_every_page_behind_the_sign_in_offers_the_way_out(client: Client) -> None:
    client.force_login(make_portal_admin())
    for address in ("/partners/", "/account/preferences/", "/notifications/", "/nowhere/"):
        assert f'action="{reverse("account_logout")}"' in client.get(address).text
