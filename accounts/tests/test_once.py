"""The same form sent twice is one act with one answer; and whose key it is, and where, decides what is the same."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import once, tasks
from accounts.answered import AnsweredForm
from accounts.models import User
from accounts.roles import PartnerAdmin
from agencies.models import Invitation
from agencies.tests.factories import make_partner
from cases.models import Case, Document
from cases.tests.factories import make_case
from cases.tests.files import pdf

from .factories import make_user

pytestmark = pytest.mark.django_db
ADDRESS = "baru@example.org"


@pytest.fixture
def admin() -> User:
    return make_user(partner=make_partner(code="SP"), role=PartnerAdmin.code)


@pytest.fixture
def browser(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def invite(client: Client, key: Any, email: str = ADDRESS, **more: str) -> Any:
    """Send the form that invites somebody: an act that by itself would send a second e-mail each time."""
    fields = {"full_name": "Orang Baru", "email": email, "role": "caseworker", "language": "en", **more}
    return client.post(
        reverse("agencies:invite", args=["SP"]), fields | ({} if key is None else {"key": key})
    )


def said(client: Client, answer: Any) -> list[str]:
    return [str(message) for message in client.get(answer.headers["Location"]).context["messages"]]


def invited() -> list[str]:
    return sorted(Invitation.objects.values_list("email", flat=True))


def test_the_same_form_twice_is_one_act_and_the_same_answer(browser: Client) -> None:
    key = uuid4()
    first = invite(browser, key)
    told = said(browser, first)
    second = invite(browser, key)
    assert (first.status_code, first.headers["Location"]) == (302, second.headers["Location"])
    assert said(browser, second) == told != []
    assert invited() == [ADDRESS]


def test_what_a_script_adds_to_a_form_changes_nothing(browser: Client) -> None:
    key = uuid4()
    for more in ({}, {"csrfmiddlewaretoken": "another"}, {"kept_form": str(uuid4())}):
        assert invite(browser, key, **more).status_code == 302
    assert invited() == [ADDRESS]


def test_a_form_that_was_refused_is_sent_again_under_its_key_once_it_is_mended(browser: Client) -> None:
    key = uuid4()
    assert invite(browser, key, email="nobody").status_code == 422
    assert not AnsweredForm.objects.exists()
    assert invite(browser, key).status_code == 302
    assert invited() == [ADDRESS]


def test_with_other_content_nothing_is_done_and_what_was_typed_is_there_to_be_sent_anew(
    browser: Client,
) -> None:
    key = uuid4()
    first = invite(browser, key)
    page = invite(browser, key, email="lain@example.org", full_name="Orang <Lain>")
    html = page.content.decode()
    assert page.status_code == 409
    assert "This form was sent already" in html
    assert "Orang &lt;Lain&gt;" in html
    assert f'href="{first.headers["Location"]}"' in html
    assert invited() == [ADDRESS]
    assert str(key) not in html  # its button sends it under a new one
    assert invite(browser, uuid4(), email="lain@example.org").status_code == 302


@pytest.mark.parametrize(
    "key", [None, "", "no key", "0" * 1_000_000, "{}", "\x00", "1cb1cd2e-a912-4b05-869c-383331218f7"]
)
def test_a_key_that_is_missing_or_spoiled_is_as_none(browser: Client, key: str | None) -> None:
    assert invite(browser, key).status_code == 302
    assert not AnsweredForm.objects.exists()
    assert invited() == [ADDRESS]


def test_nobody_is_answered_with_the_key_of_somebody_else(browser: Client, admin: User) -> None:
    key = uuid4()
    invite(browser, key)
    other = Client()
    other.force_login(make_user(partner=admin.partner, role=PartnerAdmin.code))
    assert invite(other, key, email="lain@example.org").status_code == 302
    assert invited() == [ADDRESS, "lain@example.org"]


def test_a_key_counts_where_its_form_was_sent_and_nowhere_else(browser: Client) -> None:
    key = uuid4()
    said(browser, invite(browser, key))
    row = Invitation.objects.get()
    revoked = browser.post(reverse("agencies:invitation_revoke", args=[row.pk]), {"key": key})
    assert "withdrawn" in said(browser, revoked)[0]
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_a_row_says_neither_whose_it_was_nor_what_stood_in_it(browser: Client, admin: User) -> None:
    key = uuid4()
    invite(browser, key)
    row = AnsweredForm.objects.get()
    held = f"{row.id} {row.content} {row.location} {row.told}"
    assert not any(word in held for word in (ADDRESS, "Orang", str(key), admin.email))


def test_a_message_whose_key_is_gone_is_left_out_and_the_act_stays_one(
    browser: Client, settings: Any
) -> None:
    key = uuid4()
    first = invite(browser, key)
    said(browser, first)
    AnsweredForm.objects.update(told="gone:AAAA")
    again = invite(browser, key)
    assert again.headers["Location"] == first.headers["Location"]
    assert said(browser, again) == []
    assert invited() == [ADDRESS]


def test_a_form_with_a_file_is_one_act_too_and_another_file_is_other_content(client: Client) -> None:
    case = make_case()
    client.force_login(case.assigned_to)
    key = uuid4()

    def attach(content: bytes) -> int:
        file = SimpleUploadedFile("kontrak.pdf", content, "application/pdf")
        fields = {"kind": "contract", "title": "Kontrak", "key": key, "file": file}
        return client.post(reverse("cases:documents", args=[case.reference]), fields).status_code

    assert [attach(pdf()), attach(pdf()), attach(pdf() + b"\n")] == [302, 302, 409]
    assert Document.objects.count() == 1


def test_after_three_days_answers_are_forgotten(browser: Client) -> None:
    invite(browser, uuid4())
    AnsweredForm.objects.update(answered_at=timezone.now() - once.LASTS + timedelta(minutes=1))
    tasks.sweep()
    assert AnsweredForm.objects.count() == 1
    AnsweredForm.objects.update(answered_at=timezone.now() - once.LASTS - timedelta(seconds=1))
    tasks.sweep()
    assert not AnsweredForm.objects.exists()


def test_a_password_is_compared_with_nothing_that_is_kept() -> None:
    assert not once.is_remembered("account_change_password")
    assert not once.is_remembered("mfa_activate_totp")


@pytest.mark.django_db(transaction=True)
class TestTwoClicksAtOnce:
    """Each request has a connection and a transaction of its own, as two threads of a web process have."""

    @pytest.fixture
    def case(self) -> Case:
        return make_case()

    def test_the_second_waits_for_the_first_and_has_its_answer(self, admin: User) -> None:
        key, answers = uuid4(), []

        def click() -> None:
            browser = Client()
            browser.force_login(admin)
            try:
                answers.append(invite(browser, key))
            finally:
                connection.close()

        clicks = [threading.Thread(target=click) for _number in range(4)]
        with transaction.atomic():  # none comes through before all have begun
            sent = AnsweredForm(id=self.identity(admin, key))
            once.wait_for(sent)
            for thread in clicks:
                thread.start()
            self.until_waiting(4)
        for thread in clicks:
            thread.join()
        assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
            (302, answers[0].headers["Location"])
        }
        assert invited() == [ADDRESS]

    @staticmethod
    def identity(person: User, key: Any) -> str:
        request: Any = type("Request", (), {"user": person, "path": reverse("agencies:invite", args=["SP"])})
        return once.identity(request, key)

    @staticmethod
    def until_waiting(count: int) -> None:
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
                    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
                )
                if cursor.fetchone() == (count,):
                    return

    def test_what_breaks_leaves_neither_act_nor_answer(self, admin: User, monkeypatch: Any) -> None:
        key, browser = uuid4(), Client(raise_request_exception=False)
        browser.force_login(admin)

        def broken(*_arguments: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as broken_for_now:
            broken_for_now.setattr(once, "remember", broken)
            assert invite(browser, key).status_code == 500
        assert invited() == []
        assert invite(browser, key).status_code == 302
        assert invited() == [ADDRESS]
