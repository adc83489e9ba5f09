"""Consent that a worker takes back: what ends, who is told, and who has stopped using the data."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.tests.factories import make_user
from agencies.models import Deadline
from agencies.tests.factories import make_partner
from cases.choices import EventKind
from cases.models import Clock, Consent
from cases.tests.factories import make_case
from referrals import actions, disclosure, routing
from referrals.actions import ActRefused, KeyUsed
from referrals.models import Referral
from referrals.tests.consenting import TODAY, address, fresh, told
from referrals.tests.factories import (
    make_officer,
    make_referral,
    make_referral_in,
    make_responsible,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case(worker={"name": "Contoh Kenanga", "contact": "0812-777"})


@pytest.fixture
def shared(case):
    """An accepted referral of the case, and the officer who accepted it."""
    return make_referral_in("accepted", case=case, by=case.created_by)


# Withdrawing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["waiting", "unrouted", "sent", "received", "clarifying", "accepted"])
def test_withdrawing_consent_takes_every_live_referral_back(case, state):
    referral, _officer = make_referral_in(state, case=case, by=case.created_by)
    actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.")
    referral = fresh(referral)
    assert (referral.state, referral.ended_by, referral.due_at) == ("withdrawn", case.created_by, None)
    assert (referral.consent.stands, referral.consent.withdrawn_by) == (False, case.created_by)
    assert not disclosure.is_open(referral)
    assert referral.events.filter(kind=EventKind.WITHDRAWN, actor=case.created_by).count() == 1


def test_a_receiver_is_told_once_and_has_72_hours_to_stop(case, shared):
    Deadline.objects.create(
        code="PDP_WITHDRAW", topic="data protection", duty="stop", value=72, unit="hours", basis="law"
    )
    referral, officer = shared
    actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.")
    assert (told(officer, "consent_withdrawn"), told(officer, "withdrawn")) == (1, 0)
    clock = Clock.objects.get(referral=referral)
    assert (clock.code, clock.partner) == ("PDP_WITHDRAW", officer.partner)
    assert clock.due_at - clock.started_at == timedelta(hours=72)


def test_a_referral_that_was_never_sent_is_simply_withdrawn(case):
    referral = make_referral(case=case, by=case.created_by)
    actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.")
    assert fresh(referral).state == "withdrawn"
    assert not Clock.objects.exists()


def test_a_completed_referral_is_closed_to_its_receiver_at_once(case):
    referral, officer = make_referral_in("completed", case=case, by=case.created_by)
    assert disclosure.is_open(fresh(referral))
    actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.")
    referral = fresh(referral)
    assert (referral.state, disclosure.is_open(referral)) == ("completed", False)
    assert told(officer, "consent_withdrawn") == 1
    assert Clock.objects.filter(referral=referral, partner=officer.partner).exists()
    with pytest.raises(ActRefused):
        actions.reopen(by=case.created_by, referral=referral, text="Not done.")


def test_one_that_declined_was_sent_the_case_too_and_has_to_stop(case):
    referral, officer = make_referral_in("declined", case=case, by=case.created_by)
    actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.")
    assert fresh(referral).state == "declined"
    assert told(officer, "consent_withdrawn") == 1


def test_withdrawing_for_one_partner_leaves_the_others(case, shared):
    referral, officer = shared
    other, colleague = make_referral_in("received", case=case, by=case.created_by)
    actions.withdraw_consent(by=case.created_by, case=case, consent=referral.consent, text="Not them.")
    assert (fresh(referral).state, fresh(other).state) == ("withdrawn", "received")
    assert disclosure.is_open(fresh(other))
    assert (told(officer, "consent_withdrawn"), told(colleague, "consent_withdrawn")) == (1, 0)


def test_withdrawing_for_a_partner_reaches_all_it_was_given(case, shared):
    referral, officer = shared
    ended, _officer = make_referral_in(
        "completed", officer=officer, case=case, by=case.created_by, services=["medical"]
    )
    actions.withdraw_consent(by=case.created_by, case=case, consent=referral.consent, text="Not them.")
    assert not disclosure.is_open(fresh(ended))
    assert Clock.objects.filter(partner=officer.partner).count() == 2


def test_why_she_withdrew_stays_with_her_own_partner(client, case, shared):
    referral, officer = shared
    actions.withdraw_consent(by=case.created_by, case=case, text="Her husband works at KBRI.")
    assert not [event for event in referral.events.all() if "husband" in event.text]
    assert (
        case.events.get(kind=EventKind.CONSENT_WITHDRAWN, referral=None).text == "Her husband works at KBRI."
    )
    client.force_login(officer)
    page = client.get(referral.get_absolute_url()).text
    assert "husband" not in page
    assert "Kenanga" not in page
    assert "The worker has withdrawn consent." in page


def test_the_same_form_twice_withdraws_once(case, shared):
    referral, officer = shared
    key = uuid.uuid4()
    for _time in range(2):
        actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.", key=key)
    assert told(officer, "consent_withdrawn") == 1
    assert Clock.objects.filter(referral=referral).count() == 1
    with pytest.raises(KeyUsed):
        actions.withdraw_consent(by=case.created_by, case=case, text="Something else.", key=key)
    with pytest.raises(KeyUsed):
        actions.withdraw_consent(
            by=case.created_by, case=case, text="She is afraid.", consent=referral.consent, key=key
        )


def test_of_two_who_withdraw_the_second_reads_who_did(case, shared):
    referral, _officer = shared
    colleague = make_user(partner=case.partner, full_name="Kolega Contoh")
    actions.withdraw_consent(by=colleague, case=case, consent=referral.consent, text="She is afraid.")
    with pytest.raises(ActRefused, match="Kolega Contoh"):
        actions.withdraw_consent(by=case.created_by, case=case, consent=referral.consent, text="As she said.")
    with pytest.raises(ActRefused, match="no consent left"):
        actions.withdraw_consent(by=case.created_by, case=case, text="As she said.")


def test_an_open_page_at_the_receiver_closes_at_once(client, case):
    for state in ("accepted", "completed"):
        referral, officer = make_referral_in(state, case=case, by=case.created_by)
        client.force_login(officer)
        live = reverse("referrals:live", args=[referral.pk])
        before = client.get(live, {"seen": state}, headers={"HX-Request": "true"})
        assert "Kenanga" in before.text
        actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.")
        after = client.get(
            live, {"seen": state}, headers={"HX-Request": "true", "If-None-Match": before["ETag"]}
        )
        assert after.status_code == 200
        assert "Kenanga" not in after.text
        assert "The case is closed to you" in after.text
        assert after["HX-Trigger"] == "referral-changed"
        assert "/stopped/" in client.get(reverse("referrals:acts", args=[referral.pk])).text
        assert "Kenanga" not in client.get(reverse("referrals:inbox"), {"tab": "all"}).text


def test_nothing_is_sent_under_a_consent_that_stands_no_more(case):
    mission = make_responsible()
    waiting = make_referral(case=case, by=case.created_by)
    Consent.objects.filter(pk=waiting.consent_id).update(
        given_on=TODAY - timedelta(days=5), until=TODAY - timedelta(days=1)
    )
    routing.route(waiting.pk)
    waiting = fresh(waiting)
    assert (waiting.state, waiting.why_unrouted, waiting.sent_at) == ("unrouted", "consent_ended", None)
    with pytest.raises(ActRefused, match="does not stand any more"):
        actions.choose(by=case.created_by, referral=waiting, to=mission)


def test_a_grant_for_one_partner_opens_nothing_to_another(case, shared):
    referral, _officer = shared
    Consent.objects.filter(pk=referral.consent_id).update(partner=make_partner())
    referral = fresh(referral)
    assert not disclosure.is_open(referral)
    for group in referral.consent.groups:
        assert not Referral.objects.readable_by_receiver(group).exists()


# Stopping -------------------------------------------------------------------------------------


@pytest.fixture
def withdrawn(case, shared):
    actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.")
    return shared


def test_the_receiver_confirms_that_it_has_stopped_and_the_sender_sees_it(client, case, withdrawn):
    referral, officer = withdrawn
    client.force_login(case.created_by)
    assert "has not confirmed it yet" in client.get(address("consents", case)).text
    client.force_login(officer)
    assert "/stopped/" in client.get(referral.get_absolute_url()).text
    answer = client.post(
        reverse("referrals:stopped", args=[referral.pk]), {"key": str(uuid.uuid4()), "text": "The receipt."}
    )
    assert answer.status_code == 302
    clock = Clock.objects.get(referral=referral)
    assert (clock.stopped_by, clock.stop_note) == (officer, "The receipt.")
    assert told(case.created_by, "progress") == 1
    assert "/stopped/" not in client.get(referral.get_absolute_url()).text
    client.force_login(case.created_by)
    page = client.get(address("consents", case)).text
    assert "has confirmed it" in page
    assert "The receipt." in page
    assert "uses the data no more" in client.get(referral.get_absolute_url()).text


def test_confirming_twice_is_once_and_a_colleague_comes_too_late(case, withdrawn):
    referral, officer = withdrawn
    key = uuid.uuid4()
    for _time in range(2):
        actions.confirm_stopped(by=officer, referral=referral, text="", key=key)
    assert case.events.filter(kind=EventKind.CLOCK_STOPPED).count() == 1
    with pytest.raises(ActRefused):
        actions.confirm_stopped(by=make_officer(officer.partner), referral=referral, text="")


def test_nobody_else_confirms_it(case, withdrawn):
    referral, _officer = withdrawn
    for person in (case.created_by, make_officer()):
        with pytest.raises(PermissionDenied):
            actions.confirm_stopped(by=person, referral=referral, text="")


def test_nothing_is_to_be_confirmed_while_consent_stands(client, shared):
    referral, officer = shared
    client.force_login(officer)
    answer = client.post(reverse("referrals:stopped", args=[referral.pk]), {"key": str(uuid.uuid4())})
    assert answer.status_code == 409


def test_for_a_receiver_without_accounts_the_sender_writes_it_down(client, case):
    referral = make_referral(case=case, by=case.created_by, to=make_partner(name_id="Polres Contoh"))
    client.force_login(case.created_by)
    where = reverse("referrals:record_stopped", args=[referral.pk])
    assert client.post(where, {"key": str(uuid.uuid4())}).status_code == 409
    actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.")
    assert where in client.get(referral.get_absolute_url()).text
    assert "tell it by letter or telephone" in client.get(address("consents", case)).text
    assert client.post(where, {"key": str(uuid.uuid4()), "text": "By letter."}).status_code == 302
    event = referral.events.get(kind=EventKind.CLOCK_STOPPED)
    assert (event.actor, event.data["recorded"]) == (case.created_by, True)
    make_officer(referral.receiver)
    with pytest.raises(ActRefused):
        actions.confirm_stopped(by=case.created_by, referral=fresh(referral), text="x", recorded=True)


def test_times_of_a_withdrawal_are_those_of_the_act(case, shared):
    actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.")
    referral = fresh(shared[0])
    moments: set[datetime | None] = {
        referral.ended_at,
        referral.consent.withdrawn_at,
        Clock.objects.get().started_at,
        case.events.get(kind=EventKind.CONSENT_WITHDRAWN).at,
    }
    assert len(moments) == 1
