"""The page of one referral: the same for both sides, with what each may see and do."""

import pytest
from django.urls import reverse

from accounts.tests.factories import make_user
from agencies.choices import PartnerKind
from agencies.tests.factories import make_partner
from cases.choices import EventKind
from cases.tests.factories import make_case
from notifications import unread
from notifications.choices import Kind
from notifications.models import Notification
from referrals import actions
from referrals.choices import DeclineReason, State
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in, make_responsible

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(client):
    """The page as this person gets it."""

    def open_(person, referral, *, status: int = 200) -> str:
        client.force_login(person)
        response = client.get(referral.get_absolute_url())
        assert response.status_code == status
        return response.text

    return open_


def buttons(page: str) -> set[str]:
    """The acts that the page offers."""
    names = ["accept", "ask", "decline", "report", "complete", "choose", "answer", "withdraw", "reopen"]
    main = page.rpartition("<main")[2]
    return {name for name in names if f'/{name}/"' in main}


OFFERED = {
    "sender": {
        "waiting": {"withdraw"},
        "unrouted": {"choose", "withdraw"},
        "sent": {"report", "withdraw"},
        "received": {"report", "withdraw"},
        "clarifying": {"answer", "report", "withdraw"},
        "accepted": {"report", "withdraw"},
        "completed": {"reopen"},
    },
    "receiver": {
        "sent": {"accept", "ask", "decline"},  # opening it makes it received
        "received": {"accept", "ask", "decline"},
        "clarifying": {"decline"},
        "accepted": {"ask", "report", "complete", "decline"},
    },
}


@pytest.mark.parametrize("state", State.values)
def test_each_side_is_offered_what_it_may_do_now_and_nothing_else(look, state):
    referral, officer = make_referral_in(state)
    assert buttons(look(referral.created_by, referral)) == OFFERED["sender"].get(state, set())
    if referral.sent_at:
        assert buttons(look(officer, referral)) == OFFERED["receiver"].get(state, set())


@pytest.mark.parametrize("state", State.values)
def test_a_stranger_finds_nothing(look, state):
    referral, officer = make_referral_in(state)
    look(make_officer(), referral, status=404)
    look(make_user(partner=officer.partner, role="partner_admin"), referral, status=403)
    if referral.sent_at is None:
        look(officer, referral, status=404)


def test_opening_issues_the_receipt_and_counts_the_notices_as_read(look):
    referral, officer = make_referral_in("sent")
    assert Notification.objects.visible_to(officer).unread().exists()
    look(officer, referral)
    referral.refresh_from_db()
    assert (referral.state, referral.received_by) == ("received", officer)
    assert not Notification.objects.visible_to(officer).unread().exists()
    told = Notification.objects.get(recipient=referral.created_by)
    assert (told.kind, told.read_at) == ("received", None)
    look(officer, referral)
    assert referral.events.filter(kind=EventKind.RECEIVED).count() == 1


def test_the_sender_opening_it_is_no_receipt(look):
    referral, _officer = make_referral_in("sent")
    look(referral.created_by, referral)
    referral.refresh_from_db()
    assert referral.state == "sent"


def test_the_receiver_reads_why_it_was_asked_in_its_language(look, client):
    mission = make_responsible()
    officer = make_officer(mission, language="en")
    referral = make_referral(to=mission)
    page = look(officer, referral)
    assert "Responsible for workers in Malaysia." in page
    assert f"Chosen by {referral.created_by.full_name}" in page


def test_the_receiver_reads_exactly_what_was_agreed(look):
    case = make_case(worker={"name": "Contoh Kenanga", "contact": "0812-777"}, employer_name="Majikan Contoh")
    referral, officer = make_referral_in("received", case=case, consent={"groups": ["case"]})
    page = look(officer, referral)
    assert "Majikan Contoh" in page
    assert "The worker did not agree to share the following" in page
    listed = page.partition('id="not-shared"')[2].partition("</section>")[0]
    assert [title in listed for title in ("The worker", "Making contact", "Health", "Violence")] == [True] * 4
    assert "Kenanga" not in page
    assert "0812-777" not in page
    assert case.get_absolute_url() not in page, "the case itself stays with its owner"


def test_the_sender_sees_its_case_and_what_was_agreed(look):
    referral, _officer = make_referral_in("received", consent={"groups": ["case"]})
    page = look(referral.created_by, referral)
    assert f'href="{referral.case.get_absolute_url()}"' in page
    assert referral.case.worker.name in page
    assert "Case: work, employer" in page
    assert "Identity: name" not in page


@pytest.mark.parametrize("state", ["withdrawn", "declined"])
def test_once_it_is_closed_the_receiver_reads_nothing_personal_anywhere(look, state):
    case = make_case(worker={"name": "Contoh Kenanga"}, chronology="Locked up in Batam.")
    referral, officer = make_referral_in("received", case=case, request="Please free Kenanga.")
    caseworker = referral.created_by
    actions.ask(by=officer, referral=referral, text="Is Kenanga safe?")
    actions.answer(by=caseworker, referral=referral, text="Kenanga is in Batam.")
    if state == "withdrawn":
        actions.withdraw(by=caseworker, referral=referral, text="Kenanga is free.")
    else:
        actions.decline(by=officer, referral=referral, reason=DeclineReason.OTHER, text="Not for Kenanga.")
    page = look(officer, referral)
    assert "The case is closed to you" in page
    assert "Kenanga" not in page
    assert "Batam" not in page
    assert "Question asked" in page, "what happened stays, without its words"
    whole = look(caseworker, referral)
    assert "Kenanga is in Batam." in whole


def test_the_question_and_the_reason_for_declining_stand_at_the_top(look):
    referral, officer = make_referral_in("received")
    actions.ask(by=officer, referral=referral, text="Which month is it?")
    assert "last-words" in look(referral.created_by, referral)
    actions.answer(by=referral.created_by, referral=referral, text="May.")
    assert "last-words" not in look(referral.created_by, referral)
    actions.decline(by=officer, referral=referral, reason=DeclineReason.NO_CAPACITY, text="Ask Penang.")
    page = look(referral.created_by, referral)
    assert "declined (no capacity at present)" in page
    assert page.count("Ask Penang.") == 2
    assert f"?after={referral.pk}" in page


def test_the_sender_is_told_plainly_when_nobody_there_reads(look):
    agency = make_partner(kind=PartnerKind.MISSION)
    referral = make_referral(to=agency)
    assert "nobody there reads the portal yet" in look(referral.created_by, referral)


def test_a_receiver_does_not_learn_of_the_referrals_to_others(look):
    referral, _officer = make_referral_in("declined")
    second, officer = make_referral_in("sent", case=referral.case, by=referral.created_by)
    Referral.objects.filter(pk=second.pk).update(previous=referral)
    page = look(officer, second)
    assert referral.reference not in page
    assert referral.reference in look(referral.created_by, second)


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("language", ["en", "id"])
def test_every_state_reads_well_to_both_sides(look, state, language):
    referral, officer = make_referral_in(state)
    for person in (referral.created_by, officer):
        if person is officer and not referral.sent_at:
            continue
        person.language = language
        person.save()
        page = look(person, referral)
        assert "%(" not in page
        assert "None" not in page


@pytest.mark.parametrize("events", [0, 10])
@pytest.mark.parametrize(("side", "queries"), [("sender", 14), ("receiver", 13)])
def test_the_page_takes_the_same_queries_however_much_happened(
    client, events, side, queries, django_assert_num_queries
):
    referral, officer = make_referral_in("accepted")
    for number in range(events):
        actions.report(by=officer, referral=referral, text=f"Step {number}.")
    client.force_login(officer if side == "receiver" else referral.created_by)
    client.get(referral.get_absolute_url())
    with django_assert_num_queries(queries):
        client.get(referral.get_absolute_url())


@pytest.mark.parametrize("others", [0, unread.LIMIT])
@pytest.mark.parametrize("page", ["referral", "case"])
def test_notices_that_lead_here_are_read_by_coming_here_also_behind_a_hundred_others(client, page, others):
    referral, _officer = make_referral_in("sent")
    person = referral.created_by
    notices = [(f"X-{number}", f"/cases/X-{number}/") for number in range(others)]
    notices.append((referral.reference, referral.get_absolute_url()))
    Notification.objects.bulk_create(
        Notification(recipient=person, kind=Kind.REFERRAL_ACCEPTED, reference=reference, path=path)
        for reference, path in notices
    )
    client.force_login(person)
    shown = client.get((referral if page == "referral" else referral.case).get_absolute_url()).text
    unread_now = Notification.objects.filter(recipient=person).unread()
    assert not unread_now.filter(reference=referral.reference).exists()
    assert unread_now.count() == others
    assert (">99+<" in shown) == (others > 0)  # 99+ alone may end a moment: 02:23:43.294799+00:00


# Refreshing by itself --------------------------------------------------------------------------


def refresh(client, referral, etag: str, seen: str):
    return client.get(
        reverse("referrals:live", args=[referral.pk]),
        {"seen": seen},
        headers={"HX-Request": "true", "If-None-Match": etag},
    )


def test_an_open_page_asks_cheaply_and_is_told_when_something_happens(client):
    referral, officer = make_referral_in("received")
    client.force_login(referral.created_by)
    etag = refresh(client, referral, "", "received")["ETag"]
    assert refresh(client, referral, etag, "received").status_code == 304
    actions.accept(by=officer, referral=referral)
    changed = refresh(client, referral, etag, "received")
    assert changed.status_code == 200
    assert changed["HX-Trigger"] == "referral-changed"
    assert "Referral accepted" in changed.text
    assert "has changed while you were typing" in changed.text
    assert "<form" not in changed.text, "forms are not touched by the refresh"


def test_news_that_changes_no_form_do_not_disturb_who_types(client):
    referral, officer = make_referral_in("accepted")
    client.force_login(referral.created_by)
    actions.report(by=officer, referral=referral, text="We called.")
    changed = refresh(client, referral, "", "accepted")
    assert "We called." in changed.text
    assert "HX-Trigger" not in changed
    assert "has changed while you were typing" not in changed.text


def test_the_page_left_open_at_the_receiver_closes_when_it_is_taken_back(client):
    case = make_case(worker={"name": "Contoh Kenanga"})
    referral, officer = make_referral_in("received", case=case)
    client.force_login(officer)
    etag = refresh(client, referral, "", "received")["ETag"]
    actions.withdraw(by=referral.created_by, referral=referral, text="Kenanga is free.")
    changed = refresh(client, referral, etag, "received")
    assert "The case is closed to you" in changed.text
    assert 'id="referral-body" hx-swap-oob' in changed.text
    assert "Kenanga" not in changed.text


def test_the_forms_are_fetched_anew_with_new_keys(client):
    referral, officer = make_referral_in("received")
    client.force_login(officer)
    address = reverse("referrals:acts", args=[referral.pk])
    first = client.get(address)
    assert buttons(first.text) == OFFERED["receiver"]["received"]
    assert 'value="received"' in first.text
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    actions.accept(by=officer, referral=referral)
    second = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert buttons(second.text) == OFFERED["receiver"]["accepted"]


def test_while_the_portal_looks_for_the_agency_the_page_looks_more_often(look):
    waiting, _officer = make_referral_in("waiting")
    page = look(waiting.created_by, waiting)
    assert "looking for the agency that is responsible" in page
    assert "every 3s" in page
    sent, _officer = make_referral_in("sent")
    assert "every 3s" not in look(sent.created_by, sent)


def test_strangers_get_no_fragments_either(client):
    referral, _officer = make_referral_in("received")
    client.force_login(make_officer())
    for name in ("live", "acts"):
        assert client.get(reverse(f"referrals:{name}", args=[referral.pk])).status_code == 404
