"""Following the link of an invitation: name, password, in."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Caseworker
from accounts.tests.factories import PASSWORD, make_portal_admin, make_user
from agencies import actions
from agencies.choices import StaffVerb
from agencies.models import Invitation, Partner, StaffEvent

from .factories import make_partner
from .inviting import NEW, make_invitation

pytestmark = pytest.mark.django_db

GOOD = {"full_name": "Melati Contoh", "password": PASSWORD, "password_again": PASSWORD}


@pytest.fixture
def partner() -> Partner:
    return make_partner(name_id="Suara Perempuan", time_zone="Asia/Makassar")


@pytest.fixture
def invitation(partner: Partner) -> tuple[Invitation, str]:
    return make_invitation(partner=partner, by=make_portal_admin(full_name="Admin Contoh"))


def follow(client: Client, token: str) -> Any:
    return client.get(reverse("agencies:invitation", args=[token]), follow=True)


def accept(client: Client, **fields: str) -> Any:
    return client.post(reverse("agencies:welcome"), GOOD | fields)


def test_a_new_person_sets_name_and_password_and_is_in(
    client: Client, partner: Partner, invitation: tuple[Invitation, str]
) -> None:
    page = follow(client, invitation[1]).content.decode()
    assert "Suara Perempuan" in page
    assert NEW in page
    answer = accept(client)
    assert answer.headers["Location"] == reverse("home")
    person = User.objects.get(email=NEW)
    assert (person.full_name, person.role, person.partner) == ("Melati Contoh", Caseworker.code, partner)
    assert (person.language, person.time_zone) == ("en", "Asia/Makassar")
    assert client.get(reverse("accounts:preferences")).status_code == 200
    assert Client().login(email=NEW, password=PASSWORD)
    event = StaffEvent.objects.get(verb=StaffVerb.ACCEPTED)
    assert (event.actor, event.subject, event.partner) == (person, person, partner)


@pytest.mark.parametrize("password", ["1qaz2wsx3edc", "manchesterunited", "Basketball23!"])
def test_a_password_from_a_breach_opens_no_account(
    client: Client, invitation: tuple[Invitation, str], password: str
) -> None:
    follow(client, invitation[1])
    errors = accept(client, password=password, password_again=password).context["form"].errors
    assert "Many people use this" in str(errors["password"]) or "too common" in str(errors["password"])
    assert not User.objects.filter(email=NEW).exists()


def test_the_token_leaves_the_address_at_once(client: Client, invitation: tuple[Invitation, str]) -> None:
    answer = client.get(reverse("agencies:invitation", args=[invitation[1]]))
    assert answer.headers["Location"] == reverse("agencies:welcome")
    assert invitation[1] not in str(dict(client.session))


def test_no_log_holds_the_token_whatever_goes_wrong(
    client: Client, invitation: tuple[Invitation, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = invitation[1]
    follow(client, token)
    accept(client, password="short")
    accept(client)
    follow(Client(), token)
    follow(Client(), "x" + token)
    assert token not in caplog.text


def test_the_page_speaks_the_language_of_the_invitation_unless_another_was_chosen(
    client: Client, invitation: tuple[Invitation, str]
) -> None:
    assert 'lang="en"' in follow(client, invitation[1]).content.decode()
    chosen = Client()
    chosen.cookies["pmi_language"] = "id"
    assert 'lang="id"' in follow(chosen, invitation[1]).content.decode()


def test_looking_at_the_link_uses_nothing_up(client: Client, invitation: tuple[Invitation, str]) -> None:
    for _scanner in range(2):
        Client().get(reverse("agencies:invitation", args=[invitation[1]]))
        Client().head(reverse("agencies:invitation", args=[invitation[1]]))
    assert follow(client, invitation[1]).status_code == 200


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"full_name": ""}, "full_name"),
        ({"full_name": "x" * 1_000_000}, "full_name"),
        ({"full_name": "Me\x00lati"}, "full_name"),
        ({"password_again": "something else entirely"}, "password_again"),
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password": "password1234", "password_again": "password1234"}, "password"),
        ({"password": NEW, "password_again": NEW}, "password"),
        ({"password": "x" * 1_000_000, "password_again": "x" * 1_000_000}, "password"),
    ],
)
def test_what_is_wrong_is_told_and_the_link_still_works(
    client: Client, invitation: tuple[Invitation, str], fields: dict[str, str], at: str
) -> None:
    follow(client, invitation[1])
    answer = accept(client, **fields)
    assert answer.status_code == 422
    assert at in answer.context["form"].errors
    assert not User.objects.filter(email=NEW).exists()
    assert accept(client).status_code == 302


def gone(client: Client, token: str) -> str:
    answer = follow(client, token)
    assert answer.status_code == 410
    return answer.content.decode()


def english(client: Client) -> Client:
    client.cookies["pmi_language"] = "en"
    return client


def test_an_expired_invitation_says_whom_to_ask(client: Client, invitation: tuple[Invitation, str]) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = gone(english(client), invitation[1])
    assert "has expired" in page
    assert "Admin Contoh" in page


def test_an_invitation_that_expires_while_the_form_is_open_makes_no_account(
    client: Client, invitation: tuple[Invitation, str]
) -> None:
    follow(client, invitation[1])
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert accept(client).status_code == 410
    assert not User.objects.filter(email=NEW).exists()


def test_a_link_works_once(client: Client, invitation: tuple[Invitation, str]) -> None:
    follow(client, invitation[1])
    other = english(Client())
    follow(other, invitation[1])
    assert accept(client).status_code == 302
    again = accept(other, password="another long password", password_again="another long password")
    assert again.status_code == 410
    assert "was used already" in again.content.decode()
    assert User.objects.get(email=NEW).check_password(PASSWORD)


def test_a_withdrawn_invitation_makes_no_account(client: Client, invitation: tuple[Invitation, str]) -> None:
    follow(client, invitation[1])
    actions.revoke(by=invitation[0].invited_by, invitation=invitation[0])
    assert accept(client).status_code == 410
    assert "was withdrawn" in gone(english(Client()), invitation[1])
    assert not User.objects.filter(email=NEW).exists()


def test_the_older_of_two_links_points_to_the_newer(
    client: Client, invitation: tuple[Invitation, str]
) -> None:
    Invitation.objects.update(expires_at=timezone.now() + timedelta(hours=70))
    actions.resend(by=invitation[0].invited_by, invitation=invitation[0])
    assert "newest one" in gone(english(client), invitation[1])


@pytest.mark.parametrize("token", ["no-such-token", "x" * 5000, "é", "%00", "🙂"])
def test_an_invented_token_is_nobodys(client: Client, token: str) -> None:
    assert "This invitation does not work" in gone(english(client), token)


def test_the_page_without_a_link_explains_itself(client: Client) -> None:
    assert client.get(reverse("agencies:welcome")).status_code == 410
    assert accept(client).status_code == 410


def test_a_suspended_organisation_takes_on_nobody(client: Client, invitation: tuple[Invitation, str]) -> None:
    Partner.objects.update(is_active=False)
    assert "suspended" in gone(english(client), invitation[1])


def test_somebody_signed_in_is_told_so_and_may_go_on(
    client: Client, partner: Partner, invitation: tuple[Invitation, str]
) -> None:
    somebody = make_user(partner=partner, full_name="Somebody Else")
    client.force_login(somebody)
    answer = follow(client, invitation[1])
    assert "You are signed in already" in answer.content.decode()
    assert "Somebody Else" in answer.content.decode()
    accept(client)
    assert not User.objects.filter(email=NEW).exists()
    client.post(reverse("agencies:welcome"), {"sign_out": "yes"})
    assert accept(client).status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(email=NEW).pk)


def test_an_address_that_got_an_account_meanwhile_is_told(
    client: Client, partner: Partner, invitation: tuple[Invitation, str]
) -> None:
    follow(client, invitation[1])
    make_user(partner=partner, email=NEW)
    answer = accept(client)
    assert answer.status_code == 409
    assert "already has an account" in answer.content.decode()


def test_a_form_from_another_site_is_refused(
    invitation: tuple[Invitation, str],
) -> None:
    careful = Client(enforce_csrf_checks=True)
    follow(careful, invitation[1])
    assert accept(careful).status_code == 403
    assert not User.objects.filter(email=NEW).exists()
