"""Nothing typed is lost: a form that comes after its session has ended is kept for its person, and sent once."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import kept, tasks
from accounts.models import KeptForm, User
from agencies.tests.factories import make_partner
from cases.choices import EventKind
from cases.models import Case, Document
from cases.tests.factories import make_case
from cases.tests.files import pdf
from privacy.models import DataKey
from privacy.sealing import SealBroken

from .factories import PASSWORD, make_user
from .signing_in import CODE, code_now, give_app, sign_in
from .test_sessions import let_pass

pytestmark = pytest.mark.django_db

TEXT = "The employer\nhas “agreed” to <pay>."


@pytest.fixture
def person() -> User:
    return make_user(partner=make_partner(), email="melati@example.org", password=PASSWORD)


@pytest.fixture
def case(person: User) -> Case:
    return make_case(by=person)


@pytest.fixture
def browser(person: User) -> Client:
    client = Client()
    sign_in(client, person)
    return client


def send_note(client: Client, case: Case, text: str = TEXT, **more: Any) -> Any:
    return client.post(
        reverse("cases:note", args=[case.reference]), {"text": text, "key": str(uuid4()), **more}
    )


def notes(case: Case) -> list[str]:
    return [event.text for event in case.events.filter(kind=EventKind.NOTED)]


def form_on(page: Any) -> tuple[str, dict[str, list[str]]]:
    """Where the page's own button sends what, as a browser reads it."""
    html = page.content.decode()
    form = re.search(r'<form method="post" action="(/cases/[^"]+)">(.*?)</form>', html, re.S)
    assert form is not None
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[2]):
        fields.setdefault(name, []).append(unescape(value))
    for name, value in re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', form[2], re.S):
        fields.setdefault(name, []).append(unescape(value))
    return form[1], fields


def test_a_form_sent_after_half_an_hour_waits_behind_the_sign_in_and_is_sent_with_one_click(
    browser: Client, person: User, case: Case
) -> None:
    let_pass(browser, 31)
    answer = send_note(browser, case)
    row = KeptForm.objects.get()
    assert answer.headers["Location"] == f"/accounts/login/?next=/account/kept/{row.pk}/"
    assert not notes(case)
    assert "is kept for you" in browser.get(answer.headers["Location"]).content.decode()
    page = browser.get(sign_in(browser, person, next=f"/account/kept/{row.pk}/").headers["Location"])
    assert "has “agreed” to &lt;pay&gt;." in page.content.decode()
    path, fields = form_on(page)
    for _click in range(2):
        browser.post(path, fields)
    assert notes(case) == [TEXT]
    assert not KeptForm.objects.exists()
    assert DataKey.objects.exclude(destroyed_at=None).count() == 1  # a copy of the row opens no more


def test_with_a_second_factor_it_waits_behind_both(browser: Client, person: User, case: Case) -> None:
    give_app(person)
    let_pass(browser, 31)
    send_note(browser, case)
    path = f"/account/kept/{KeptForm.objects.get().pk}/"
    assert sign_in(browser, person, next=path).headers["Location"] == CODE
    assert "/login/" in browser.get(path).headers["Location"]
    assert browser.post(CODE, {"code": code_now()}).headers["Location"] == path


def test_also_a_session_that_is_gone_from_the_database_loses_nothing(
    browser: Client, person: User, case: Case
) -> None:
    browser.session.flush()
    send_note(browser, case)
    assert KeptForm.objects.get().person == person


def test_what_is_kept_lies_sealed_and_opens_for_its_own_row_alone(browser: Client, case: Case) -> None:
    let_pass(browser, 31)
    send_note(browser, case)
    row = KeptForm.objects.get()
    assert b"employer" not in bytes(row.sealed)
    assert dict(kept.fields_of(row))["text"] == [TEXT]
    moved = KeptForm.objects.create(person=make_user(partner=case.partner), path=row.path, sealed=row.sealed)
    with pytest.raises(SealBroken):
        kept.fields_of(moved)


def test_somebody_else_never_sees_it_nor_sends_nor_discards_it(
    browser: Client, person: User, case: Case
) -> None:
    let_pass(browser, 31)
    send_note(browser, case)
    row = KeptForm.objects.get()
    colleague = make_user(partner=person.partner, password=PASSWORD)
    path = f"/account/kept/{row.pk}/"
    sign_in(browser, colleague, next=path)
    assert browser.get(path).status_code == 404
    assert browser.post(f"{path}discard/").status_code == 404
    send_note(browser, case, "Mine.", kept_form=str(row.pk))
    assert KeptForm.objects.filter(pk=row.pk).exists()


def test_a_form_of_a_page_shown_to_somebody_else_is_no_act_of_whoever_is_signed_in_now(
    browser: Client, person: User, case: Case
) -> None:
    colleague = make_user(partner=person.partner, password=PASSWORD)
    browser.post(reverse("account_logout"))
    sign_in(browser, colleague)
    answer = send_note(browser, case, page_of=kept.page_of(person))
    assert answer.status_code == 409
    assert TEXT not in answer.content.decode()
    assert not notes(case)
    row = KeptForm.objects.get()
    assert row.person == person
    browser.post(reverse("account_logout"))
    assert sign_in(browser, person).headers["Location"] == f"/account/kept/{row.pk}/"


def test_nor_do_preferences_of_the_one_become_those_of_the_other(browser: Client, person: User) -> None:
    colleague = make_user(partner=person.partner, password=PASSWORD)
    browser.post(reverse("account_logout"))
    sign_in(browser, colleague)
    fields = {"full_name": "Contoh Melati", "language": "id", "time_zone": "Asia/Jakarta"}
    answer = browser.post("/account/preferences/", {**fields, "page_of": kept.page_of(person)})
    assert answer.status_code == 409
    colleague.refresh_from_db()
    assert colleague.full_name != "Contoh Melati"
    assert not KeptForm.objects.exists()


def test_every_page_says_to_whom_it_was_shown(browser: Client, person: User) -> None:
    html = browser.get("/account/preferences/").content.decode()
    assert f'data-page-of="{kept.page_of(person)}"' in html


@pytest.mark.parametrize("said", ["", "1", "1:forged", "\x00", "x" * 5000])
def test_a_made_up_owner_is_nobody(case: Case, said: str) -> None:
    answer = send_note(Client(), case, page_of=said)
    assert answer.headers["Location"].startswith("/accounts/login/?next=/cases/")
    assert not KeptForm.objects.exists()


def test_a_form_from_another_site_is_not_kept(browser: Client, case: Case) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    let_pass(browser, 31)
    assert send_note(strict, case).status_code == 403
    assert not KeptForm.objects.exists()


def test_files_are_left_out_and_the_page_says_so(browser: Client, person: User, case: Case) -> None:
    let_pass(browser, 31)
    file = SimpleUploadedFile("paper.pdf", pdf(), content_type="application/pdf")
    path = reverse("cases:documents", args=[case.reference])
    browser.post(path, {"kind": "other", "note": "The first letter.", "file": file, "key": str(uuid4())})
    row = KeptForm.objects.get()
    assert len(bytes(row.sealed)) < 1000
    page = browser.get(sign_in(browser, person, next=f"/account/kept/{row.pk}/").headers["Location"])
    assert "Files are not kept" in page.content.decode()
    target, fields = form_on(page)
    again = browser.post(target, fields)
    assert again.status_code == 422
    assert "The first letter." in again.content.decode()
    assert not Document.objects.exists()
    assert KeptForm.objects.filter(pk=row.pk).exists()


def test_more_than_a_megabyte_gets_a_sentence_instead(browser: Client, case: Case) -> None:
    let_pass(browser, 31)
    answer = send_note(browser, case, "x" * 1_000_000)
    assert answer.status_code == 401
    assert "too large" in answer.content.decode()
    assert not KeptForm.objects.exists()


def test_one_person_has_no_more_than_twenty_kept(browser: Client, person: User, case: Case) -> None:
    KeptForm.objects.bulk_create([KeptForm(person=person, path="/", sealed=b"") for _n in range(kept.MOST)])
    let_pass(browser, 31)
    assert send_note(browser, case).status_code == 401
    assert KeptForm.objects.count() == kept.MOST


@pytest.mark.parametrize(
    ("route", "fields"),
    [
        ("account_change_password", {"oldpassword": PASSWORD, "password1": "a", "password2": "a"}),
        ("account_reauthenticate", {"password": PASSWORD}),
        ("mfa_activate_totp", {"code": "123456"}),
        ("accounts:sign_out_everywhere", {}),
    ],
)
def test_passwords_and_codes_are_never_kept(browser: Client, route: str, fields: dict[str, str]) -> None:
    let_pass(browser, 31)
    browser.post(reverse(route), fields)
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize("headers", [{"hx-request": "true"}, {"sec-fetch-mode": "cors"}])
def test_what_scripts_send_by_themselves_is_not_kept(
    browser: Client, case: Case, headers: dict[str, str]
) -> None:
    let_pass(browser, 31)
    browser.post(reverse("cases:note", args=[case.reference]), {"text": TEXT}, headers=headers)
    assert not KeptForm.objects.exists()


def test_a_suspended_person_has_nothing_kept(browser: Client, person: User, case: Case) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    send_note(browser, case)
    assert not KeptForm.objects.exists()


def test_the_same_kept_form_sent_late_again_stays_one(browser: Client, case: Case) -> None:
    let_pass(browser, 31)
    send_note(browser, case)
    row = KeptForm.objects.get()
    answer = send_note(browser, case, kept_form=str(row.pk))
    assert str(row.pk) in answer.headers["Location"]
    assert KeptForm.objects.count() == 1


def test_it_is_forgotten_after_a_day_or_thrown_away(browser: Client, person: User, case: Case) -> None:
    let_pass(browser, 31)
    send_note(browser, case)
    KeptForm.objects.update(kept_at=timezone.now() - timedelta(hours=24, seconds=1))
    tasks.sweep()
    assert not KeptForm.objects.exists()
    send_note(browser, case)
    sign_in(browser, person)
    browser.post(reverse("accounts:discard_kept", args=[KeptForm.objects.get().pk]))
    assert not KeptForm.objects.exists()
