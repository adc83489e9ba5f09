"""Referring a case, and doing an act twice."""

import uuid
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.tests.factories import make_user
from agencies.tests.factories import make_outcome, make_partner
from cases.choices import EventKind
from cases.models import CaseEvent, Consent
from cases.tests.factories import make_case
from notifications.models import Notification
from referrals import actions
from referrals.actions import ActRefused, KeyUsed
from referrals.choices import DeclineReason
from referrals.models import Referral
from referrals.tests.factories import (
    consent_fields,
    make_officer,
    make_referral,
    make_referral_in,
    make_responsible,
)

pytestmark = pytest.mark.django_db


def test_a_new_referral_waits_for_the_worker_and_has_its_event_and_its_consent():
    case = make_case(urgency="emergency")
    referral = make_referral(case=case, services=["shelter", "legal_aid"])
    assert (referral.state, referral.number, referral.sender) == ("waiting", 1, case.partner)
    assert (referral.urgency, referral.urgency_rank, referral.due_at) == ("emergency", 0, None)
    assert referral.consent.recorded_by == case.created_by
    assert [event.kind for event in referral.events.all()] == [EventKind.REFERRED]
    assert not Notification.objects.exists()
    case.refresh_from_db()
    assert case.changed_at == referral.changed_at


def test_the_referrals_of_a_case_are_numbered_and_live_side_by_side():
    case = make_case()
    first, second = make_referral(case=case), make_referral(case=case, to=make_partner())
    assert (first.reference, second.reference) == (f"{case.reference}/R1", f"{case.reference}/R2")


def test_a_person_may_say_at_once_which_agency_and_the_reasons_are_kept():
    mission = make_responsible()
    referral = make_referral(to=mission)
    assert (referral.state, referral.receiver) == ("sent", mission)
    assert [line["partner_id"] for line in referral.ranking] == [mission.pk]
    sent = referral.events.get(kind=EventKind.SENT)
    assert (sent.actor, sent.data) == (referral.created_by, {"to": mission.name_id, "chosen": True})


@pytest.mark.parametrize("closed", [{"is_active": False}, {"retired_at": "2026-01-01T00:00Z"}])
def test_nothing_is_written_when_the_chosen_agency_does_not_work_here(closed):
    gone = make_partner(**closed)
    with pytest.raises(ActRefused, match="does not work here"):
        make_referral(to=gone)
    assert not Referral.objects.exists()
    assert not Consent.objects.exists()


def test_one_agency_does_not_get_the_same_service_of_a_case_twice():
    case, agency = make_case(), make_partner()
    first = make_referral(case=case, to=agency, services=["shelter", "medical"])
    with pytest.raises(ActRefused, match=first.reference):
        make_referral(case=case, to=agency, services=["medical"])
    assert make_referral(case=case, to=agency, services=["legal_aid"]).state == "sent"
    actions.withdraw(by=case.created_by, referral=first, text="Wrong.")
    assert make_referral(case=case, to=agency, services=["medical"]).state == "sent"


def test_a_referral_goes_to_another_partner():
    case = make_case()
    with pytest.raises(ActRefused, match="your own"):
        make_referral(case=case, to=case.partner)


def test_only_the_owner_of_a_case_refers_it():
    case = make_case()
    for stranger in (make_officer(), make_user(partner=case.partner, role="partner_admin")):
        with pytest.raises(PermissionDenied):
            make_referral(case=case, by=stranger)


def test_a_colleague_may_refer_too():
    case = make_case()
    assert make_referral(case=case, by=make_user(partner=case.partner)).state == "waiting"


@pytest.mark.parametrize("state", ["declined", "withdrawn", "completed"])
def test_a_follow_up_points_back_to_what_ended(state):
    ended, _officer = make_referral_in(state)
    follow_up = make_referral(case=ended.case, by=ended.created_by, previous=ended)
    assert list(ended.follow_ups.all()) == [follow_up]


def test_what_goes_on_or_belongs_to_another_case_cannot_be_followed():
    live, _officer = make_referral_in("accepted")
    elsewhere, _officer = make_referral_in("declined")
    for previous in (live, elsewhere):
        with pytest.raises(PermissionDenied):
            make_referral(case=live.case, by=live.created_by, previous=previous)


def test_the_same_form_sent_twice_is_one_referral():
    case, key = make_case(), uuid.uuid4()
    first = make_referral(case=case, key=key)
    assert make_referral(case=case, key=key) == first
    assert Referral.objects.count() == 1


def test_the_same_form_with_another_text_is_neither_done_nor_lost():
    case, key = make_case(), uuid.uuid4()
    make_referral(case=case, key=key, request="One thing.")
    with pytest.raises(KeyUsed):
        make_referral(case=case, key=key, request="Another thing.")
    with pytest.raises(KeyUsed):
        make_referral(case=make_case(by=case.created_by), key=key, request="One thing.")


def test_an_act_sent_twice_is_done_once():
    referral, officer = make_referral_in("accepted")
    key = uuid.uuid4()
    for _again in range(2):
        actions.report(by=officer, referral=referral, text="We called.", key=key)
    assert CaseEvent.objects.filter(kind=EventKind.PROGRESS).count() == 1


def test_a_resent_form_is_answered_as_done_though_the_state_has_moved_on():
    referral, officer = make_referral_in("sent")
    key = uuid.uuid4()
    actions.accept(by=officer, referral=referral, key=key)
    actions.ask(by=officer, referral=referral, text="Which month?")
    assert actions.accept(by=officer, referral=referral, key=key).state == "clarifying"


def test_a_key_stands_for_one_act_of_one_person_on_one_referral():
    referral, officer = make_referral_in("accepted")
    other, _officer = make_referral_in("accepted", officer=officer)
    key = uuid.uuid4()
    actions.report(by=officer, referral=referral, text="We called.", key=key)
    with pytest.raises(KeyUsed):
        actions.report(by=officer, referral=referral, text="We called again.", key=key)
    with pytest.raises(KeyUsed):
        actions.report(by=officer, referral=other, text="We called.", key=key)
    with pytest.raises(KeyUsed):
        actions.ask(by=officer, referral=referral, text="We called.", key=key)
    with pytest.raises(KeyUsed):
        actions.report(by=referral.created_by, referral=referral, text="We called.", key=key)


def test_the_second_reads_who_was_first():
    referral, officer = make_referral_in("received")
    colleague = make_officer(officer.partner, full_name="Rani")
    actions.accept(by=colleague, referral=referral)
    actions.report(by=officer, referral=referral, text="We called.")
    with pytest.raises(ActRefused, match=rf"“Accepted”.* Rani \({officer.partner}\), .*: Referral accepted"):
        actions.accept(by=officer, referral=referral)


def test_a_completed_referral_can_be_reopened_for_30_days_and_loses_its_outcome():
    referral, _officer = make_referral_in("completed")
    reopened = actions.reopen(by=referral.created_by, referral=referral, text="Not paid yet.")
    assert (reopened.state, reopened.outcome, reopened.ended_at) == ("accepted", None, None)


def test_choosing_sends_to_the_agency_and_keeps_the_question_why_no_more():
    referral, _officer = make_referral_in("unrouted")
    agency = make_partner()
    chosen = actions.choose(by=referral.created_by, referral=referral, to=agency)
    assert (chosen.state, chosen.receiver, chosen.why_unrouted) == ("sent", agency, "")
    with pytest.raises(ActRefused):
        actions.choose(by=referral.created_by, referral=referral, to=make_partner())


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "sent"},
        {"state": "accepted", "accepted_at": None},
        {"services": []},
        {"services": ["magic"]},
        {"state": "lost"},
    ],
)
def test_the_database_refuses_what_cannot_be(broken):
    referral = make_referral()
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(**broken)


def test_consent_needs_at_least_one_group():
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(
            case=(case := make_case()), recorded_by=case.created_by, **consent_fields(groups=[])
        )


def test_a_form_that_came_again_with_less_consent_is_not_taken_for_the_first():
    case, key = make_case(), uuid.uuid4()
    make_referral(case=case, key=key, consent={"groups": ["case", "contact"]})
    with pytest.raises(KeyUsed):
        make_referral(case=case, key=key, consent={"groups": ["case"]})
    again = make_referral(case=case, key=key, consent={"groups": ["case", "contact"]})
    assert Referral.objects.get() == again


def test_another_agency_under_a_spent_key_is_not_taken_for_the_first():
    referral, _officer = make_referral_in("unrouted")
    key, agency = uuid.uuid4(), make_partner()
    for _time in range(2):
        assert (
            actions.choose(by=referral.created_by, referral=referral, to=agency, key=key).receiver == agency
        )
    with pytest.raises(KeyUsed):
        actions.choose(by=referral.created_by, referral=referral, to=make_partner(), key=key)


def test_a_corrected_reason_under_a_spent_key_is_not_dropped():
    referral, officer = make_referral_in("received")
    decline = partial(actions.decline, by=officer, referral=referral, text="Not here.", key=uuid.uuid4())
    for _time in range(2):
        assert decline(reason=DeclineReason.WRONG_DISTRICT).state == "declined"
    with pytest.raises(KeyUsed):
        decline(reason=DeclineReason.OUT_OF_MANDATE)


def test_a_corrected_amount_under_a_spent_key_is_not_dropped():
    referral, officer = make_referral_in("accepted")
    complete = partial(
        actions.complete,
        by=officer,
        referral=referral,
        outcome=make_outcome(code="HAK_TERPENUHI", extra_fields=["amount", "currency"]),
        text="Paid.",
        currency="MYR",
        key=uuid.uuid4(),
    )
    for _time in range(2):
        assert complete(amount=Decimal("4500.00")).state == "completed"
    with pytest.raises(KeyUsed):
        complete(amount=Decimal("5400.00"))
