"""After a refusal: the next agencies with their reasons, and one click that refers again."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from agencies.choices import PartnerKind
from agencies.models import Partner
from agencies.tests.factories import make_outcome, make_partner
from cases import closing
from cases.models import CaseEvent, Consent
from referrals import actions
from referrals.actions import ActRefused, KeyUsed
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in, make_responsible
from referrals.tests.test_at_once import at_once

pytestmark = pytest.mark.django_db
ONWARD = {"onward": True, "groups": ["case", "identity"], "witness": "Ibu Saksi"}


def declined(**consent: Any) -> Referral:
    return make_referral_in("declined", consent={**ONWARD, **consent})[0]


def again(referral: Referral, to: Partner | None = None, **kwargs: Any) -> Referral:
    to = to or make_responsible()
    return actions.refer_again(by=kwargs.pop("by", referral.created_by), referral=referral, to=to, **kwargs)


def test_the_next_referral_says_and_shares_what_the_first_did():
    first, to = declined(until=timezone.localdate()), make_responsible()
    second = again(first, to)
    assert (second.state, second.receiver, second.previous, second.number) == ("sent", to, first, 2)
    assert (second.services, second.request, second.urgency) == (first.services, first.request, first.urgency)
    old, new = first.consent, second.consent
    assert new.pk != old.pk
    assert (old.partner, new.partner) == (first.receiver, to)
    for field in ("groups", "given_by", "method", "given_on", "witness", "until", "onward"):
        assert getattr(new, field) == getattr(old, field), field


@pytest.mark.parametrize("terms", [{"onward": False}, {"withdrawn_at": "now"}, {"until": "2020-01-02"}])
def test_without_a_consent_that_goes_on_nothing_is_sent(terms):
    first = declined()
    if "withdrawn_at" in terms:
        terms = {"withdrawn_at": timezone.now()}
    if "until" in terms:
        terms["given_on"] = "2020-01-01"
    Consent.objects.filter(pk=first.consent_id).update(**terms)
    with pytest.raises(ActRefused, match="has not agreed that another agency"):
        again(first)
    assert Referral.objects.count() == 1


def test_a_decision_without_the_worker_goes_no_further_than_to_the_agency_it_was_made_for():
    first = declined()
    first.consent.method, first.consent.override_reason = "override", "A life is in danger."
    first.consent.save()
    with pytest.raises(ActRefused):
        again(first)


def test_a_double_click_is_one_referral_and_another_agency_under_the_same_key_is_told():
    first, to, key = declined(), make_responsible(), uuid.uuid4()
    assert again(first, to, key=key) == again(first, to, key=key)
    with pytest.raises(KeyUsed):
        again(first, make_responsible(), key=key)
    assert Referral.objects.count() == 2


def test_a_referral_is_followed_once_and_only_after_a_refusal():
    first = declined()
    second = again(first)
    with pytest.raises(ActRefused, match=second.reference):
        again(first)
    with pytest.raises(ActRefused):
        again(second)
    assert Referral.objects.count() == 2


def test_a_closed_case_goes_nowhere():
    first, to = declined(), make_responsible()
    by, ending = first.created_by, closing.Ending(make_outcome(), "Solved.")
    closing.close(by=by, case=first.case, ending=ending)
    with pytest.raises(ActRefused):
        again(first, to)
    assert Referral.objects.count() == 1


def test_neither_the_receiver_nor_a_stranger_refers_again():
    first, officer = make_referral_in("declined", consent=ONWARD)
    for person in (officer, make_officer()):
        with pytest.raises(PermissionDenied):
            again(first, by=person)


def test_an_agency_that_has_the_same_in_hand_is_not_asked_twice():
    first, to = declined(), make_responsible()
    make_referral(by=first.created_by, case=first.case, to=to)
    with pytest.raises(ActRefused, match="in hand"):
        again(first, to)


@pytest.mark.django_db(transaction=True)
def test_of_clicks_at_once_one_makes_the_referral():
    first, to, key = declined(), make_responsible(), uuid.uuid4()
    other = make_responsible()
    results = at_once(
        lambda: again(first, to, key=key),
        lambda: again(first, to, key=key),
        lambda: again(first, to, key=uuid.uuid4()),
        lambda: again(first, other, key=uuid.uuid4()),
    )
    made = {result.pk for result in results if isinstance(result, Referral)}
    refused = [result for result in results if isinstance(result, ActRefused)]
    assert len(made) == 1, results
    assert len(refused) in (2, 3), results  # both clicks under the same key may have won
    assert Referral.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_no_agency_gets_the_same_service_twice_however_it_comes_there_at_once():
    to = make_responsible()
    first = declined()
    again_there, officer = make_referral_in("accepted", case=first.case, by=first.created_by, consent=ONWARD)
    results = at_once(
        lambda: again(first, to),
        lambda: make_referral(by=first.created_by, case=first.case, to=to),
        lambda: actions.hand_over(by=officer, referral=again_there, to=to, text="Theirs."),
    )
    assert sum(isinstance(result, ActRefused) for result in results) == 2, results
    assert Referral.objects.live().filter(receiver=to).count() == 1


def test_a_completed_referral_is_not_reopened_beside_its_twin():
    done, officer = make_referral_in("completed")
    make_referral(by=done.created_by, case=done.case, to=officer.partner)
    with pytest.raises(ActRefused, match="in hand"):
        actions.reopen(by=done.created_by, referral=done, text="Not yet.")


# The page ----------------------------------------------------------------------------------------


@pytest.fixture
def page(client):
    def open_(person, referral) -> str:
        client.force_login(person)
        return client.get(referral.get_absolute_url()).text

    return open_


def click(client, referral, to, **data):
    address = reverse("referrals:refer_again", args=[referral.pk])
    return client.post(address, {"to": to.pk, "key": str(uuid.uuid4()), **data})


def test_the_sender_finds_a_button_for_each_agency_with_the_reasons(page, client):
    to, first = make_responsible(name_en="Embassy in Kuala Lumpur"), declined()
    first.created_by.language = "en"
    first.created_by.save()
    text = page(first.created_by, first)
    assert "Refer to Embassy in Kuala Lumpur" in text
    assert "Responsible for workers in Malaysia." in text
    assert "With one click" in text
    answer = click(client, first, to)
    second = Referral.objects.get(previous=first)
    assert (answer.status_code, answer["Location"]) == (302, second.get_absolute_url())
    assert "With one click" not in page(first.created_by, first), "it goes on elsewhere now"


def test_the_agency_that_declined_is_not_among_them(page):
    mission = make_responsible()
    first, _officer = make_referral_in("declined", officer=make_officer(mission), consent=ONWARD)
    assert f"Rujuk ke {mission.name}" not in page(first.created_by, first)
    assert f"Refer to {mission.name}" not in page(first.created_by, first)


def test_without_onward_consent_the_button_leads_to_the_form_and_says_why(page):
    to, first = make_responsible(), declined(onward=False)
    first.created_by.language = "en"
    first.created_by.save()
    text = page(first.created_by, first)
    assert "consent was for this agency only" in text
    assert f"?after={first.pk}&amp;to={to.pk}" in text
    assert "refer-again" not in text


def test_the_receiver_sees_nothing_of_it(page):
    first, officer = make_referral_in("declined", consent=ONWARD)
    make_responsible()
    assert 'id="again"' not in page(officer, first)


@pytest.mark.parametrize("to", ["", "nonsense", "0", "999999999", "\x00", "x" * 1_000_000])
def test_an_agency_that_cannot_be_chosen_is_a_sentence(client, to):
    first = declined()
    client.force_login(first.created_by)
    answer = client.post(reverse("referrals:refer_again", args=[first.pk]), {"to": to})
    assert answer.status_code == 422
    assert "notice-bad" in answer.text
    assert Referral.objects.count() == 1


def test_a_click_that_came_too_late_says_what_is_so(client):
    first, to = declined(), make_responsible()
    client.force_login(first.created_by)
    click(client, first, to)
    assert click(client, first, make_partner(kind=PartnerKind.OTHER)).status_code == 409
    assert Referral.objects.count() == 2


def test_others_get_what_the_page_itself_would_tell_them(client):
    first, officer = make_referral_in("declined", consent=ONWARD)
    count = CaseEvent.objects.count()
    for person, status in ((officer, 403), (make_officer(), 404)):
        client.force_login(person)
        assert click(client, first, make_partner()).status_code == status
    assert CaseEvent.objects.count() == count


def test_the_form_behind_the_button_begins_with_that_agency_and_ticks_nothing(client):
    to, first = make_responsible(), declined(onward=False)
    client.force_login(first.created_by)
    address = reverse("referrals:refer", args=[first.case.reference])
    form = client.get(address, {"after": first.pk, "to": to.pk}).text
    chosen = form[form.index(f'id="to-{to.pk}"') :][:80]
    assert "checked" in chosen
    assert first.request in form
    assert not any(f'id="groups-{group}"\n                 checked' in form for group in ("case", "identity"))
    assert client.get(address, {"after": first.pk, "to": "nonsense\x00"}).status_code == 200


def test_of_a_closed_case_it_says_so_whatever_the_consent():
    first = declined(onward=False)
    ending = closing.Ending(make_outcome(), "Done.")
    closing.close(by=first.created_by, case=first.case, ending=ending)
    with pytest.raises(ActRefused, match="reopen it first"):
        again(first)
