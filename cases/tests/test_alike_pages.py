"""Intake says who may be there already: while typing, and once more before a new case is saved."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases.models import Case, IntakeDraft
from privacy.choices import Verb
from privacy.models import LogEntry

from .factories import make_case
from .forms import intake_data, malang

pytestmark = pytest.mark.django_db
NEW, ALIKE = "/cases/new/", "/cases/new/alike/"


@pytest.fixture
def caseworker() -> User:
    return make_user(partner=make_partner(reference_prefix="SP"))


@pytest.fixture
def browser(caseworker: User) -> Client:
    client = Client()
    client.force_login(caseworker)
    return client


@pytest.fixture
def known(caseworker: User) -> Case:
    """A case of Contoh Melati of Malang, whom `intake_data` types once more."""
    return make_case(
        by=caseworker,
        worker={"name": "Contoh Melatih", "home_regency": malang(), "contact": "0812-3456-7890"},
    )


def page(response: Any) -> str:
    return response.content.decode()


def typed(**fields: str) -> dict[str, str]:
    return {"name": "Contoh Melati", "home_province": "35", "home_regency": "3507", **fields}


def test_while_typing_it_shows_the_case_and_why(browser: Client, known: Case) -> None:
    text = page(browser.post(ALIKE, typed()))
    assert known.reference in text
    assert "Contoh Melatih" in text
    assert "Same home regency or city" in text or "Kabupaten atau kota asal sama" in text
    assert f'name="seen" value="{known.reference}"' in text


def test_it_shows_nothing_for_somebody_else(browser: Client, known: Case) -> None:
    assert page(browser.post(ALIKE, typed(name="Rukmini Wulandari"))).strip() == ""
    assert page(browser.post(ALIKE, {})).strip() == ""


def test_whoever_shares_a_telephone_is_shown_as_another(browser: Client, known: Case) -> None:
    text = page(browser.post(ALIKE, {"name": "Slamet Riyadi", "contact": "+62 812 3456 7890"}))
    assert known.reference in text
    assert "perhaps a relative" in text or "mungkin kerabat" in text


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x" * 1_000_000},
        {"name": "%'\";--\x00"},
        {"home_regency": "3507' OR 1=1 --"},
        {"birth_date": "31-02-1990", "nik": "1" * 5000},
        {"home_regency": ["3507", "3509"], "name": ["a", "b"]},
    ],
)
def test_what_does_not_fit_is_left_out(browser: Client, known: Case, fields: dict[str, Any]) -> None:
    response = browser.post(ALIKE, typed() | fields)
    assert response.status_code == 200


def test_a_stranger_learns_nothing_by_typing(known: Case) -> None:
    stranger = Client()
    stranger.force_login(make_user(partner=make_partner()))
    assert page(stranger.post(ALIKE, typed(contact="0812-3456-7890"))).strip() == ""


def test_a_restricted_case_stays_unsaid_and_saving_asks_nothing(known: Case) -> None:
    Case.objects.filter(pk=known.pk).update(restricted_at=timezone.now(), restricted_for=["by_hand"])
    supervisor = make_user(partner=known.partner, role="supervisor")
    colleague = Client()
    for person in (supervisor, make_user(partner=known.partner)):
        colleague.force_login(person)
        assert page(colleague.post(ALIKE, typed(contact="0812-3456-7890"))).strip() == ""
    assert colleague.post(NEW, intake_data()).status_code == 302


def test_it_is_logged_as_a_finding_once_while_typing_goes_on(browser: Client, known: Case) -> None:
    browser.post(ALIKE, typed())
    browser.post(ALIKE, typed(sex="female"))
    browser.post(ALIKE, typed(name="Con"))
    (entry,) = LogEntry.objects.filter(what="alike")
    assert (entry.verb, entry.subjects, entry.owners) == (
        Verb.FOUND,
        [f"case:{known.pk}"],
        [known.partner_id],
    )


def test_looking_for_nobody_who_is_there_is_logged_too(browser: Client, known: Case) -> None:
    browser.post(ALIKE, typed(name="Rukmini Wulandari"))
    browser.post(ALIKE, {"name": "Rukmini Wulandari"})  # a name alone is not looked for
    (entry,) = LogEntry.objects.filter(what="alike")
    assert entry.subjects == []


def test_saving_asks_first_loses_nothing_and_one_click_goes_on(browser: Client, known: Case) -> None:
    data = {**intake_data(chronology="She was not paid, and “nobody” answers."), "then": "refer"}
    asked = browser.post(NEW, data)
    text = page(asked)
    assert asked.status_code == 409
    assert known.reference in text
    assert "She was not paid, and “nobody” answers." in text
    assert 'name="then"\n              value="refer"' in text
    assert IntakeDraft.objects.filter(pk=data["key"]).exists()
    assert Case.objects.count() == 1
    saved = browser.post(NEW, {**data, "seen": [known.reference]})
    assert saved.status_code == 302
    assert saved.headers["Location"].endswith("/refer/")
    assert Case.objects.count() == 2


def test_whoever_saw_the_hint_while_typing_is_not_asked_again(browser: Client, known: Case) -> None:
    assert browser.post(NEW, {**intake_data(), "seen": [known.reference]}).status_code == 302


def test_a_hint_that_came_since_is_asked_about(browser: Client, caseworker: User, known: Case) -> None:
    other = make_case(by=caseworker, worker={"name": "Contoh Melati", "home_regency": malang()})
    asked = browser.post(NEW, {**intake_data(), "seen": [known.reference, "SP-1999-000001"]})
    assert asked.status_code == 409
    assert other.reference in page(asked)


def test_a_shared_telephone_alone_asks_nothing(browser: Client, known: Case) -> None:
    data = intake_data(name="Slamet Riyadi", sex="male", contact="0812 3456 7890")
    assert browser.post(NEW, data).status_code == 302


def test_the_same_form_sent_again_leads_to_its_case_and_asks_nothing(browser: Client) -> None:
    data = intake_data()
    first = browser.post(NEW, data)
    again = browser.post(NEW, data)
    assert (first.status_code, again.status_code) == (302, 302)
    assert first.headers["Location"] == again.headers["Location"]
    assert Case.objects.count() == 1


def test_what_is_wrong_is_said_before_it_is_asked(browser: Client, known: Case) -> None:
    response = browser.post(NEW, intake_data(chronology=None))
    assert response.status_code == 422
    assert known.reference not in page(response)


def test_a_role_that_works_no_cases_is_refused(known: Case) -> None:
    admin = Client()
    admin.force_login(make_user(partner=known.partner, role="partner_admin"))
    assert admin.post(ALIKE, typed()).status_code == 403
