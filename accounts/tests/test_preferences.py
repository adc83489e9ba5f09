"""Choosing when notices come by e-mail: digests, quiet hours, and a sentence that says what will happen."""

from datetime import time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import actions
from accounts.models import User
from accounts.tests.factories import make_user
from accounts.wording import emails_in_words
from agencies.tests.factories import make_partner

pytestmark = pytest.mark.django_db

PAGE = "/account/preferences/"
MINE = {
    "full_name": "Contoh Melati",
    "language": "en",
    "time_zone": "Asia/Makassar",
    "email_choice": "daily",
    "digest_at": "06:30",
    "quiet_from": "",
    "quiet_until": "",
}


@pytest.fixture
def person() -> User:
    return make_user(partner=make_partner(), full_name="Contoh Melati")


@pytest.fixture
def mine(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def kept(person: User) -> tuple[str, time, time | None, time | None]:
    person.refresh_from_db()
    return person.email_choice, person.digest_at, person.quiet_from, person.quiet_until


def test_whoever_chose_nothing_is_e_mailed_at_once_at_any_hour(mine: Client, person: User) -> None:
    assert kept(person) == ("at_once", time(7), None, None)
    page = mine.get(PAGE).text
    assert "Each notice is e-mailed at once, at any hour." in page
    assert 'type="time" name="digest_at" value="07:00"' in page


def test_a_choice_is_kept_and_said_in_words(mine: Client, person: User) -> None:
    page = mine.post(PAGE, MINE, follow=True).text
    assert kept(person) == ("daily", time(6, 30), None, None)
    assert "Daily digest at 06:30, Makassar time; emergencies are still e-mailed at once." in page
    assert person.choice_is_new, "what waits is planned anew"


def test_quiet_hours_may_pass_midnight(mine: Client, person: User) -> None:
    page = mine.post(
        PAGE,
        {**MINE, "email_choice": "at_once", "quiet_from": "21.30", "quiet_until": "05:00"},
        follow=True,
    ).text
    assert kept(person)[2:] == (time(21, 30), time(5))
    assert "what happens from 21:30 until 05:00, Makassar time, waits until 05:00" in page


def test_quiet_hours_can_be_given_up(mine: Client, person: User) -> None:
    mine.post(PAGE, {**MINE, "quiet_from": "22:00", "quiet_until": "05:00"})
    assert kept(person)[2:] == (time(22), time(5))
    mine.post(PAGE, MINE)
    assert kept(person)[2:] == (None, None)


BAD = [
    ({"quiet_from": "22:00"}, "quiet_until", "Please say until when, or leave both empty."),
    ({"quiet_until": "05:00"}, "quiet_from", "Please say from when, or leave both empty."),
    ({"quiet_from": "05:00", "quiet_until": "05:00"}, "quiet_until", "begin and end at the same time"),
    ({"quiet_from": "22:00", "quiet_until": "08:00"}, "digest_at", "This falls into your quiet hours."),
    ({"quiet_from": "06:30", "quiet_until": "07:00"}, "digest_at", "This falls into your quiet hours."),
    ({"quiet_from": "25:00", "quiet_until": "05:00"}, "quiet_from", "such as 07:00"),
    ({"quiet_from": "22:00", "quiet_until": "five"}, "quiet_until", "such as 07:00"),
    ({"digest_at": "7"}, "digest_at", "such as 07:00"),
    ({"digest_at": "\0"}, "digest_at", "such as 07:00"),
    ({"digest_at": "0" * 1_000_000}, "digest_at", "such as 07:00"),
    ({"email_choice": "never"}, "email_choice", "never is not one of the available choices"),
]


@pytest.mark.parametrize(("typed", "field", "sentence"), BAD)
def test_what_makes_no_sense_gets_one_sentence_at_its_field_and_changes_nothing(
    mine: Client, person: User, typed: dict[str, str], field: str, sentence: str
) -> None:
    before = kept(person)
    answer = mine.post(PAGE, {**MINE, "full_name": "Contoh Baru", **typed})
    assert answer.status_code == 422
    (only,) = answer.context["form"].errors.items()
    assert only[0] == field
    assert len(only[1]) == 1
    assert sentence in only[1][0]
    assert 'value="Contoh Baru"' in answer.text, "what was typed is kept"
    assert kept(person) == before
    assert person.full_name == "Contoh Melati"


def test_a_digest_hour_in_quiet_hours_is_fine_for_whoever_wants_no_digest(mine: Client, person: User) -> None:
    mine.post(PAGE, {**MINE, "email_choice": "at_once", "quiet_from": "22:00", "quiet_until": "08:00"})
    assert kept(person) == ("at_once", time(6, 30), time(22), time(8))


def test_an_empty_hour_leaves_the_one_of_before(mine: Client, person: User) -> None:
    mine.post(PAGE, {**MINE, "digest_at": ""})
    assert kept(person)[:2] == ("daily", time(7))


def test_a_page_from_before_that_asks_for_less_leaves_the_choice_alone(mine: Client, person: User) -> None:
    mine.post(PAGE, {**MINE, "quiet_from": "22:00", "quiet_until": "05:00"})
    before = kept(person)
    mine.post(PAGE, {"full_name": "Contoh Baru", "language": "en", "time_zone": "Asia/Jakarta"})
    assert kept(person) == before
    assert person.full_name == "Contoh Baru"


def test_whoever_calls_the_act_directly_is_held_to_the_same(person: User) -> None:
    with pytest.raises(ValidationError):
        actions.set_preferences(
            by=person, full_name="X", language="en", time_zone="Asia/Jakarta", quiet_from=time(22)
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.update(quiet_from=time(22))
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.update(quiet_from=time(22), quiet_until=time(22))
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.update(email_choice="never")


def test_the_list_of_notices_says_when_they_come_by_e_mail_and_where_to_choose(mine: Client) -> None:
    page = mine.get(reverse("notifications:list")).text
    assert "Each notice is e-mailed at once, at any hour." in page
    assert f'href="{PAGE}#emails"' in page


WORDS = [
    ({}, "Each notice is e-mailed at once, at any hour."),
    (
        {"email_choice": "daily", "time_zone": "America/Argentina/Buenos_Aires"},
        "Daily digest at 07:00, Buenos Aires time; emergencies are still e-mailed at once.",
    ),
    (
        {"email_choice": "weekly"},
        "Weekly digest on Mondays at 07:00, Jakarta time; emergencies are still e-mailed at once.",
    ),
    (
        {"quiet_from": time(22), "quiet_until": time(6)},
        "Each notice is e-mailed at once, but what happens from 22:00 until 06:00, Jakarta time, waits until 06:00; "
        "emergencies are still e-mailed at once.",
    ),
    (
        {"email_choice": "daily", "quiet_from": time(22), "quiet_until": time(6)},
        "Daily digest at 07:00, Jakarta time, and nothing from 22:00 until 06:00; "
        "emergencies are still e-mailed at once.",
    ),
    (
        {"email_choice": "weekly", "quiet_from": time(22), "quiet_until": time(6)},
        "Weekly digest on Mondays at 07:00, Jakarta time, and nothing from 22:00 until 06:00; "
        "emergencies are still e-mailed at once.",
    ),
]


@pytest.mark.parametrize(("chosen", "sentence"), WORDS)
def test_each_choice_in_words(chosen: dict[str, object], sentence: str) -> None:
    assert emails_in_words(User(**chosen)) == sentence


def test_hours_are_written_as_indonesians_write_them() -> None:
    with translation.override("id"):
        assert "07.00" in emails_in_words(User(email_choice="daily"))
