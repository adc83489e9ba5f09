"""A field comes from where its page expects it, and the value that is judged is the value that is used.

Django keeps address, body, cookies and headers apart (OWASP ASVS 5.0.0, 15.3.7); of a field that comes twice the last counts.
"""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import PASSWORD, make_user
from accounts.tests.signing_in import LOGIN, is_in
from agencies.tests.factories import make_partner

pytestmark = pytest.mark.django_db

PREFERENCES = reverse("accounts:preferences")


@pytest.fixture
def person() -> User:
    return make_user(
        partner=make_partner(), email="melati@example.org", password=PASSWORD, full_name="Melati Contoh"
    )


@pytest.fixture
def browser(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def send(browser: Client, fields: list[tuple[str, str]], address: str = PREFERENCES) -> Any:
    """Post these fields in this order, whatever comes twice."""
    return browser.post(address, urlencode(fields), content_type="application/x-www-form-urlencoded")


def form_of(browser: Client) -> list[tuple[str, str]]:
    """The fields of the preferences as the page offers them."""
    form = browser.get(PREFERENCES).context["form"]
    shown = ((field.html_name, field.value()) for field in form)
    return [(name, "" if value is None else str(value)) for name, value in shown]


def without(fields: list[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    return [(its, value) for its, value in fields if its != name]


def test_nobody_signs_in_with_what_stands_in_the_address_or_in_cookies(client: Client, person: User) -> None:
    fields = {"login": person.email, "password": PASSWORD}
    client.post(f"{LOGIN}?{urlencode(fields)}", {})
    client.cookies.load(fields)
    client.post(LOGIN, {}, headers=fields)
    assert not is_in(client)
    client.post(LOGIN, fields)
    assert is_in(client)


def test_what_stands_in_the_address_takes_no_fields_place_and_overrules_none(
    browser: Client, person: User
) -> None:
    fields = form_of(browser)
    address = f"{PREFERENCES}?{urlencode({'full_name': 'Somebody Else'})}"
    answer = send(browser, without(fields, "full_name"), address)
    assert "full_name" in answer.context["form"].errors
    assert send(browser, fields, address).status_code == 302
    person.refresh_from_db()
    assert person.full_name == "Melati Contoh"


@pytest.mark.parametrize(
    ("twice", "kept"), [(["id", "en"], "en"), (["en", "id"], "id"), (["en", "xx"], None)]
)
def test_of_a_field_that_comes_twice_the_last_is_judged_and_used(
    browser: Client, person: User, twice: list[str], kept: str | None
) -> None:
    User.objects.filter(pk=person.pk).update(language="en")
    fields = without(form_of(browser), "language") + [("language", value) for value in twice]
    answer = send(browser, fields)
    person.refresh_from_db()
    if kept is None:
        assert "language" in answer.context["form"].errors
        assert person.language == "en"
    else:
        assert (answer.status_code, person.language) == (302, kept)


def test_a_second_token_against_forgery_does_not_help_a_wrong_one(person: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    browser.get(PREFERENCES)
    token = browser.cookies["csrftoken"].value
    for address, tokens in (
        (PREFERENCES, [token, "x" * 32]),
        (f"{PREFERENCES}?csrfmiddlewaretoken={token}", []),
    ):
        answer = send(browser, [("csrfmiddlewaretoken", each) for each in tokens], address)
        assert answer.status_code == 403
