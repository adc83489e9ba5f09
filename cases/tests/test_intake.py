"""Logging a complaint through the page."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.answered import AnsweredForm
from accounts.models import User
from accounts.roles import Officer, PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies.choices import PartnerKind
from agencies.tests.factories import make_partner, make_topic
from cases.models import Case, CaseEvent, IntakeDraft, Worker

from .forms import intake_data

pytestmark = pytest.mark.django_db
NEW = "/cases/new/"


@pytest.fixture
def caseworker() -> User:
    return make_user(partner=make_partner(reference_prefix="SP"))


@pytest.fixture
def browser(caseworker: User) -> Client:
    client = Client()
    client.force_login(caseworker)
    return client


def page(response: Any) -> str:
    return response.content.decode()


def test_a_complaint_becomes_a_case_with_a_reference_of_the_partner(
    browser: Client, caseworker: User
) -> None:
    response = browser.post(NEW, intake_data())
    case = Case.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, f"/cases/{case.reference}/")
    assert case.reference.startswith("SP-20")
    assert case.reference.endswith("-000001")
    assert (case.partner, case.assigned_to, case.worker.name) == (
        caseworker.partner,
        caseworker,
        "Contoh Melati",
    )
    assert [topic.pk for topic in case.topics.all()] == ["GAJI_TIDAK_DIBAYAR"]


def test_saving_and_referring_goes_on_to_the_referral(browser: Client) -> None:
    response = browser.post(NEW, {**intake_data(), "then": "refer"})
    assert response.headers["Location"] == f"/cases/{Case.objects.get().reference}/refer/"


def test_the_same_form_twice_is_one_case_and_one_with_other_content_is_asked_about(browser: Client) -> None:
    data = intake_data()
    first = browser.post(NEW, data)
    second = browser.post(NEW, data)
    assert second.headers["Location"] == first.headers["Location"]
    changed = browser.post(NEW, {**data, "name": "Contoh Kenanga"})
    assert changed.status_code == 409
    assert f'href="{first.headers["Location"]}"' in page(changed)
    assert "Contoh Kenanga" in page(changed)
    assert Case.objects.count() == Worker.objects.count() == 1


def test_days_later_the_same_form_is_still_one_case(browser: Client) -> None:
    data = intake_data()
    first = browser.post(NEW, data)
    AnsweredForm.objects.all().delete()
    second = browser.post(NEW, {**data, "name": "Contoh Kenanga"}, follow=True)
    assert Case.objects.count() == 1
    assert second.redirect_chain[0][0] == first.headers["Location"]
    assert "already saved as" in page(second)


def test_a_form_sent_again_by_a_colleague_at_the_same_computer_is_refused(
    browser: Client, caseworker: User
) -> None:
    data = intake_data()
    browser.post(NEW, data)
    browser.force_login(make_user(partner=caseworker.partner))
    assert browser.post(NEW, data).status_code == 403
    assert Case.objects.count() == 1


def test_what_is_missing_is_said_and_nothing_typed_is_lost(browser: Client) -> None:
    response = browser.post(NEW, intake_data(name="", chronology="She called from <the> kitchen."))
    assert response.status_code == 422
    assert "Please mend the following" in page(response)
    assert "She called from &lt;the&gt; kitchen." in page(response)
    assert Case.objects.count() == CaseEvent.objects.count() == 0


def test_a_form_that_comes_back_is_kept_as_a_draft(browser: Client) -> None:
    data = intake_data(name="")
    browser.post(NEW, data)
    assert str(IntakeDraft.objects.get().pk) == data["key"]
    browser.post(NEW, {**data, "name": "Contoh Melati"})
    assert (Case.objects.count(), IntakeDraft.objects.count()) == (1, 0)


def test_a_text_of_a_megabyte_gets_a_sentence_and_stands_in_the_form_again(browser: Client) -> None:
    text = "long story " * 100_000
    response = browser.post(NEW, intake_data(chronology=text))
    assert response.status_code == 422
    assert "at most 20000 characters" in page(response)
    assert text.strip() in page(response)


def test_a_nul_character_is_a_sentence_and_no_error_page(browser: Client) -> None:
    response = browser.post(NEW, intake_data(chronology="a\x00b", name="\x00", home_province="\x00"))
    assert response.status_code == 422
    assert not Case.objects.exists()


def test_a_form_without_a_key_is_saved_all_the_same(browser: Client) -> None:
    assert browser.post(NEW, intake_data(key="rubbish")).status_code == 302
    assert browser.post(NEW, intake_data(key=None, name="")).status_code == 422


def test_opening_the_form_writes_nothing(browser: Client) -> None:
    assert browser.get(NEW).status_code == 200
    assert not IntakeDraft.objects.exists()


def test_the_form_asks_the_same_number_of_questions_however_many_topics(
    browser: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    intake_data()
    browser.get(NEW)  # the first page of a process fills caches
    with django_assert_num_queries(6):  # session, person, provinces, regencies, topics, bell
        browser.get(NEW)
    for number in range(25):
        make_topic(code=f"TOPIC_{number}", stage="during")
    with django_assert_num_queries(6):
        browser.get(NEW)


@pytest.mark.parametrize("role", [PartnerAdmin.code, "portal_admin"])
def test_admins_log_no_cases(role: str) -> None:
    client = Client()
    client.force_login(
        make_portal_admin() if role == "portal_admin" else make_user(partner=make_partner(), role=role)
    )
    assert client.get(NEW).status_code == client.post(NEW, intake_data()).status_code == 403
    assert not Case.objects.exists()


def test_an_officer_of_an_agency_may_log_a_case_too() -> None:
    agency = make_partner(kind=PartnerKind.BP3MI, reference_prefix="BP3MI-JATIM")
    client = Client()
    client.force_login(make_user(partner=agency, role=Officer.code))
    client.post(NEW, intake_data())
    assert Case.objects.get().reference.startswith("BP3MI-JATIM-")


def test_a_partner_without_a_prefix_cannot_register_cases() -> None:
    client = Client()
    client.force_login(make_user(partner=make_partner(reference_prefix="")))
    assert client.get(NEW).status_code == 403


def test_the_nik_is_read_by_post_and_shown_with_what_does_not_fit(browser: Client) -> None:
    intake_data()
    response = browser.post(
        reverse("cases:nik"),
        {"nik": "3507 0147 0890 0001", "sex": "male", "birth_date": "", "home_regency": ""},
    )
    assert "Kabupaten Malang, Jawa Timur" in page(response)
    assert "1990" in page(response)
    assert "other sex" in page(response)
    assert browser.get(reverse("cases:nik")).status_code == 405


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"nik": ""},
        {"nik": "\x00"},
        {"nik": "12"},
        {"nik": "3" * 100_000, "birth_date": "x", "sex": "\x00"},
    ],
)
def test_a_nik_that_cannot_be_read_breaks_nothing(browser: Client, fields: dict[str, str]) -> None:
    assert browser.post(reverse("cases:nik"), fields).status_code == 200


def test_a_mismatch_of_the_nik_is_shown_again_without_javascript(browser: Client) -> None:
    response = browser.post(NEW, intake_data(nik="3507014708900001", sex="male", demands=""))
    assert "other sex" in page(response)


def test_a_mismatching_nik_is_saved_and_marked_on_the_case(browser: Client) -> None:
    response = browser.post(NEW, intake_data(nik="3507014708900001", sex="male"), follow=True)
    assert Case.objects.get().worker.nik == "3507014708900001"
    assert "other sex" in page(response)


@pytest.mark.parametrize("country", ["MY", "", "XX", "\x00", "M" * 10_000])
def test_places_are_suggested_for_any_country(browser: Client, country: str) -> None:
    assert browser.get(reverse("cases:places"), {"country": country}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_case(caseworker: User) -> None:
    data = intake_data(key=uuid4())

    def send(_number: int) -> str:
        client = Client()
        client.force_login(caseworker)
        try:
            return client.post(NEW, data).headers["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        addresses = set(pool.map(send, range(2)))
    assert Case.objects.count() == Worker.objects.count() == 1
    assert addresses == {f"/cases/{Case.objects.get().reference}/"}
