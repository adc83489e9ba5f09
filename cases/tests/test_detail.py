"""One case: reading it, noting, assigning."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import PartnerAdmin, Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from cases import actions
from cases.choices import EventKind
from cases.models import Case, CaseEvent
from notifications.models import Notification
from referrals.choices import State
from referrals.tests.factories import make_officer, make_referral_in

from .factories import make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return make_case(urgency="urgent", urgency_reason="She is locked in.")


@pytest.fixture
def browser(case: Case) -> Client:
    return signed_in(case.created_by)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, case: Case) -> str:
    return reverse(f"cases:{name}", args=[case.reference])


def events(case: Case, kind: EventKind) -> list[CaseEvent]:
    return list(case.events.filter(kind=kind))


def test_the_page_tells_the_whole_case(browser: Client, case: Case) -> None:
    make_referral_in(State.CLARIFYING, case=case)
    html = browser.get(address("detail", case)).content.decode()
    for text in (
        *(case.reference, "Contoh Melati", "Johor Bahru", "Malaysia", "Contoh Pelapor", "0800-000-001"),
        *("The wages have not been paid", "Payment of the wages.", "She is locked in.", "Urgent"),
        *("R1 · Question asked", "Which month?", "Complaint logged", "Question open"),
    ):
        assert text in html


def test_a_case_that_was_not_referred_says_what_to_do(browser: Client, case: Case) -> None:
    html = browser.get(address("detail", case)).content.decode()
    assert "Not referred yet" in html
    assert f"/cases/{case.reference}/refer/" in html


@pytest.mark.parametrize("name", ["detail", "live", "edit", "note", "assign"])
def test_somebody_elses_case_is_not_found(case: Case, name: str) -> None:
    officer = make_officer()
    make_referral_in(
        State.ACCEPTED, case=case, officer=officer
    )  # reads the referral, not the case's own page
    for stranger in (make_user(partner=make_partner(), role=Supervisor.code), officer):
        client = signed_in(stranger)
        answer = client.post if name in ("note", "assign") else client.get
        expected = 403 if name == "assign" and stranger == officer else 404
        assert answer(address(name, case), {"text": "x"}).status_code == expected


@pytest.mark.parametrize("name", ["detail", "live", "edit", "note", "assign"])
def test_admins_read_no_case(case: Case, name: str) -> None:
    for admin in (make_portal_admin(), make_user(partner=case.partner, role=PartnerAdmin.code)):
        client = signed_in(admin)
        answer = client.post if name in ("note", "assign") else client.get
        assert answer(address(name, case)).status_code == 403


def test_a_colleague_reads_and_notes_but_does_not_assign(case: Case) -> None:
    colleague = make_user(partner=case.partner)
    client = signed_in(colleague)
    assert client.get(address("detail", case)).status_code == 200
    assert client.post(address("note", case), {"text": "Called her.", "key": uuid4()}).status_code == 302
    assert client.post(address("assign", case), {"to": colleague.pk, "key": uuid4()}).status_code == 403


def test_a_note_stands_in_the_timeline(browser: Client, case: Case) -> None:
    response = browser.post(address("note", case), {"text": "Called <her>.", "key": uuid4()}, follow=True)
    assert "Called &lt;her&gt;." in response.content.decode()


def test_a_note_sent_twice_is_noted_once(browser: Client, case: Case) -> None:
    data = {"text": "Called her.", "key": uuid4()}
    assert browser.post(address("note", case), data).status_code == 302
    assert browser.post(address("note", case), data).status_code == 302
    assert len(events(case, EventKind.NOTED)) == 1


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "long " * 100_000])
def test_a_note_that_cannot_be_kept_says_why_and_stays_typed(browser: Client, case: Case, text: str) -> None:
    response = browser.post(address("note", case), {"text": text, "key": uuid4()})
    assert response.status_code == 422
    assert response.context["note_form"].errors["text"]
    assert response.context["note_form"]["text"].value() == text
    assert not events(case, EventKind.NOTED)


def test_a_supervisor_gives_the_case_to_a_colleague_who_is_told(case: Case) -> None:
    supervisor = make_user(partner=case.partner, role=Supervisor.code)
    colleague = make_user(partner=case.partner, full_name="Ibu Baru")
    response = signed_in(supervisor).post(
        address("assign", case), {"to": colleague.pk, "key": uuid4()}, follow=True
    )
    case.refresh_from_db()
    assert case.assigned_to == colleague
    assert "Ibu Baru has the case now." in response.content.decode()
    message = Notification.objects.get()
    assert (message.recipient, message.reference, message.path) == (
        colleague,
        case.reference,
        case.get_absolute_url(),
    )


def test_taking_a_case_on_oneself_sends_no_message(case: Case) -> None:
    supervisor = make_user(partner=case.partner, role=Supervisor.code)
    actions.assign(by=supervisor, case=case, to=supervisor)
    assert not Notification.objects.exists()


def test_a_case_goes_to_nobody_else_but_to_colleagues_who_work_cases(case: Case) -> None:
    client = signed_in(make_user(partner=case.partner, role=Supervisor.code))
    wrong = [
        make_user(partner=make_partner()).pk,
        make_user(partner=case.partner, role=PartnerAdmin.code).pk,
        make_user(partner=case.partner, is_active=False).pk,
        *("", "x", "\x00", 10**30),
    ]
    for person in wrong:
        response = client.post(address("assign", case), {"to": person, "key": uuid4()})
        assert response.status_code == 422
    case.refresh_from_db()
    assert case.assigned_to == case.created_by


def test_the_live_part_answers_304_until_something_happens(browser: Client, case: Case) -> None:
    etag = browser.get(address("detail", case)).context["etag"]
    live = address("live", case)
    assert browser.get(live, headers={"If-None-Match": etag}).status_code == 304
    make_referral_in(State.ACCEPTED, case=case)
    answer = browser.get(live, headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert "Referral accepted" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert browser.get(live, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_page_asks_the_same_number_of_questions_however_long_the_story(
    browser: Client, case: Case, django_assert_num_queries: Callable[..., Any]
) -> None:
    officer = make_officer()
    make_referral_in(State.ACCEPTED, case=case, officer=officer)
    browser.get(address("detail", case))
    with django_assert_num_queries(11):
        browser.get(address("detail", case))
    for service in ("shelter", "medical", "document", "legal_aid", "psychosocial"):
        make_referral_in(State.ACCEPTED, case=case, services=[service])
    for number in range(20):
        actions.note(by=case.created_by, case=case, text=f"Note {number}")
    browser.get(address("detail", case))
    with django_assert_num_queries(11):
        browser.get(address("detail", case))


def test_a_quiet_refresh_asks_little(
    browser: Client, case: Case, django_assert_num_queries: Callable[..., Any]
) -> None:
    etag = browser.get(address("detail", case)).context["etag"]
    with django_assert_num_queries(3):  # session, person, case
        browser.get(address("live", case), headers={"If-None-Match": etag})


@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_a_note_notes_once(case: Case) -> None:
    data = {"text": "Called her.", "key": str(uuid4())}

    def send(_number: int) -> int:
        try:
            return signed_in(case.created_by).post(address("note", case), data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, range(2))) == [302, 302]
    assert len(events(case, EventKind.NOTED)) == 1


def test_another_note_under_a_spent_key_is_kept_all_the_same(case: Case) -> None:
    key = uuid4()
    for text in ("Called the sister.", "Called the sister.", "She answered."):
        actions.note(by=case.created_by, case=case, text=text, key=key)
    assert [event.text for event in case.events.filter(kind="noted")] == [
        "Called the sister.",
        "She answered.",
    ]


def test_an_old_form_of_assigning_that_comes_again_takes_the_case_from_nobody(case: Case) -> None:
    supervisor = make_user(partner=case.partner, role=Supervisor.code)
    first, second = make_user(partner=case.partner), make_user(partner=case.partner)
    key = uuid4()
    actions.assign(by=supervisor, case=case, to=first, key=key)
    actions.assign(by=supervisor, case=case, to=second, key=uuid4())
    assert actions.assign(by=supervisor, case=case, to=first, key=key).assigned_to == second
