"""The second factor: set up at the first sign-in, shown at every other, changed only by its owner."""

import logging
import re
from threading import Barrier, Thread
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts import code_forms, recovery_codes
from accounts.app_codes import Answer
from accounts.models import KeptForm, User
from accounts.roles import ROLES
from agencies.tests.factories import make_partner
from notifications.models import Email
from privacy.sealing import SealBroken

from .factories import PASSWORD, make_user
from .signing_in import CODE, SECRET, code_now, give_app, is_in, sign_in

pytestmark = pytest.mark.django_db

INDEX, APP, CODES = reverse("mfa_index"), reverse("mfa_activate_totp"), reverse("mfa_view_recovery_codes")


@pytest.fixture
def required(settings: Settings) -> None:
    settings.MFA_REQUIRED = True


@pytest.fixture
def person() -> User:
    return make_user(partner=make_partner(), email="melati@example.org", password=PASSWORD)


def set_up_app(client: Client) -> Any:
    """Set an app up on its page, as the person who is signed in; the page with the codes."""
    secret = re.search(r'id="totp-secret">(\w+)<', client.get(APP).content.decode())
    assert secret is not None
    return client.post(APP, {"code": code_now(secret[1])}, follow=True)


def codes_on(page: Any) -> list[str]:
    return re.findall(r"<code>(\d{4}) (\d{4})</code>", page.content.decode())


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("role", ROLES.values())
def test_nobody_of_any_role_works_before_a_second_factor_is_set_up(client: Client, role: Any) -> None:
    partner = make_partner() if role.at_partner else None
    person = make_user(partner=partner, role=role.code, password=PASSWORD)
    sign_in(client, person)
    for path in (
        "/",
        "/cases/",
        "/inbox/",
        "/partners/",
        "/notifications/",
        "/admin/",
        "/account/preferences/",
    ):
        assert client.get(path).headers["Location"] == INDEX, path
    assert client.get(INDEX).status_code == client.get(APP).status_code == 200


@pytest.mark.usefixtures("required")
def test_the_first_sign_in_sets_the_app_up_shows_the_codes_and_goes_on(client: Client, person: User) -> None:
    sign_in(client, person, next="/cases/")
    assert client.get("/cases/", follow=True).request["PATH_INFO"] == INDEX
    page = set_up_app(client)
    assert page.request["PATH_INFO"] == CODES
    assert len(codes_on(page)) == 10
    assert 'href="/cases/"' in page.content.decode()
    assert client.get("/cases/").status_code == 200


@pytest.mark.usefixtures("required")
def test_signing_out_and_the_language_do_not_wait_for_the_second_factor(client: Client, person: User) -> None:
    sign_in(client, person)
    client.post(reverse("accounts:set_language"), {"language": "id"})
    person.refresh_from_db()
    assert person.language == "id"
    client.post(reverse("account_logout"))
    assert "/login/" in client.get("/").headers["Location"]


@pytest.mark.usefixtures("required")
def test_a_form_that_comes_before_the_second_factor_is_kept_for_afterwards(
    client: Client, person: User
) -> None:
    sign_in(client, person)
    client.post("/cases/new/", {"chronology": "What happened in Johor."})
    row = KeptForm.objects.get()
    assert row.person == person
    assert f"/account/kept/{row.pk}/" in set_up_app(client).content.decode()


def test_where_it_is_not_required_people_may_go_on_without_and_are_told(client: Client, person: User) -> None:
    sign_in(client, person)
    assert is_in(client)
    assert INDEX in client.get("/account/preferences/").content.decode()


def test_the_password_alone_opens_nothing_once_there_is_a_second_factor(client: Client, person: User) -> None:
    give_app(person)
    assert sign_in(client, person).headers["Location"] == CODE
    assert not is_in(client)
    client.post(CODE, {"code": code_now()})
    assert is_in(client)


def test_a_code_serves_once_on_whatever_page(client: Client, person: User) -> None:
    give_app(person)
    code = code_now()
    for browser in (Client(), Client()):
        sign_in(browser, person)
        browser.post(CODE, {"code": code})
        client = browser
    assert not is_in(client)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_show_the_same_code_at_once_one_comes_in(person: User) -> None:
    give_app(person)
    code, start, found = code_now(), Barrier(2), []

    def show() -> None:
        start.wait()
        found.append(code_forms.use_code(person, code)[0] is not None)
        connection.close()

    both = [Thread(target=show) for _time in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(found) == [False, True]


def test_the_code_that_set_the_app_up_signs_nobody_in(client: Client, person: User) -> None:
    sign_in(client, person)
    secret = client.get(APP).context["form"].secret
    code = code_now(secret)
    client.post(APP, {"code": code})
    other = Client()
    sign_in(other, person)
    other.post(CODE, {"code": code})
    assert not is_in(other)


class Clock:
    """What time it is for the portal, in steps of 30 seconds; the phone's may differ."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_795_000_005.0
        monkeypatch.setattr("time.time", lambda: self.now)

    def next_step(self) -> None:
        self.now += 30


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.mark.parametrize(("step", "comes_in"), [(-2, False), (-1, False), (0, True), (1, False), (2, False)])
def test_a_code_counts_within_its_own_thirty_seconds(
    client: Client, person: User, clock: Clock, step: int, comes_in: bool
) -> None:
    give_app(person)
    sign_in(client, person)
    client.post(CODE, {"code": code_now(step=step)})
    assert is_in(client) == comes_in


def test_whoever_types_too_slowly_is_told_to_take_the_next_code(
    client: Client, person: User, clock: Clock
) -> None:
    give_app(person)
    sign_in(client, person)
    refused = client.post(CODE, {"code": code_now(step=-1)})
    assert refused.context["form"].errors.as_data()["code"][0].code == "late_code"
    client.post(CODE, {"code": code_now()})
    assert is_in(client)


@pytest.mark.parametrize("off", [-1, 1])
def test_a_phone_whose_clock_is_off_is_known_by_two_codes_in_a_row(
    person: User, clock: Clock, off: int
) -> None:
    give_app(person)
    answers = []
    for _time in range(3):
        answers.append(code_forms.use_code(person, code_now(step=off))[1])
        clock.next_step()
    assert answers == [Answer.LATE, Answer.RIGHT, Answer.RIGHT]
    clock.next_step()
    assert code_forms.use_code(person, code_now())[1] is Answer.LATE  # by this phone it is not its time
    clock.next_step()
    assert code_forms.use_code(person, code_now())[1] is Answer.RIGHT  # its clock was set right


def test_the_same_late_code_twice_or_another_long_after_opens_nothing(person: User, clock: Clock) -> None:
    give_app(person)
    assert [code_forms.use_code(person, code_now(step=-1))[1] for _time in range(2)] == [Answer.LATE] * 2
    for _step in range(5):
        clock.next_step()
    assert code_forms.use_code(person, code_now(step=-1))[1] is Answer.LATE
    clock.next_step()
    assert code_forms.use_code(person, code_now(step=1))[1] is Answer.LATE


def test_codes_are_typed_with_spaces_or_without(client: Client, person: User) -> None:
    give_app(person)
    sign_in(client, person)
    code = code_now()
    client.post(CODE, {"code": f" {code[:3]} {code[3:]} "})
    assert is_in(client)


def test_wrong_codes_are_throttled_and_then_the_right_one_is_refused_as_well(
    client: Client, person: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "security")
    give_app(person)
    sign_in(client, person)
    for _attempt in range(5):
        client.post(CODE, {"code": "000000"})
    answer = client.post(CODE, {"code": code_now()})
    assert answer.context["form"].errors.as_data()["code"][0].code == "throttled"
    assert not is_in(client)
    events = [record.message for record in caplog.records]
    assert events.count("second_factor_failed") == 5
    assert "throttled" in events


def test_a_recovery_code_opens_once_and_its_owner_is_told(client: Client, person: User) -> None:
    sign_in(client, person)
    codes = ["".join(parts) for parts in codes_on(set_up_app(client))]
    Email.objects.all().delete()
    for comes_in in (True, False):
        browser = Client()
        sign_in(browser, person)
        browser.post(CODE, {"code": codes[0]})
        assert is_in(browser) == comes_in
    assert any("recovery codes was used" in email.body for email in Email.objects.all())
    assert recovery_codes.left(person) == 9


def test_recovery_codes_are_shown_once_with_a_file_to_keep_and_can_be_renewed(
    client: Client, person: User
) -> None:
    sign_in(client, person)
    page = set_up_app(client)
    first = codes_on(page)
    assert f"data:text/plain;charset=utf-8,{''.join(first[0])}%0A" in page.content.decode()
    again = client.get(CODES)
    assert codes_on(again) == []
    assert "10 codes are left" in again.content.decode()
    second = codes_on(client.post(reverse("mfa_generate_recovery_codes"), follow=True))
    assert len(second) == 10
    assert set(first).isdisjoint(second)


def test_secrets_lie_sealed_in_the_database_and_open_for_no_other_account(person: User) -> None:
    row = give_app(person)
    other = make_user(partner=person.partner, password=PASSWORD)
    assert SECRET not in str(row.data)
    Authenticator.objects.filter(pk=row.pk).update(user=other)
    with pytest.raises(SealBroken):
        code_forms.use_code(other, code_now())


def test_changing_a_factor_asks_for_the_factor_unless_one_has_just_signed_in(
    client: Client, person: User, clock: Clock
) -> None:
    give_app(person)
    sign_in(client, person)
    client.post(CODE, {"code": code_now()})
    remove = reverse("mfa_deactivate_totp")
    assert client.get(remove).status_code == 200
    session = client.session
    session["signed_in_at"] -= 301
    session.save()
    answer = client.get(remove)
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})  # not enough
    assert client.get(remove).status_code == 302
    clock.next_step()
    client.post(reverse("mfa_reauthenticate"), {"code": code_now(), "next": remove})
    assert client.get(remove).status_code == 200


@pytest.mark.usefixtures("required")
def test_whoever_removes_the_last_factor_sets_up_another_before_going_on(
    client: Client, person: User
) -> None:
    give_app(person)
    sign_in(client, person)
    client.post(CODE, {"code": code_now()})
    assert is_in(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert client.get("/cases/").headers["Location"] == INDEX


@pytest.mark.usefixtures("required")
def test_a_session_that_never_showed_the_factor_its_person_has_by_now_ends(
    client: Client, person: User
) -> None:
    sign_in(client, person)
    give_app(person)  # in another browser, by the same person or by somebody with their password
    assert "/login/" in client.get("/cases/").headers["Location"]
    assert sign_in(client, person).headers["Location"] == CODE


def test_nobody_reaches_the_factors_of_somebody_else(client: Client, person: User) -> None:
    other = make_user(partner=person.partner, password=PASSWORD)
    key = Authenticator.objects.create(user=person, type="webauthn", data={"name": "Phone", "credential": {}})
    sign_in(client, other)
    for route in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert client.get(reverse(route, args=[key.pk])).status_code == 404
        assert client.post(reverse(route, args=[key.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "null", '{"type": 1}', '"x"', '{"id": "a", "rawId": "b"}']
)
def test_a_broken_passkey_gets_a_sentence(client: Client, person: User, credential: str) -> None:
    sign_in(client, person)
    client.get(reverse("mfa_add_webauthn"))
    answer = client.post(reverse("mfa_add_webauthn"), {"credential": credential, "name": "Phone"})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Authenticator.objects.exists()


def test_pages_of_the_second_factor_have_no_inline_script_or_style(client: Client, person: User) -> None:
    sign_in(client, person)
    for route in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn"):
        html = client.get(reverse(route)).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", html), route


def test_each_change_is_told_by_e_mail_and_in_the_security_log(
    client: Client, person: User, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    caplog.set_level(logging.INFO, "security")
    sign_in(client, person)
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(client)
        client.post(reverse("mfa_generate_recovery_codes"))
        client.post(reverse("mfa_deactivate_totp"))
    bodies = "\n".join(Email.objects.filter(to=person.email).values_list("body", flat=True))
    for fact in ("factor was added", "factor of your account was removed", "recovery codes were replaced"):
        assert fact in bodies
    events = {record.message for record in caplog.records if record.name == "security"}
    assert {"second_factor_added", "second_factor_removed", "recovery_codes_renewed"} <= events
