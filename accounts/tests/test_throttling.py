"""Guessing is slowed down per account and per address, and locks nobody out of the browser they know."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core.cache import cache, caches
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts import counting
from accounts.counting import WEIGHT, CountingCache
from accounts.models import User
from agencies.tests.factories import make_partner
from pmi_portal.local import folders
from pmi_portal.local.engines import Valkey
from pmi_portal.local.processes import Guard
from pmi_portal.tests.journeys.stack import wait_until

from .factories import PASSWORD, make_user
from .signing_in import CODE, code_now, give_app, is_in, sign_in

pytestmark = pytest.mark.django_db

PER_ACCOUNT, PER_ADDRESS = 5, 30  # failed attempts in five minutes, as settings.ACCOUNT_RATE_LIMITS says


@pytest.fixture
def person() -> User:
    return make_user(partner=make_partner(), email="melati@example.org", password=PASSWORD)


def guess(client: Client, person: User, times: int) -> None:
    for _time in range(times):
        client.post("/accounts/login/", {"login": person.email, "password": "a wrong guess"})


def from_elsewhere(number: int) -> Client:
    return Client(REMOTE_ADDR=f"203.0.113.{number}")


def test_after_five_wrong_guesses_even_the_right_password_is_refused_there(
    person: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "security")
    guess(from_elsewhere(1), person, PER_ACCOUNT)
    other = from_elsewhere(2)
    sign_in(other, person)
    assert not is_in(other)
    events = [record for record in caplog.records if record.name == "security"]
    assert [event.message for event in events].count("sign_in_failed") == PER_ACCOUNT
    assert events[-1].message == "throttled"
    assert person.email not in caplog.text


def test_the_browser_that_a_person_knows_has_a_count_of_its_own(person: User) -> None:
    known = Client()
    sign_in(known, person)
    known.post(reverse("account_logout"))
    for number in range(20):  # an attacker who never stops, with many addresses
        guess(from_elsewhere(number), person, PER_ACCOUNT + 1)
    sign_in(known, person)
    assert is_in(known)


def test_a_new_password_by_e_mail_opens_a_new_browser_during_an_attack(person: User) -> None:
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    guess(from_elsewhere(1), person, PER_ACCOUNT + 1)
    new = from_elsewhere(9)
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(person), key])
    form = new.get(path, follow=True).redirect_chain[-1][0]
    password = "perahu kuning lewat sore"
    new.post(form, {"password1": password, "password2": password})
    guess(from_elsewhere(2), person, PER_ACCOUNT + 1)
    sign_in(new, person, password)
    assert is_in(new)


def test_a_browser_known_to_somebody_else_counts_as_any_other(person: User) -> None:
    attacker = make_user(partner=person.partner, password=PASSWORD)
    browser = Client()
    sign_in(browser, attacker)
    browser.post(reverse("account_logout"))
    guess(from_elsewhere(1), person, PER_ACCOUNT)
    sign_in(browser, person)
    assert not is_in(browser)


def test_a_forged_cookie_of_a_known_browser_is_worth_nothing(person: User) -> None:
    guess(from_elsewhere(1), person, PER_ACCOUNT)
    browser = Client()
    browser.cookies["pmi_device"] = "eyJpZCI6ICJ4IiwgInBlb3BsZSI6IFtbMSwgIngiXV19:1xyz:abc"
    sign_in(browser, person)
    assert not is_in(browser)


def test_one_address_that_tries_many_accounts_is_stopped(person: User) -> None:
    attacker = from_elsewhere(1)
    for number in range(PER_ADDRESS):
        attacker.post("/accounts/login/", {"login": f"someone{number}@example.org", "password": "a guess"})
    sign_in(attacker, person)
    assert not is_in(attacker)
    other = from_elsewhere(2)
    sign_in(other, person)
    assert is_in(other)


def test_right_passwords_are_not_counted(person: User) -> None:
    for _time in range(PER_ACCOUNT * 2):
        browser = Client()
        sign_in(browser, person)
        assert is_in(browser)


def test_a_made_up_forwarded_address_changes_nothing(person: User) -> None:
    attacker = Client()
    for number in range(PER_ADDRESS):
        attacker.post(
            "/accounts/login/",
            {"login": f"someone{number}@example.org", "password": "a guess"},
            headers={"x-forwarded-for": f"198.51.100.{number}"},
        )
    attacker.defaults["HTTP_X_FORWARDED_FOR"] = "198.51.100.200"
    sign_in(attacker, person)
    assert not is_in(attacker)


def test_behind_a_proxy_the_address_that_the_proxy_saw_counts(person: User, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(PER_ADDRESS):
        Client().post(
            "/accounts/login/",
            {"login": f"someone{number}@example.org", "password": "a guess"},
            headers={"x-forwarded-for": f"198.51.100.{number}, 203.0.113.7"},
        )
    same, other = Client(), Client()
    same.defaults["HTTP_X_FORWARDED_FOR"] = "198.51.100.99, 203.0.113.7"
    other.defaults["HTTP_X_FORWARDED_FOR"] = "203.0.113.7, 203.0.113.8"
    sign_in(same, person)
    sign_in(other, person)
    assert (is_in(same), is_in(other)) == (False, True)


def test_guessing_codes_from_elsewhere_keeps_nobody_out_of_their_own_browser(person: User) -> None:
    known = Client()
    sign_in(known, person)
    known.post(reverse("account_logout"))
    give_app(person)
    thief = from_elsewhere(1)  # who has the password
    sign_in(thief, person)
    for _time in range(PER_ACCOUNT + 1):
        thief.post(CODE, {"code": "000000"})
    sign_in(known, person)
    known.post(CODE, {"code": code_now()})
    assert is_in(known)


def test_too_many_attempts_get_a_page_that_says_how_long_to_wait(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "security")
    for number in range(21):
        answer = client.post(reverse("account_reset_password"), {"email": f"x{number}@example.org"})
    assert answer.status_code == 429
    assert "429.html" in [template.name for template in answer.templates]
    assert any(record.message == "throttled" for record in caplog.records)


# With a real Valkey -------------------------------------------------------------------------------


class Server:
    """A Valkey of this test alone, which can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.guard = Guard()
        self.sockets = folders.sockets()
        self.guard.tell("remove", self.sockets)
        self.valkey = Valkey(folder, self.sockets, self.guard, folder / "valkey.log", durable=False)
        self.child = self.valkey.child()

    def start(self) -> None:
        self.child.start()
        wait_until(self.valkey.answers, "Valkey answers")

    def stop(self) -> None:
        """End it as a power cut would."""
        assert self.child.process is not None
        os.killpg(self.child.process.pid, SIGKILL)
        self.child.process.wait()
        self.child.forget()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    if server.child.process is not None:
        server.stop()
    server.guard.close()


@pytest.fixture
def counted_there(server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The portal counts in that Valkey, as in production."""
    from pmi_portal import settings as production

    settings.CACHES = {"default": production.CACHES["default"] | {"LOCATION": server.valkey.url}}
    monkeypatch.setattr(CountingCache, "_quiet_until", 0.0)
    as_another_process()
    yield server
    as_another_process()


def as_another_process() -> None:
    """Forget what this process knows; what stands in Valkey stays."""
    counting_cache: Any = caches["default"]
    counting_cache._own.clear()
    for pool in counting_cache._cache._pools.values():
        pool.disconnect()
    del caches["default"]


def test_processes_count_together_in_valkey(counted_there: Server, person: User) -> None:
    guess(from_elsewhere(1), person, 3)
    as_another_process()
    guess(from_elsewhere(1), person, 2)
    as_another_process()
    browser = from_elsewhere(2)
    sign_in(browser, person)
    assert not is_in(browser)


def test_without_valkey_pages_work_and_attempts_are_counted_more_strictly(
    counted_there: Server, person: User
) -> None:
    counted_there.stop()
    browser = from_elsewhere(1)
    guess(browser, person, -(-PER_ACCOUNT // WEIGHT))
    sign_in(browser, person)
    assert not is_in(browser)
    other = make_user(partner=person.partner, password=PASSWORD)
    elsewhere = from_elsewhere(2)
    sign_in(elsewhere, other)
    assert is_in(elsewhere)


def test_a_code_serves_once_also_while_valkey_is_away(counted_there: Server, person: User) -> None:
    counted_there.stop()
    give_app(person)
    code = code_now()
    browsers = [Client(), Client()]
    for browser in browsers:
        sign_in(browser, person)
        browser.post(CODE, {"code": code})
        as_another_process()
    assert [is_in(browser) for browser in browsers] == [True, False]


def test_when_valkey_is_back_it_counts_again(
    counted_there: Server, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted_there.stop()
    assert cache.add("x", 1)
    counted_there.start()
    monkeypatch.setattr(CountingCache, "_quiet_until", 0.0)
    assert cache.get("x") is None
    cache.set("y", 2)
    as_another_process()
    assert cache.get("y") == 2


def test_a_valkey_that_is_away_is_asked_once_and_then_left_alone_for_a_while(
    counted_there: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted_there.stop()
    tries = []
    real = counting.RedisCache.get

    def counted(self: Any, *args: Any, **options: Any) -> Any:
        tries.append(1)
        return real(self, *args, **options)

    monkeypatch.setattr(counting.RedisCache, "get", counted)
    for _time in range(10):
        cache.get("x")
    assert len(tries) == 1


def test_the_portal_counts_in_the_redis_of_its_environment() -> None:
    from pmi_portal import settings as production

    assert production.CACHES["default"]["LOCATION"] == portal_settings.REDIS_URL
    assert production.CACHES["default"]["BACKEND"] == "accounts.counting.CountingCache"
