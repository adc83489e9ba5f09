"""What no page expects is turned away in one sentence, before anything of it is read."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_portal_admin
from agencies.tests.factories import make_partner
from cases.tests.factories import make_case, make_user
from pmi_portal.tests.test_routes import ROUTES

LOGIN = "/accounts/login/"
MB = 1024 * 1024


class Unread:
    """A body that nobody may read."""

    def read(self, *_sizes: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read

    def close(self) -> None:
        """As a stream."""


@pytest.fixture
def browser(db: None) -> Client:
    client = Client()
    client.force_login(make_portal_admin())
    return client


def announced(client: Any, address: str, length: int, kind: str = "multipart/form-data; boundary=x") -> Any:
    """A request that says how much it brings, and brings nothing."""
    return client.generic(
        "POST", address, content_type=kind, **{"CONTENT_LENGTH": str(length), "wsgi.input": Unread()}
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("address", [LOGIN, "/", "/admin/", "/healthz"])
def test_other_methods_are_refused_everywhere(browser: Any, address: str, method: str) -> None:
    response = browser.generic(method, address)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("header", ["X_HTTP_METHOD_OVERRIDE", "X_METHOD_OVERRIDE", "X_HTTP_METHOD"])
def test_no_header_turns_a_method_into_another(browser: Any, header: str) -> None:
    assert browser.get("/account/language/", **{f"HTTP_{header}": "POST"}).status_code == 405


@pytest.mark.parametrize("name", ["HTTP_X_FORWARDED_HOST", "HTTP_X_HOST", "HTTP_FORWARDED"])
def test_no_header_but_host_says_what_the_portal_is_called(client: Any, db: None, name: str) -> None:
    response = client.get("/cases/", **{name: "host=evil.example" if "FORWARDED" in name else "evil.example"})
    assert "evil" not in response.headers["Location"]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:80@evil.example", "localhost/evil", "", "local host"]
)
def test_another_host_is_refused(client: Any, db: None, host: str) -> None:
    response = client.get(LOGIN, HTTP_HOST=host)
    assert response.status_code == 400
    assert "evil" not in response.content.decode()


@pytest.mark.parametrize("address", ["/cases/%00/", "/partners/a%00b/", "/admin/agencies/topic/%00/change/"])
def test_a_nul_in_an_address_is_told_in_a_sentence(browser: Client, address: str) -> None:
    response = browser.get(address)
    assert response.status_code == 400
    assert "This address holds" in response.content.decode()


def test_a_body_of_unknown_length_is_told_to_say_it(browser: Any) -> None:
    response = browser.generic("POST", LOGIN, b"", HTTP_TRANSFER_ENCODING="gzip, chunked")
    assert response.status_code == 411


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
def test_a_body_that_is_too_large_is_told_so_and_not_read(browser: Client, kind: str) -> None:
    response = announced(browser, reverse("accounts:preferences"), 3 * MB, kind)
    assert response.status_code == 413
    assert "more than the page takes" in response.content.decode()


def test_nobody_uploads_before_signing_in(client: Client, db: None) -> None:
    case = make_case(by=make_user(partner=make_partner(reference_prefix="SP")))
    response = announced(client, f"/cases/{case.reference}/documents/", 20 * MB)
    assert response.headers["Location"].startswith("/accounts/login/?next=/cases/")


def test_the_pages_that_take_files_are_those_of_documents_and_tables() -> None:
    taking = {name for name, pattern in ROUTES.items() if getattr(pattern.callback, "takes_file", False)}
    assert taking == {
        *("cases:documents", "referrals:documents"),
        "administration:agreements",
        "imports:new",
        *("agencies:invite_many", "agencies:invite_many_everywhere", "agencies:reference_upload"),
    }


@pytest.mark.parametrize("count", [501, 5000])
def test_too_many_fields_are_refused(browser: Client, count: int) -> None:
    response = browser.post(reverse("accounts:preferences"), {f"field{n}": "1" for n in range(count)})
    assert response.status_code == 400
