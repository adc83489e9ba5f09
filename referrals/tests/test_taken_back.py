"""The worker's last word on one partner stands above what was agreed to in general: no way round leads there again."""

from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from agencies.models import Partner
from cases.models import Case
from cases.tests.factories import make_case
from referrals import actions, disclosure, routing, wording
from referrals.actions import ActRefused
from referrals.letters import proof
from referrals.models import Referral
from referrals.tests.factories import (
    consent_fields,
    make_referral,
    make_referral_in,
    make_responsible,
)
from referrals.tests.papers import issued, make_silent

pytestmark = pytest.mark.django_db
SENTENCE = "taken back or narrowed"
HOW = pytest.mark.parametrize("how", ["taken back", "narrowed"])


@pytest.fixture
def case() -> Case:
    return make_case()


@pytest.fixture
def first(case: Case) -> Referral:
    """What was sent to the partner that the worker will not have any more, or not know as much."""
    return make_referral(case=case, to=make_responsible())


def partner_of(referral: Referral) -> Partner:
    assert referral.receiver is not None
    return referral.receiver


def narrow(referral: Referral, **grant: Any) -> None:
    terms = consent_fields(
        **{"groups": ["case"], "witness": "Ibu Saksi", "until": None, "onward": False, **grant}
    )
    actions.change_consent(by=referral.created_by, consent=referral.consent, grant=terms)


def speak_against(referral: Referral, how: str) -> None:
    if how == "narrowed":
        narrow(referral)
    else:
        actions.withdraw_consent(
            by=referral.created_by, case=referral.case, consent=referral.consent, text="Not them."
        )


def elsewhere(state: str, case: Case):
    """Another referral of the case, for something else, under a grant that lets it go on to other agencies."""
    onward = {"onward": True, "witness": "Ibu Saksi"}
    return make_referral_in(state, case=case, services=["shelter"], consent=onward)


@HOW
def test_an_agency_that_hands_over_there_only_proposes_it(case: Case, first: Referral, how: str):
    second, officer = elsewhere("accepted", case)
    speak_against(first, how)
    actions.hand_over(by=officer, referral=second, to=partner_of(first), text="Theirs.")
    third = Referral.objects.get(previous=second)
    assert (third.state, third.proposed, third.receiver) == ("unrouted", first.receiver, None)
    assert not disclosure.is_open(third)
    actions.agree(by=case.created_by, referral=third, consent=consent_fields(witness="Ibu Saksi"))
    third.refresh_from_db()
    assert (third.state, third.receiver) == ("sent", first.receiver), "the worker's new word lets it go"


@HOW
def test_one_click_does_not_refer_there_again(case: Case, first: Referral, how: str):
    second, _officer = elsewhere("declined", case)
    speak_against(first, how)
    with pytest.raises(ActRefused, match=SENTENCE):
        actions.refer_again(by=case.created_by, referral=second, to=partner_of(first))
    assert not second.follow_ups.exists()
    assert actions.refer_again(by=case.created_by, referral=second, to=make_responsible()).state == "sent"


@HOW
def test_the_portal_does_not_send_there_what_was_agreed_to_before(case: Case, first: Referral, how: str):
    second = make_referral(case=case, services=["shelter"])
    speak_against(first, how)
    routing.route(second.pk)
    second.refresh_from_db()
    assert (second.state, second.receiver, second.why_unrouted) == ("unrouted", None, "taken_back")
    assert partner_of(first).name in wording.why_unrouted(second)
    with pytest.raises(ActRefused, match=SENTENCE):
        actions.choose(by=case.created_by, referral=second, to=partner_of(first))
    narrow(second, groups=consent_fields()["groups"])
    sent = actions.choose(by=case.created_by, referral=second, to=partner_of(first))
    assert sent.state == "sent", "asked again, the worker agreed"


def test_what_was_agreed_to_later_is_the_newer_word(case: Case, first: Referral):
    speak_against(first, "taken back")
    second = make_referral(case=case, services=["shelter"])
    routing.route(second.pk)
    second.refresh_from_db()
    assert (second.state, second.receiver) == ("sent", first.receiver)


def test_a_narrower_grant_that_holds_all_of_the_other_is_no_word_against_it(case: Case, first: Referral):
    narrow(first)
    second, officer = make_referral_in(
        "accepted",
        case=case,
        services=["shelter"],
        consent={"onward": True, "witness": "Ibu Saksi", "groups": ["case"]},
    )
    actions.hand_over(by=officer, referral=second, to=partner_of(first), text="Theirs.")
    assert Referral.objects.get(previous=second).state == "sent"


def test_a_letter_of_before_says_more_than_the_worker_shares_now(client):
    referral = make_referral(to=make_silent())
    letter = issued(referral)
    narrow(referral)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(reverse("referrals:verify", args=[letter.code])).text
    assert "Genuine; the worker shares less now" in page
    assert "Genuine and valid" not in page
    client.force_login(referral.created_by)
    assert client.get(reverse("referrals:letter", args=[referral.pk, letter.pk])).status_code == 410
    newer = issued(referral)
    found = proof.find(newer.code)
    assert found is not None
    assert proof.standing(found) is proof.Standing.VALID
    assert client.get(reverse("referrals:letter", args=[referral.pk, newer.pk])).status_code == 200


def test_a_grant_that_says_as_much_or_more_leaves_the_letter_as_it_is():
    referral = make_referral(to=make_silent(), consent={"groups": ["case"]})
    letter = issued(referral)
    narrow(referral, groups=["case", "identity"])
    found = proof.find(letter.code)
    assert found is not None
    assert proof.standing(found) is proof.Standing.VALID


def test_the_link_that_was_sent_before_is_dead_and_sending_again_issues_a_new_letter():
    referral = make_referral(to=make_silent())
    by = referral.created_by
    older = actions.email_letter(by=by, referral=referral, email="kantor@example.org")
    narrow(referral)
    with pytest.raises(ActRefused, match="shares less"):
        actions.open_letter(link_hash=older.link_hash)
    newer = actions.email_letter(by=by, referral=referral, email="kantor@example.org")
    assert newer.pk != older.pk
    assert actions.open_letter(link_hash=newer.link_hash).pk == newer.pk
