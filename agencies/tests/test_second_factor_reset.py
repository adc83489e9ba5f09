"""Somebody has lost phone and recovery codes: whoever runs the portal helps, and it is on record."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import PASSWORD, make_portal_admin, make_user
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


@pytest.fixture
def admin(person: User) -> User:
    return make_user(partner=person.partner, role=PartnerAdmin.code, email="admin@example.org")


def reset(person: User, admin: User | None = None) -> None:
    call_command("reset_second_factor", person.email, *(["--confirmed-by", admin.email] if admin else []))


def test_it_takes_every_factor_ends_every_session_and_is_told_and_logged(
    client: Client, person: User, admin: User, capsys: Any
) -> None:
    sign_in(client, person)
    client.post(CODE, {"code": code_now()})
    assert is_in(client)
    call_command("reset_second_factor", " Melati@Example.org ", "--confirmed-by", "Admin@example.org")
    assert "is reset" in capsys.readouterr().out
    assert not Authenticator.objects.exists()
    assert not is_in(client)
    event = StaffEvent.objects.get(verb=StaffVerb.SECOND_FACTOR_RESET)
    assert (event.subject, event.actor, event.partner) == (person, admin, person.partner)
    assert (
        "second factor of your account was reset" in Email.objects.filter(to=person.email).latest("pk").body
    )
    assert "You confirmed who a colleague is" in Email.objects.get(to=admin.email).body
    browser = Client()
    browser.force_login(admin)
    page = browser.get(f"/partners/people/{person.pk}/").content.decode()
    assert f"Second factor of {person.full_name} reset; the admin confirmed who they are" in page


def test_nobody_is_taken_at_their_word_but_an_admin_who_manages_the_account(
    person: User, admin: User
) -> None:
    elsewhere = make_user(partner=make_partner(), role=PartnerAdmin.code)
    colleague = make_user(partner=person.partner)
    gone = make_user(partner=person.partner, role=PartnerAdmin.code, is_active=False)
    for other in (None, elsewhere, colleague, gone, person):
        with pytest.raises(CommandError, match="has to be confirmed by an admin"):
            reset(person, other)
    assert Authenticator.objects.filter(user=person).exists()
    assert not Email.objects.exists()
    assert not StaffEvent.objects.exists()
    reset(person, admin)
    assert not Authenticator.objects.exists()


def test_an_admin_of_the_portal_confirms_an_admin_of_a_partner(person: User, admin: User) -> None:
    give_app(admin)
    with pytest.raises(CommandError, match="has to be confirmed"):
        reset(admin, admin)
    reset(admin, make_portal_admin())
    assert not Authenticator.objects.filter(user=admin).exists()


def test_the_only_admin_of_all_is_confirmed_by_nobody() -> None:
    only = make_portal_admin()
    give_app(only)
    reset(only)
    event = StaffEvent.objects.get(verb=StaffVerb.SECOND_FACTOR_RESET)
    assert (event.subject, event.actor) == (only, None)


@pytest.mark.parametrize("address", ["nobody@example.org", ""])
def test_an_address_without_an_account_gets_a_sentence(address: str) -> None:
    with pytest.raises(CommandError, match="There is no account"):
        call_command("reset_second_factor", address)


def test_there_is_nothing_to_reset_twice(person: User, admin: User) -> None:
    reset(person, admin)
    with pytest.raises(CommandError, match="nothing to reset"):
        reset(person, admin)
    assert StaffEvent.objects.filter(verb=StaffVerb.SECOND_FACTOR_RESET).count() == 1
