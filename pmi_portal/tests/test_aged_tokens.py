"""What carries the moment until which it counts is taken until then and not a second longer (OWASP ASVS 5.0.0, 9.2.1)."""

import time
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from allauth.account.forms import default_token_generator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse

from accounts import devices
from accounts.models import User
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases import actions
from cases.views import drafts
from privacy import acting

pytestmark = pytest.mark.django_db

LATER = pytest.mark.parametrize(
    ("seconds", "counts"), [(-10, True), (10, False)], ids=["in time", "too late"]
)


@pytest.fixture
def person() -> User:
    return make_user(partner=make_partner(reference_prefix="SP"), email="melati@example.org")


def let_pass(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """So many seconds later, for what asks the clock of the machine."""
    then = time.time() + seconds
    monkeypatch.setattr("time.time", lambda: then)
    monkeypatch.setattr(type(default_token_generator), "_now", lambda _self: datetime.fromtimestamp(then))


@LATER
def test_a_ticket_of_a_draft_is_refused_when_it_is_old(
    person: User, seconds: int, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid4()
    with acting.as_partner(person.partner_id):
        actions.save_draft(draft_id=key, fields={"name": "Con"}, by=person)
    sent = {"key": key, "ticket": drafts.ticket(key, person), "name": "Contoh"}
    let_pass(monkeypatch, drafts.TYPING_LASTS + seconds)
    assert Client().post(reverse("cases:draft"), sent).json()["kept"] is counts


@LATER
def test_a_browser_that_was_away_for_long_is_an_unknown_one(
    person: User, seconds: int, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, response = HttpRequest(), HttpResponse()
    devices.remember(request, response, person)
    request.COOKIES[settings.DEVICE_COOKIE_NAME] = response.cookies[settings.DEVICE_COOKIE_NAME].value
    let_pass(monkeypatch, devices.LASTS + seconds)
    assert devices.of(request).knows(person) is counts


@LATER
def test_a_link_for_a_new_password_is_refused_after_an_hour(
    person: User, seconds: int, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = default_token_generator.make_token(person)
    let_pass(monkeypatch, timedelta(hours=1).total_seconds() + seconds)
    assert default_token_generator.check_token(person, token) is counts
