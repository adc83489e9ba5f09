"""Which passwords are taken, and that an unknown account costs the same work as a known one."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts import passwords, resets
from accounts.models import PasswordReset, User
from accounts.passwords import PlainWordsValidator
from agencies.tests.factories import make_partner
from notifications.models import Email

from .factories import PASSWORD, make_user
from .signing_in import LOGIN

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    partner = make_partner(name_id="Suara Perempuan", code="SP")
    return make_user(
        partner=partner, email="kenanga.w@example.org", full_name="Kenanga Wulandari", password=PASSWORD
    )


@pytest.mark.parametrize(
    "password",
    [
        "eleven char",
        "qwerty123456",
        "QWERTY123456",
        "Password1234",
        "sunshine2024!!!",
        "123456789012",
        "aaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "portalpmi2026",
        "Suara.Perempuan.1",
        "kenanga-wulandari",
        "Kenanga&Wulandari99",
        "pendamping12345",
        "admin-KBRI-2026",
    ],
)
def test_what_others_would_guess_first_is_refused_with_a_sentence(person: User, password: str) -> None:
    with pytest.raises(ValidationError) as problem:
        validate_password(password, person)
    assert all(sentence.endswith((".", "?")) for sentence in problem.value.messages)


def test_tens_of_thousands_of_passwords_from_breaches_are_long_enough_and_refused() -> None:
    listed = passwords.breached()
    assert len(listed) > 40_000
    assert min(len(password) for password in listed) == 12
    validator = passwords.CommonValidator()
    for password in listed:
        with pytest.raises(ValidationError):
            validator.validate(password.upper())


@pytest.mark.parametrize("password", ["1qaz2wsx3edc", "Basketball23!", "MANCHESTERUNITED", "123qweasdzxc"])
def test_a_password_from_a_breach_is_refused_where_people_choose_one(
    client: Client, person: User, password: str
) -> None:
    client.force_login(person)
    fields = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    errors = client.post(reverse("account_change_password"), fields).context["form"].errors.as_data()
    assert {error.code for error in errors["password1"]} & {
        "password_too_common",  # as it is
        "password_common",  # with a tail
    }
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize(
    "password",
    [
        "perahu kuning lewat",
        "tujuhbelaspayungbasah",
        "pmi tidak pernah lupa kopi",
        "Nasi goreng jam dua pagi",
        "日本語のパスワードです長い",
        "x" + "kucing tidur " * 10,
        "ékspédisi ka luhur gunung",
    ],
)
def test_long_ones_of_ones_own_are_taken_whatever_they_are_made_of(person: User, password: str) -> None:
    validate_password(password, person)


def test_nothing_asks_for_certain_kinds_of_characters(person: User) -> None:
    validate_password("semuahurufkecilsaja", person)


def test_128_characters_and_more_sign_in_and_none_is_cut_off(client: Client, person: User) -> None:
    long = "kapal besar berlayar " * 8
    person.set_password(long)
    person.save()
    client.post(LOGIN, {"login": person.email, "password": long[:-1]})
    assert client.get("/account/preferences/").status_code == 302
    client.post(LOGIN, {"login": person.email, "password": long})
    assert client.get("/account/preferences/").status_code == 200


def test_without_a_person_the_words_of_the_portal_still_count() -> None:
    with pytest.raises(ValidationError):
        PlainWordsValidator().validate("portal-pmi-2026")


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collects one entry for each time a password is hashed."""
    done: list[int] = []
    real = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        done.append(1)
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return done


def work(
    hashing: list[int], django_assert_max_num_queries: Any, login: str, password: str
) -> tuple[int, int]:
    hashing.clear()
    with django_assert_max_num_queries(100) as queries:
        Client().post(LOGIN, {"login": login, "password": password})
    return len(hashing), len(queries)


def test_an_unknown_a_known_and_a_suspended_account_cost_one_hash_and_the_same_queries(
    person: User, hashing: list[int], django_assert_max_num_queries: Any
) -> None:
    suspended = make_user(
        partner=person.partner, email="suspended@example.org", password=PASSWORD, is_active=False
    )
    without = make_user(partner=person.partner, email="unusable@example.org")
    costs = {
        work(hashing, django_assert_max_num_queries, login, "certainly not it")
        for login in (person.email, "nobody@example.org", suspended.email, without.email)
    }
    assert len(costs) == 1
    assert costs.pop()[0] == 1


def test_asking_for_a_new_password_is_the_same_work_for_any_address(
    person: User, django_assert_max_num_queries: Any
) -> None:
    statements = []
    for address in (person.email, "nobody@example.org"):
        with django_assert_max_num_queries(100) as queries:
            answer = Client().post(reverse("account_reset_password"), {"email": address})
        statements.append([query["sql"].split(" VALUES")[0] for query in queries])
        assert answer.headers["Location"] == reverse("account_reset_password_done")
    assert statements[0] == statements[1]
    assert not Email.objects.exists()
    assert resets.send_due() == 2
    assert [email.to for email in Email.objects.all()] == [person.email]


def test_the_link_goes_to_the_accounts_own_address_and_to_our_own_host(client: Client, person: User) -> None:
    for typed in (
        "KENANGA.W@EXAMPLE.ORG",
        "\u212aenanga.w@example.org",
    ):  # the second begins with a Kelvin sign
        client.post(reverse("account_reset_password"), {"email": typed}, headers={"host": "localhost"})
    resets.send_due()
    emails = list(Email.objects.all())
    assert {email.to for email in emails} == {person.email}
    assert all("http://localhost:8000/accounts/password/reset/key/" in email.body for email in emails)


def test_asking_on_and_on_fills_no_mailbox(client: Client, person: User) -> None:
    for _time in range(5):
        client.post(reverse("account_reset_password"), {"email": person.email})
        resets.send_due()
    assert Email.objects.count() == resets.MOST


def test_who_asked_is_forgotten_after_an_hour(person: User) -> None:
    row = PasswordReset.objects.create(email=person.email)
    assert resets.sweep() == 0
    PasswordReset.objects.filter(pk=row.pk).update(asked_at=row.asked_at - resets.KEPT * 1.01)
    assert resets.sweep() == 1


def test_a_suspended_person_gets_no_link(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    PasswordReset.objects.create(email=person.email)
    resets.send_due()
    assert not Email.objects.exists()


@pytest.mark.parametrize("name", ["account_login", "account_change_password"])
def test_a_field_says_what_it_is_once_and_what_a_password_needs_in_plain_words(
    person: User, client: Client, name: str
) -> None:
    if name != "account_login":
        client.force_login(person)
    page = client.get(reverse(name), headers={"accept-language": "en"}).text
    assert "placeholder" not in page.rpartition("<main")[2]
    assert ("At least 12 characters." in page) is (name == "account_change_password")


def test_another_password_needs_the_one_until_now(person: User, client: Client) -> None:
    client.force_login(person)
    sent = {
        "oldpassword": "a guess that is wrong",
        "password1": "perahu kuning lewat",
        "password2": "perahu kuning lewat",
    }
    answer = client.post(reverse("account_change_password"), sent)
    assert answer.status_code == 200
    assert "oldpassword" in answer.context["form"].errors
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_passwords_are_masked_and_managers_of_passwords_may_help(person: User, client: Client) -> None:
    fields = re.findall(r"<input[^>]*password[^>]*>", client.get(LOGIN).text)
    client.force_login(person)
    fields += re.findall(r"<input[^>]*password[^>]*>", client.get(reverse("account_change_password")).text)
    assert len(fields) == 4
    assert all('type="password"' in field and 'autocomplete="' in field for field in fields)
    assert not [field for field in fields if "onpaste" in field or 'autocomplete="off"' in field]
