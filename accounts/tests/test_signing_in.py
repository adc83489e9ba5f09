"""Signing in and out, resetting a password, one's own preferences."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import tasks
from accounts.models import User
from accounts.roles import Caseworker, DataProtectionOfficer, PortalAdmin
from accounts.tests.factories import PASSWORD, make_user
from agencies.tests.factories import make_partner
from notifications.models import Email

pytestmark = pytest.mark.django_db


LOGIN = "/accounts/login/"


@pytest.fixture
def person() -> User:
    return make_user(partner=make_partner(), email="melati@example.org", password=PASSWORD)


def signed_in(client: Client) -> bool:
    return client.get(reverse("accounts:preferences")).status_code == 200


def test_a_person_signs_in_by_e_mail_however_it_is_written(client: Client, person: User) -> None:
    client.post(LOGIN, {"login": " Melati@Example.org ", "password": PASSWORD})
    assert signed_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: Client, person: User) -> None:
    answers = [
        client.post(LOGIN, {"login": login, "password": "not the password"})
        for login in (person.email, "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].context["form"].errors == answers[1].context["form"].errors
    assert not signed_in(client)


def test_a_suspended_person_is_out_at_the_next_click(client: Client, person: User) -> None:
    client.force_login(person)
    assert signed_in(client)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert not signed_in(client)
    client.post(LOGIN, {"login": person.email, "password": PASSWORD})
    assert not signed_in(client)


def test_signing_out_everywhere_ends_the_other_sessions_and_keeps_this_one(person: User) -> None:
    here, there = Client(), Client()
    here.force_login(person)
    there.force_login(person)
    here.post(reverse("accounts:sign_out_everywhere"))
    assert signed_in(here)
    assert not signed_in(there)


def test_signing_out_needs_a_post(client: Client, person: User) -> None:
    client.force_login(person)
    client.get(reverse("account_logout"))
    assert signed_in(client)
    client.post(reverse("account_logout"))
    assert not signed_in(client)


def test_nobody_signs_up_without_an_invitation(client: Client) -> None:
    fields = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), fields)
    assert not User.objects.exists()


def test_a_forgotten_password_is_reset_through_the_outbox_once(client: Client, person: User) -> None:
    client.post(reverse("account_reset_password"), {"email": person.email})
    tasks.send_resets()
    email = Email.objects.get()
    assert (email.to, email.secret) == (person.email, True)
    link = re.search(r"http://localhost:8000(/\S+)", email.body)
    assert link is not None
    form = client.get(link[1], follow=True)
    address = form.redirect_chain[-1][0]
    new = "quite another long password"
    client.post(address, {"password1": new, "password2": new})
    assert client.login(email=person.email, password=new)
    again = Client().get(link[1], follow=True)
    assert "form" not in (again.context or {}) or again.context["token_fail"]


def test_a_reset_for_an_unknown_address_says_the_same_and_sends_nothing(client: Client, person: User) -> None:
    address = reverse("account_reset_password")
    known = client.post(address, {"email": person.email})
    unknown = client.post(address, {"email": "nobody@example.org"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    tasks.send_resets()
    assert Email.objects.count() == 1


def test_a_short_or_common_password_is_refused(client: Client, person: User) -> None:
    client.force_login(person)
    for new in ("short", "password1234"):
        fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        client.post(reverse("account_change_password"), fields)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_pages_are_indonesian_first_whatever_the_browser_prefers(client: Client) -> None:
    answer = client.get(LOGIN, headers={"accept-language": "en"})
    assert answer.headers["Content-Language"] == "id"
    assert b'<html lang="id"' in answer.content


def test_one_click_changes_the_language_and_keeps_it_for_e_mails(client: Client, person: User) -> None:
    person.language = "id"
    person.save()
    client.force_login(person)
    answer = client.post(
        reverse("accounts:set_language"), {"language": "en"}, headers={"referer": "/account/preferences/"}
    )
    assert answer.headers["Location"] == "/account/preferences/"
    person.refresh_from_db()
    assert person.language == "en"
    assert b'<html lang="en"' in client.get("/account/preferences/").content


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil"]
)
def test_changing_the_language_never_leads_away(client: Client, target: str) -> None:
    answer = client.post(reverse("accounts:set_language"), {"language": "en"}, headers={"referer": target})
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(client: Client, person: User) -> None:
    client.force_login(person)
    client.post(reverse("accounts:set_language"), {"language": "xx"})
    person.refresh_from_db()
    assert person.language == "en"


def test_preferences_are_saved_and_an_unknown_zone_gets_a_sentence(client: Client, person: User) -> None:
    client.force_login(person)
    address = reverse("accounts:preferences")
    good = {"full_name": "Contoh Melati", "language": "en", "time_zone": "Asia/Makassar"}
    client.post(address, good)
    person.refresh_from_db()
    assert (person.full_name, person.time_zone) == ("Contoh Melati", "Asia/Makassar")
    answer = client.post(address, {**good, "time_zone": "Mars/Olympus"})
    assert "time_zone" in answer.context["form"].errors
    person.refresh_from_db()
    assert person.time_zone == "Asia/Makassar"


def test_everybody_but_those_of_the_portal_itself_belongs_to_one_partner() -> None:
    create = User.objects.create_user
    words = {"email": "sari@example.org", "full_name": "Sari"}
    with translation.override("en"), pytest.raises(ValidationError, match="belongs to one partner"):
        create(**words, role=Caseworker.code)
    with pytest.raises(ValidationError):
        create(**words, role=PortalAdmin.code, partner=make_partner())
    for number, partner in enumerate((None, make_partner())):
        officer = words | {"email": f"officer{number}@example.org"}
        assert create(**officer, partner=partner, role=DataProtectionOfficer.code).partner == partner


def test_one_address_is_one_person(person: User) -> None:
    with translation.override("en"), pytest.raises(ValidationError, match="already exists"):
        User.objects.create_user(
            "MELATI@example.org", full_name="Melati", role=person.role, partner=person.partner
        )


def test_a_name_is_kept_on_one_line_since_it_stands_in_e_mails(client: Client, person: User) -> None:
    client.force_login(person)
    fields = {"full_name": "Contoh\n\nSee http://evil.example", "language": "en", "time_zone": "Asia/Jakarta"}
    client.post(reverse("accounts:preferences"), fields)
    person.refresh_from_db()
    assert person.full_name == "Contoh See http://evil.example"


def test_refused_preferences_are_not_shown_as_if_they_were_saved(client: Client, person: User) -> None:
    client.force_login(person)
    fields = {"full_name": "Somebody Else", "language": "en", "time_zone": "Mars/Olympus"}
    answer = client.post(reverse("accounts:preferences"), fields)
    assert (answer.status_code, answer.context["user"].full_name) == (422, person.full_name)


@pytest.mark.parametrize(
    "target",
    [
        *(
            "//[",
            "https://evil.example/",
            "//evil.example",
            "/\\evil",
            "///evil.example",
            "https:evil.example",
        ),
        *(
            "javascript:alert(1)",
            "\t//evil.example",
            "http://testserver@evil.example/",
            "http:///evil.example",
        ),
        *("https://testserver.evil.example/", "//evil.example%2F@testserver/", "\\\\evil.example"),
    ],
)
def test_signing_in_never_leads_away(client: Client, person: User, target: str) -> None:
    answer = client.post(LOGIN, {"login": person.email, "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_no_cache_keeps_a_page(client: Client, person: User) -> None:
    client.force_login(person)
    for address in (
        "/",
        "/cases/",
        "/account/preferences/",
        "/notifications/",
        "/notifications/bell/",
        "/nothing/",
    ):
        kept = client.get(address).headers["Cache-Control"]
        assert {"private", "no-store"} <= set(kept.split(", ")), address


@pytest.mark.parametrize("odd", ["foo", "?a=1", "//[", ""])
def test_an_odd_way_back_from_changing_the_language_breaks_nothing(client: Client, odd: str) -> None:
    assert (
        client.post(
            reverse("accounts:set_language"), {"language": "en"}, headers={"referer": odd}
        ).status_code
        == 302
    )


def test_signing_out_clears_what_the_browser_noted(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.post(reverse("account_logout")).headers["Clear-Site-Data"] == '"storage"'
