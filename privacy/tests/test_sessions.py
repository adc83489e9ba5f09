"""Sessions are sealed: what was searched for stands in none of the database's columns."""

import logging
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError
from django.test import Client

from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from privacy.sessions import SessionStore

pytestmark = pytest.mark.django_db
OLD = "old:" + "b2xk" * 10 + "b2w="
NEW = "new:" + "bmV3" * 10 + "bmU="


def kept(**values: Any) -> SessionStore:
    session = SessionStore()
    session.update(values)
    session.save()
    return session


def test_a_session_comes_back_as_it_was() -> None:
    session = kept(search={"a": "Contoh Melati"}, number=5)
    assert dict(SessionStore(session.session_key).items()) == {"search": {"a": "Contoh Melati"}, "number": 5}


def test_what_was_searched_for_stands_nowhere_in_the_database() -> None:
    client = Client()
    client.force_login(make_user(partner=make_partner()))
    client.post("/cases/search/", {"q": "Contoh Melati"})
    rows = Session.objects.values_list("session_data", flat=True)
    assert rows
    assert not [row for row in rows if "Melati" in row or "search" in row]


def test_a_session_in_the_place_of_another_is_empty(caplog: pytest.LogCaptureFixture) -> None:
    one, other = kept(user=1), kept(user=2)
    data = Session.objects.get(pk=one.session_key).session_data
    Session.objects.filter(pk=other.session_key).update(session_data=data)
    with caplog.at_level(logging.WARNING):
        assert dict(SessionStore(other.session_key).items()) == {}
    assert "could not be opened" in caplog.text


@pytest.mark.parametrize("data", ["", "x", "tests:", "tests:!", "tests:AAAA", "unknown:AAAA", "a:b:c"])
def test_a_session_that_was_spoiled_is_empty(data: str) -> None:
    session = kept(user=1)
    Session.objects.filter(pk=session.session_key).update(session_data=data)
    assert dict(SessionStore(session.session_key).items()) == {}


def test_sessions_of_an_older_key_go_on_until_it_is_taken_away(settings: Any) -> None:
    settings.PRIVACY_KEYS = OLD
    session = kept(user=1)
    settings.PRIVACY_KEYS = f"{NEW},{OLD}"
    again = SessionStore(session.session_key)
    assert again["user"] == 1
    settings.PRIVACY_KEYS = NEW
    assert dict(SessionStore(session.session_key).items()) == {}


@pytest.mark.parametrize("broken", [OperationalError, InterfaceError])
def test_a_database_that_breaks_off_is_not_taken_for_somebody_who_signed_out(
    broken: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = kept(number=5)
    monkeypatch.setattr(Session, "save", _raise(broken))
    with pytest.raises(broken):
        session.save()


def test_a_session_that_was_ended_meanwhile_is_still_told_apart() -> None:
    session = kept(number=5)
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()


def _raise(error: type[Exception]) -> Any:
    def save(*_arguments: Any, **_options: Any) -> None:
        raise error

    return save
