"""When a session ends, where one is signed in, and that an admin's act is felt at the next click."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import sessions, tasks
from accounts.models import User
from accounts.roles import PartnerAdmin, Supervisor
from agencies import actions
from agencies.tests.factories import make_partner
from cases import storage
from cases.choices import EventKind
from cases.models import Document
from cases.tests.factories import make_case
from cases.tests.files import pdf
from notifications.models import Email

from .factories import PASSWORD, make_user
from .signing_in import LOGIN, code_now, give_app, is_in, sign_in

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def person() -> User:
    return make_user(partner=make_partner(), email="melati@example.org", password=PASSWORD)


@pytest.fixture
def browser(person: User) -> Client:
    client = Client(headers={"user-agent": FIREFOX})
    sign_in(client, person)
    return client


def let_pass(client: Client, minutes: float) -> None:
    """As if so many minutes had gone by since the session's last moments."""
    session = client.session
    for moment in (sessions.BEGAN, sessions.ACTIVE):
        session[moment] -= int(minutes * 60)
    session.save()


def test_a_session_ends_after_half_an_hour_without_a_click(browser: Client) -> None:
    let_pass(browser, 29)
    assert is_in(browser)
    let_pass(browser, 31)
    key = browser.cookies["pmi_session"].value
    answer = browser.get("/cases/", follow=True)
    assert answer.request["PATH_INFO"] == LOGIN
    assert "30 minutes" in answer.content.decode()
    assert not Session.objects.filter(session_key=key).exists()


def test_every_click_puts_the_end_off(browser: Client) -> None:
    for _time in range(3):
        let_pass(browser, 20)
        assert is_in(browser)


def test_what_a_page_asks_for_by_itself_puts_nothing_off(browser: Client) -> None:
    let_pass(browser, 20)
    for path in ("/notifications/bell/", "/cases/"):
        assert browser.get(path, headers={"x-background": "1"}).status_code == 200
    let_pass(browser, 11)
    assert browser.get("/notifications/bell/", headers={"x-background": "1"}).status_code == 302


def test_typing_puts_the_end_off(browser: Client) -> None:
    let_pass(browser, 20)
    assert browser.post(reverse("accounts:stay")).status_code == 204
    let_pass(browser, 20)
    assert is_in(browser)


def test_a_session_ends_after_twelve_hours_whatever_one_does(browser: Client) -> None:
    session = browser.session
    session[sessions.BEGAN] -= 12 * 3600 + 1
    session.save()
    assert not is_in(browser)


def test_a_session_without_a_clock_has_ended(browser: Client) -> None:
    session = browser.session
    del session[sessions.ACTIVE]
    session.save()
    assert not is_in(browser)


def test_clicks_close_together_write_nothing(browser: Client, django_assert_num_queries: Any) -> None:
    browser.get("/account/preferences/")
    with django_assert_num_queries(4) as few:
        browser.get("/account/preferences/")
    assert not any("UPDATE" in query["sql"] for query in few)


def test_signing_in_makes_a_new_session_key(client: Client, person: User) -> None:
    client.get(reverse("agencies:invitation", args=["x"]))
    session = client.session
    session["planted"] = 1
    session.save()
    before = str(session.session_key)
    client.cookies["pmi_session"] = before
    sign_in(client, person)
    assert client.cookies["pmi_session"].value != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize("factor", [False, True], ids=["by password", "by code"])
def test_showing_again_who_one_is_makes_a_new_session_key_and_ends_the_old_one(
    browser: Client, person: User, factor: bool
) -> None:
    if factor:
        give_app(person)
    before = browser.cookies["pmi_session"].value
    shown = {"code": code_now()} if factor else {"password": PASSWORD}
    browser.post(reverse("mfa_reauthenticate" if factor else "account_reauthenticate"), shown)
    assert browser.cookies["pmi_session"].value != before
    assert not Session.objects.filter(session_key=before).exists()
    stolen = Client()
    stolen.cookies["pmi_session"] = before
    assert (is_in(stolen), is_in(browser)) == (False, True)
    listed = browser.get(reverse("accounts:sessions")).context["sessions"]
    assert [(session.device, session.current) for session in listed] == [("Firefox, Linux", True)]


def test_what_does_not_show_who_one_is_keeps_the_session_key(browser: Client, person: User) -> None:
    give_app(person)
    before = browser.cookies["pmi_session"].value
    browser.post(reverse("mfa_reauthenticate"), {"code": "000000"})
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})  # the weaker way is closed by now
    assert browser.cookies["pmi_session"].value == before
    assert is_in(browser)


def test_a_person_sees_their_sessions_with_the_device_in_words(browser: Client, person: User) -> None:
    other = Client(headers={"user-agent": PHONE})
    sign_in(other, person)
    page = browser.get(reverse("accounts:sessions"))
    listed = page.context["sessions"]
    assert [(session.device, session.current) for session in listed] == [
        ("Firefox, Linux", True),
        ("Chrome, Android", False),
    ]
    assert "127.0.0.1" not in page.content.decode()


def test_one_session_is_signed_out_and_the_others_go_on(browser: Client, person: User) -> None:
    phone, tablet = Client(), Client()
    sign_in(phone, person)
    sign_in(tablet, person)
    row = UserSession.objects.get(session_key=phone.cookies["pmi_session"].value)
    browser.post(reverse("accounts:sign_out_session", args=[row.pk]))
    assert (is_in(phone), is_in(tablet), is_in(browser)) == (False, True, True)


@pytest.mark.parametrize("which", ["one", "all"])
def test_ending_sessions_later_asks_again_who_one_is_and_then_ends_them(
    browser: Client, person: User, which: str
) -> None:
    phone = Client()
    sign_in(phone, person)
    row = UserSession.objects.get(session_key=phone.cookies["pmi_session"].value)
    address = (
        reverse("accounts:sign_out_session", args=[row.pk])
        if which == "one"
        else reverse("accounts:sign_out_everywhere")
    )
    let_pass(browser, 6)
    asked = browser.post(address)
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    browser.post(asked.headers["Location"], {"password": "a guess that is wrong"})
    assert is_in(phone)
    answer = browser.post(asked.headers["Location"], {"password": PASSWORD})
    assert answer.headers["Location"] == reverse("accounts:sessions")
    assert (is_in(phone), is_in(browser)) == (False, True)


def test_nobody_signs_somebody_else_out(browser: Client, person: User) -> None:
    other = Client()
    sign_in(other, make_user(partner=person.partner, password=PASSWORD))
    row = UserSession.objects.get(session_key=other.cookies["pmi_session"].value)
    assert browser.post(reverse("accounts:sign_out_session", args=[row.pk])).status_code == 404
    assert is_in(other)


def test_signing_out_all_others_keeps_this_one_listed(browser: Client, person: User) -> None:
    other = Client()
    sign_in(other, person)
    browser.post(reverse("accounts:sign_out_everywhere"))
    assert (is_in(other), is_in(browser)) == (False, True)
    listed = browser.get(reverse("accounts:sessions")).context["sessions"]
    assert [session.current for session in listed] == [True]


def test_a_new_password_ends_the_other_sessions(browser: Client, person: User) -> None:
    other = Client()
    sign_in(other, person)
    new = "perahu kuning lewat sore"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    browser.post(reverse("account_change_password"), fields)
    assert (is_in(other), is_in(browser)) == (False, True)
    assert any("password of your account was changed" in email.body for email in Email.objects.all())


def test_only_a_browser_that_is_new_is_told_to_its_person(browser: Client, person: User) -> None:
    assert not Email.objects.exists()  # the very first sign-in is no news
    browser.post(reverse("account_logout"))
    sign_in(browser, person)
    assert not Email.objects.exists()
    sign_in(Client(), person)
    email = Email.objects.get()
    assert "a browser that has not been used" in email.body
    assert (email.to, person.email in email.body, "127.0.0.1" in email.body) == (person.email, False, False)


def test_signing_in_and_out_is_in_the_security_log_without_a_name(
    client: Client, person: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "security")
    sign_in(client, person, "a wrong guess")
    sign_in(client, person)
    client.post(reverse("account_logout"))
    events = [record for record in caplog.records if record.name == "security"]
    assert [event.message for event in events] == ["sign_in_failed", "signed_in", "signed_out"]
    assert events[1].__dict__["user"] == person.pk
    assert person.email not in str([event.__dict__ for event in events])


def test_what_ended_sessions_leave_behind_is_swept_by_beat(
    browser: Client, person: User, settings: Settings
) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert "accounts.tasks.sweep" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.sweep() == 1
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


# What an admin does ------------------------------------------------------------------------------


@pytest.fixture
def admin(person: User) -> User:
    return make_user(partner=person.partner, role=PartnerAdmin.code)


def test_a_role_given_in_the_middle_of_a_session_counts_at_the_next_click(
    browser: Client, person: User, admin: User
) -> None:
    assert browser.get("/cases/").status_code == 200
    actions.change_role(by=admin, person=person, role=PartnerAdmin.code)
    assert browser.get("/cases/").status_code == 403
    actions.change_role(by=admin, person=person, role=Supervisor.code)
    assert browser.get("/cases/").status_code == 200


def test_a_person_moved_to_another_partner_sees_nothing_of_the_first_at_the_next_click(
    browser: Client, person: User
) -> None:
    case = make_case(by=person)
    assert browser.get(case.get_absolute_url()).status_code == 200
    User.objects.filter(pk=person.pk).update(partner=make_partner())
    assert browser.get(case.get_absolute_url()).status_code == 404


def test_suspended_between_two_clicks_nothing_more_is_seen_or_written(
    browser: Client, person: User, admin: User
) -> None:
    case = make_case(by=person)
    actions.suspend(by=admin, person=person)
    assert "/login/" in browser.get(case.get_absolute_url()).headers["Location"]
    browser.post(reverse("cases:note", args=[case.reference]), {"text": "One more thing."})
    assert not case.events.filter(kind=EventKind.NOTED).exists()
    sign_in(browser, person)
    assert not is_in(browser)


class _Slow(FileUploadHandler):
    """An upload that takes long enough for something to happen meanwhile."""

    happens: Any = None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        type(self).happens()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def test_suspended_in_the_middle_of_an_upload_nothing_is_written(
    browser: Client, person: User, admin: User, settings: Settings
) -> None:
    case = make_case(by=person)
    settings.FILE_UPLOAD_HANDLERS = [f"{__name__}._Slow", *settings.FILE_UPLOAD_HANDLERS]
    _Slow.happens = lambda: actions.suspend(by=admin, person=person)
    answer = upload(browser, case)
    assert "/login/" in answer.headers["Location"]
    assert not Document.objects.exists()


def test_suspended_while_the_file_is_checked_nothing_is_written(
    browser: Client, person: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(by=person)
    keep = storage.keep

    def slowly(*args: Any, **options: Any) -> Any:
        actions.suspend(by=admin, person=person)
        return keep(*args, **options)

    monkeypatch.setattr(storage, "keep", slowly)
    assert upload(browser, case).status_code == 403
    assert not Document.objects.exists()


def test_with_another_role_since_the_upload_began_the_new_one_decides(
    browser: Client, person: User, admin: User, settings: Settings
) -> None:
    case = make_case(by=person)
    settings.FILE_UPLOAD_HANDLERS = [f"{__name__}._Slow", *settings.FILE_UPLOAD_HANDLERS]
    _Slow.happens = lambda: actions.change_role(by=admin, person=person, role=PartnerAdmin.code)
    assert upload(browser, case).status_code in (403, 404)
    assert not Document.objects.exists()


def upload(client: Client, case: Any) -> Any:
    file = SimpleUploadedFile("paper.pdf", pdf(), content_type="application/pdf")
    return client.post(reverse("cases:documents", args=[case.reference]), {"kind": "other", "file": file})


def test_a_script_is_told_the_time_as_scripts_write_numbers(settings: Settings) -> None:
    """It would take "12,0" for no number and warn nobody before the session ends."""
    settings.SESSION_IDLE_MINUTES = 0.2
    client = Client()
    client.force_login(make_user(partner=make_partner(), language="id"))
    page = client.get(reverse("accounts:preferences")).text
    assert 'lang="id"' in page
    assert 'data-idle-seconds="12.0"' in page
