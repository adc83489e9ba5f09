"""Recovery codes lie as slow hashes in the database, and nowhere else once they were shown."""

from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts import code_forms, recovery_codes, second_factor
from accounts.models import User
from agencies.tests.factories import make_partner
from privacy.sealing import SealBroken

from .factories import PASSWORD, make_user
from .signing_in import give_app

pytestmark = pytest.mark.django_db

PAGE, RENEW = reverse("mfa_view_recovery_codes"), reverse("mfa_generate_recovery_codes")


@pytest.fixture
def person() -> User:
    person = make_user(partner=make_partner(), email="melati@example.org", password=PASSWORD)
    give_app(person)
    return person


@pytest.fixture
def browser(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def made(browser: Client) -> list[str]:
    """New codes, as the page shows them."""
    codes: list[str] = browser.post(RENEW, follow=True).context["codes"]
    return codes


def test_each_code_is_kept_as_a_slow_hash_with_a_salt_of_its_set(
    browser: Client, person: User, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    salts = set()
    for _time in range(2):
        codes = made(browser)
        row = recovery_codes.of(person)
        assert row is not None
        assert set(row.data) == {recovery_codes.HASHES}
        kept = [hashed.split("$") for hashed in row.data[recovery_codes.HASHES]]
        assert len({hashed for *_rest, hashed in kept}) == 10
        assert {(how, int(rounds) >= 600_000) for how, rounds, *_rest in kept} == {("pbkdf2_sha256", True)}
        assert not [code for code in codes if code in str(row.data)]
        salts |= {salt for _how, _rounds, salt, _hashed in kept}
    assert len(salts) == 2
    assert all(len(salt) >= 20 for salt in salts)
    assert code_forms.use_code(person, codes[3])[0] is not None
    assert code_forms.use_code(person, codes[3])[0] is None


def test_what_was_shown_is_forgotten_by_the_session(browser: Client) -> None:
    codes = made(browser)
    assert len(codes) == 10
    assert not [code for code in codes if code in str(dict(browser.session))]
    assert browser.get(PAGE).context["codes"] == []


def test_renewing_says_how_many_stop_working_and_makes_them_void(browser: Client, person: User) -> None:
    old = made(browser)
    assert code_forms.use_code(person, old[0])[0] is not None
    assert "The 9 codes that are left stop working" in browser.get(RENEW).content.decode()
    new = made(browser)
    assert code_forms.use_code(person, old[1])[0] is None
    assert code_forms.use_code(person, f" {new[1][:4]}-{new[1][4:]} ")[0] is not None


def test_codes_from_before_go_on_counting_after_they_were_hashed(person: User) -> None:
    """As django-allauth keeps them: made from a sealed seed, of which the migration destroys the key."""
    with second_factor.secrets_of(person):
        row = RecoveryCodes.activate(person).instance
        codes = row.wrap().generate_codes()
        assert row.wrap().validate_code(codes[0])
        seed = row.data["seed"]
    import_module("accounts.migrations.0007_recovery_codes_hashed").hash_them(apps, None)
    row.refresh_from_db()
    assert set(row.data) == {recovery_codes.HASHES}
    with second_factor.secrets_of(person), pytest.raises(SealBroken):
        second_factor.MFAAdapter().decrypt(seed)
    assert recovery_codes.left(person) == 9
    assert code_forms.use_code(person, codes[0])[0] is None
    assert code_forms.use_code(person, codes[1])[0] is not None


def test_who_has_none_is_shown_none(browser: Client) -> None:
    assert not Authenticator.objects.filter(type="recovery_codes").exists()
    assert browser.get(PAGE).status_code == 404


def test_when_all_are_used_none_opens_any_more(browser: Client, person: User) -> None:
    codes = made(browser)
    used: list[Any] = [code_forms.use_code(person, code)[0] for code in codes]
    assert None not in used
    assert recovery_codes.left(person) == 0
    assert code_forms.use_code(person, codes[0])[0] is None
