"""Handing over: the agency that took a case on gives it to another, and the sender stays its sender."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agencies.choices import PartnerKind
from agencies.tests.factories import make_partner
from cases.choices import DataGroup, EventKind
from cases.models import CaseEvent, Consent
from notifications.models import Notification
from referrals import actions, disclosure
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
from referrals.tests.test_at_once import at_once

pytestmark = pytest.mark.django_db
REASON = "The worker is in Johor, which is theirs."


def taken_on(*, onward: bool = True, **fields: Any):
    return make_referral_in("accepted", consent={"onward": onward, "witness": "Ibu Saksi"}, **fields)


def over(referral, officer, to, **fields):
    return actions.hand_over(by=officer, referral=referral, to=to, **{"text": REASON, **fields})


def follow_up(referral) -> Referral:
    return Referral.objects.get(previous=referral)


def test_with_onward_consent_it_goes_to_the_next_agency_at_once():
    (first, officer), to = taken_on(), make_responsible()
    reader = make_officer(to)
    assert over(first, officer, to).state == "handed_over"
    first.refresh_from_db()
    assert (first.state, first.ended_by, first.due_at, first.is_lead) == ("handed_over", officer, None, False)
    second = follow_up(first)
    assert (second.state, second.receiver, second.sender) == ("sent", to, first.sender)
    assert (second.services, second.request, second.created_by) == (
        first.services,
        first.request,
        first.created_by,
    )
    assert (second.consent.partner, second.consent.witness, second.consent.onward) == (to, "Ibu Saksi", True)
    assert second.consent_id != first.consent_id
    assert disclosure.is_open(second)
    assert not disclosure.is_open(first)
    event = first.events.get(kind=EventKind.HANDED_OVER)
    assert (event.actor, event.text, event.data) == (officer, REASON, {"to": to.name_id})
    told = set(Notification.objects.values_list("recipient", "kind"))
    assert (first.created_by.pk, "handed_over") in told
    assert (reader.pk, "sent") in told


@pytest.mark.parametrize("method", ["spoken", "override"])
def test_else_it_is_a_proposal_and_the_senders_move(method):
    (first, officer), to = taken_on(onward=method == "override"), make_responsible()
    if method == "override":
        first.consent.method, first.consent.override_reason = method, "In danger."
        first.consent.save()
    over(first, officer, to)
    second = follow_up(first)
    assert (second.state, second.move, second.proposed, second.receiver) == ("unrouted", "sender", to, None)
    assert not disclosure.is_open(second)
    assert not Referral.objects.visible_to(make_officer(to)).exists()
    assert REASON not in {event.text for event in second.events.all()}
    assert Notification.objects.filter(recipient=first.created_by, kind="unrouted").exists()
    with pytest.raises(ActRefused):
        actions.choose(by=first.created_by, referral=second, to=make_responsible())


def test_once_the_worker_agrees_the_sender_sends_it_under_a_new_consent():
    (first, officer), to = taken_on(onward=False), make_responsible()
    over(first, officer, to)
    second, by, key = follow_up(first), first.created_by, uuid.uuid4()
    terms = consent_fields(groups=[DataGroup.CASE.value], witness="Ibu Saksi")
    for _click in range(2):
        actions.agree(by=by, referral=second, consent=terms, key=key)
    second.refresh_from_db()
    assert (second.state, second.receiver, second.proposed) == ("sent", to, None)
    assert (second.consent.partner, second.consent.groups, second.consent.recorded_by) == (to, ["case"], by)
    assert not disclosure.shows(second, DataGroup.IDENTITY)
    assert Consent.objects.count() == 2
    with pytest.raises(KeyUsed):
        actions.agree(by=by, referral=second, consent=consent_fields(), key=key)
    with pytest.raises(ActRefused):
        actions.agree(by=by, referral=second, consent=terms)
    with pytest.raises(PermissionDenied):
        actions.agree(by=officer, referral=second, consent=terms)


def test_a_sender_that_does_not_agree_takes_the_proposal_back():
    (first, officer), to = taken_on(onward=False), make_responsible()
    over(first, officer, to)
    second = actions.withdraw(by=first.created_by, referral=follow_up(first), text="She would rather not.")
    assert second.state == "withdrawn"
    assert not Notification.objects.filter(recipient__partner=to).exists()


def refusal(referral, officer, to, sentence):
    count = CaseEvent.objects.count()
    with pytest.raises(ActRefused, match=sentence):
        over(referral, officer, to)
    referral.refresh_from_db()
    assert (referral.state, CaseEvent.objects.count()) == ("accepted", count), "nothing half-done"
    assert not referral.follow_ups.exists()


def test_not_to_oneself_nor_to_the_sender_nor_to_one_that_does_not_work_here():
    referral, officer = taken_on()
    refusal(referral, officer, officer.partner, "has this referral already")
    refusal(referral, officer, referral.sender, "is who referred this case")
    refusal(referral, officer, make_partner(is_active=False), "does not work here")
    refusal(referral, officer, make_partner(retired_at="2026-01-01T00:00Z"), "does not work here")


def test_not_in_a_circle_however_long():
    first, officer = taken_on()
    partners = [officer.partner]
    for _step in range(3):
        to = make_responsible()
        over(first, officer, to)
        first, officer = follow_up(first), make_officer(to)
        actions.accept(by=officer, referral=first)
        refusal(first, officer, partners[0], "round in a circle")
        refusal(first, officer, partners[-1], "round in a circle")
        partners.append(to)


def test_nor_back_to_one_that_declined_before():
    first, clerk = make_referral_in("declined", consent={"onward": True})
    to = make_responsible()
    second = actions.refer_again(by=first.created_by, referral=first, to=to)
    officer = make_officer(to)
    actions.accept(by=officer, referral=second)
    refusal(second, officer, clerk.partner, "round in a circle")


def test_nor_to_one_that_has_the_same_service_in_hand_and_the_receiver_learns_no_more_than_that():
    (referral, officer), to = taken_on(), make_responsible()
    twin = make_referral(by=referral.created_by, case=referral.case, to=to)
    with pytest.raises(ActRefused) as caught:
        over(referral, officer, to)
    assert twin.reference not in str(caught.value)
    make_referral(by=referral.created_by, case=referral.case, to=make_responsible(), services=["shelter"])


@pytest.mark.parametrize("state", ["sent", "received", "clarifying", "completed", "declined", "withdrawn"])
def test_only_what_was_taken_on_is_handed_over(state):
    referral, officer = make_referral_in(state)
    with pytest.raises(ActRefused):
        over(referral, officer, make_responsible())


def test_the_sender_and_strangers_hand_nothing_over():
    referral, _officer = taken_on()
    for person in (referral.created_by, make_officer()):
        with pytest.raises(PermissionDenied):
            over(referral, person, make_responsible())


def test_a_double_click_is_one_hand_over():
    (first, officer), to, key = taken_on(), make_responsible(), uuid.uuid4()
    for _click in range(2):
        over(first, officer, to, key=key)
    assert Referral.objects.count() == 2
    with pytest.raises(KeyUsed):
        over(first, officer, make_responsible(), key=key)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_hand_over_at_once_one_wins():
    first, officer = taken_on()
    colleague, places = make_officer(officer.partner), [make_responsible(), make_responsible()]
    results = at_once(
        lambda: over(first, officer, places[0]),
        lambda: over(first, colleague, places[1]),
        lambda: actions.withdraw(by=first.created_by, referral=first, text="Solved."),
    )
    assert sum(isinstance(result, Referral) for result in results) == 1, results
    assert Referral.objects.live().count() <= 1


# Lead --------------------------------------------------------------------------------------------


def test_the_first_that_takes_it_on_leads_until_the_sender_names_another():
    first, _officer = taken_on()
    second, _other = make_referral_in("accepted", case=first.case, by=first.created_by, services=["shelter"])
    first.refresh_from_db()
    assert (first.is_lead, second.is_lead) == (True, False)
    key = uuid.uuid4()
    for _click in range(2):
        actions.lead(by=first.created_by, referral=second, key=key)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_lead, second.is_lead) == (False, True)
    assert second.events.filter(kind=EventKind.LEAD).count() == 1
    with pytest.raises(ActRefused):
        actions.lead(by=first.created_by, referral=second)


def test_naming_the_lead_moves_no_deadline():
    first, _officer = taken_on()
    second, _other = make_referral_in("received", case=first.case, by=first.created_by)
    due = second.due_at
    assert actions.lead(by=first.created_by, referral=second).due_at == due
    second.refresh_from_db()
    assert second.due_at == due


@pytest.mark.parametrize(
    "state", ["unrouted", "waiting", "completed", "declined", "withdrawn", "handed_over"]
)
def test_only_a_live_referral_with_an_agency_leads(state):
    referral, _officer = make_referral_in(state)
    with pytest.raises(ActRefused):
        actions.lead(by=referral.created_by, referral=referral)


def test_a_lead_that_ends_leads_no_more_and_the_next_one_is_named_or_takes_it_on():
    first, officer = taken_on()
    actions.decline(by=officer, referral=first, reason=DeclineReason.NO_CAPACITY, text="Full.")
    first.refresh_from_db()
    assert first.is_lead is False
    second, _officer = make_referral_in("accepted", case=first.case, by=first.created_by)
    assert second.is_lead is True


def test_the_receiver_names_no_lead():
    referral, officer = make_referral_in("received")
    with pytest.raises(PermissionDenied):
        actions.lead(by=officer, referral=referral)


@pytest.mark.django_db(transaction=True)
def test_there_is_one_lead_however_many_are_named_and_accepted_at_once():
    first, officer = make_referral_in("received")
    by, case = first.created_by, first.case
    second, other = make_referral_in("received", case=case, by=by, services=["shelter"])
    results = at_once(
        lambda: actions.accept(by=officer, referral=first),
        lambda: actions.accept(by=other, referral=second),
        lambda: actions.lead(by=by, referral=first),
        lambda: actions.lead(by=by, referral=second),
    )
    assert all(isinstance(result, (Referral, ActRefused)) for result in results), results
    assert Referral.objects.filter(case=case, is_lead=True).count() == 1


# The pages ---------------------------------------------------------------------------------------


@pytest.fixture
def page(client):
    def open_(person, referral) -> str:
        person.language = "en"
        person.save()
        client.force_login(person)
        response = client.get(referral.get_absolute_url())
        assert response.status_code == 200
        return response.text

    return open_


def post(client, person, name, referral, **data):
    client.force_login(person)
    return client.post(reverse(f"referrals:{name}", args=[referral.pk]), {"key": str(uuid.uuid4()), **data})


def test_the_way_of_the_case_is_one_line_for_its_owner(page, client):
    (first, officer), to = taken_on(), make_responsible()
    over(first, officer, to)
    second = follow_up(first)
    for place in (first, second):
        text = page(first.created_by, place)
        assert 'class="chain"' in text
        assert first.get_absolute_url() in text
        assert to.name in text
    case_page = client.get(first.case.get_absolute_url()).text
    assert case_page.count('class="chain"') == 1


def test_each_agency_learns_of_the_other_what_it_has_to(page):
    (first, officer), to = taken_on(), make_responsible()
    over(first, officer, to)
    old, new = page(officer, first), page(make_officer(to), follow_up(first))
    assert f"handed it over to {to.name}" in old
    assert REASON not in old, "its view is closed"
    assert first.case.worker.name not in old
    assert follow_up(first).get_absolute_url() not in old
    assert f"Handed over by {officer.partner.name}" in new
    assert first.get_absolute_url() not in new
    assert 'class="chain"' not in new
    assert f"{officer.full_name}, {officer.partner.name}" in " ".join(new.split())


def test_the_sender_is_told_to_write_when_nobody_there_reads(page):
    (first, officer), to = taken_on(), make_partner(kind=PartnerKind.MISSION)
    over(first, officer, to)
    assert "nobody there reads the portal yet" in page(first.created_by, follow_up(first))


def test_the_officer_chooses_on_the_page_and_refusals_keep_what_was_typed(client):
    (first, officer), to = taken_on(), make_responsible()
    answer = post(client, officer, "hand_over", first, to=officer.partner_id, text=REASON)
    assert answer.status_code == 409
    assert f"{REASON}</textarea>" in answer.text
    late = post(client, officer, "hand_over", first, text=REASON, search="1", find=to.name_id)
    assert f"{REASON}</textarea>" in late.text
    assert to.name_id in late.text
    for bad in ({}, {"to": ""}, {"to": "99999999"}, {"to": to.pk}, {"to": to.pk, "text": "x\x00"}):
        assert post(client, officer, "hand_over", first, **bad).status_code == 422
    assert post(client, officer, "hand_over", first, to=to.pk, text="x" * 1_000_000).status_code == 422
    assert post(client, officer, "hand_over", first, to=to.pk, text=REASON).status_code == 302
    assert follow_up(first).receiver == to
    late = post(client, officer, "hand_over", first, to=to.pk, text="And again.")
    assert late.status_code == 409
    assert "And again.</textarea>" in late.text


def test_whom_it_might_go_to_tells_a_receiver_nothing_it_may_not_know(page):
    mission = make_responsible()
    next_one = make_responsible()
    for groups, shown in ((["case", "identity"], True), (["identity"], False), (["case"], False)):
        referral = make_referral(to=mission, consent={"groups": groups})
        officer = make_officer(mission)
        actions.accept(by=officer, referral=referral)
        assert (next_one.name in page(officer, referral)) is shown, groups


def test_the_sender_gives_the_workers_consent_on_a_page_of_its_own(client, page):
    (first, officer), to = taken_on(onward=False), make_responsible()
    over(first, officer, to)
    second, by = follow_up(first), first.created_by
    text = page(by, second)
    assert "The worker has to agree first" in text
    assert reverse("referrals:agree", args=[second.pk]) in text
    form = client.get(reverse("referrals:agree", args=[second.pk]))
    assert form.status_code == 200
    assert REASON in form.text
    assert "checked" not in form.text, "nobody ticks for the worker"
    fields = {"given_by": "Contoh Melati", "given_on": "2026-01-02", "method": "signed", "groups": ["case"]}
    assert post(client, by, "agree", second, **{**fields, "groups": []}).status_code == 422
    assert post(client, by, "agree", second, **{**fields, "given_by": "x\x00"}).status_code == 422
    assert post(client, officer, "agree", second, **fields).status_code == 404
    answer = post(client, by, "agree", second, **fields)
    assert (answer.status_code, answer["Location"]) == (302, second.get_absolute_url())
    assert post(client, by, "agree", second, **fields).status_code == 409
    assert client.get(reverse("referrals:agree", args=[second.pk])).status_code == 302


def test_the_lead_is_named_on_the_page_and_both_sides_see_it(client, page):
    referral, officer = make_referral_in("received")
    assert "Lead agency" not in page(officer, referral)
    assert post(client, officer, "lead", referral).status_code == 403
    assert post(client, referral.created_by, "lead", referral).status_code == 302
    assert "Lead agency" in page(officer, referral)
    assert "Lead agency" in page(referral.created_by, referral)
    assert "Lead agency" in client.get(referral.case.get_absolute_url()).text
