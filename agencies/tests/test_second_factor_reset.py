"""Somebody has lost phone and recovery codes: whoever runs the portal helps, and it is on record."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import PASSWORD, make_user
from accounts.tests.signing_in import CODE, code_now, give_app, is_in, sign_in
from agencies.choices import StaffVerb
from agencies.models import StaffEvent
from notifications.models import Email

from .factories import make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _our_own_outbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "notifications.outbox.OutboxBackend"


@pytest.fixture
def person() -> User:
    person = make_user(partner=make_partner(), email="melati@example.org", password=PASSWORD)
    give_app(person)
    return person


def test_it_takes_every_factor_ends_every_session_and_is_told_and_logged(
    client: Client, person: User, capsys: Any
) -> None:
    sign_in(client, person)
    client.post(CODE, {"code": code_now()})
    assert is_in(client)
    call_command("reset_second_factor", " Melati@Example.org ")
    assert "is reset" in capsys.readouterr().out
    assert not Authenticator.objects.exists()
    assert not is_in(client)
    event = StaffEvent.objects.get(verb=StaffVerb.SECOND_FACTOR_RESET)
    assert (event.subject, event.actor, event.partner) == (person, None, person.partner)
    assert (
        "second factor of your account was reset" in Email.objects.filter(to=person.email).latest("pk").body
    )
    admin = Client()
    admin.force_login(make_user(partner=person.partner, role=PartnerAdmin.code))
    assert (
        f"Second factor of {person.full_name} reset"
        in admin.get(f"/partners/people/{person.pk}/").content.decode()
    )


@pytest.mark.parametrize("address", ["nobody@example.org", ""])
def test_an_address_without_an_account_gets_a_sentence(address: str) -> None:
    with pytest.raises(CommandError, match="There is no account"):
        call_command("reset_second_factor", address)


def test_there_is_nothing_to_reset_twice(person: User) -> None:
    call_command("reset_second_factor", person.email)
    with pytest.raises(CommandError, match="nothing to reset"):
        call_command("reset_second_factor", person.email)
    assert StaffEvent.objects.filter(verb=StaffVerb.SECOND_FACTOR_RESET).count() == 1
