"""Consent changed or withdrawn while others act on the same referrals: real connections, real locks."""

import pytest

from cases.choices import EventKind
from cases.models import CaseEvent, Clock, Consent
from cases.tests.factories import make_case
from referrals import actions, disclosure, routing
from referrals.actions import ActRefused
from referrals.models import Referral
from referrals.tests.factories import (
    consent_fields,
    make_officer,
    make_referral,
    make_referral_in,
    make_responsible,
)
from referrals.tests.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def broken(results):
    """What came back that is neither done nor a friendly refusal."""
    return [
        result for result in results if isinstance(result, Exception) and not isinstance(result, ActRefused)
    ]


def test_whoever_acts_while_consent_is_withdrawn_the_referral_ends_withdrawn():
    case = make_case()
    lives = [
        make_referral_in(state, case=case, by=case.created_by) for state in ("received", "sent", "clarifying")
    ]
    results = at_once(
        lambda: actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid."),
        *[lambda r=r, o=o: actions.accept(by=o, referral=r) for r, o in lives[:2]],
        lambda: actions.answer(by=case.created_by, referral=lives[2][0], text="May."),
    )
    assert broken(results) == []
    assert results[0] is None, results
    assert set(Referral.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert Clock.objects.count() == 3
    assert not Consent.objects.filter(withdrawn_at=None).exists()


def test_two_who_withdraw_at_once_do_it_once():
    referral, _officer = make_referral_in("accepted")
    case, by = referral.case, referral.created_by
    results = at_once(*[lambda: actions.withdraw_consent(by=by, case=case, text="She is afraid.")] * 2)
    assert [type(result) for result in results if result is not None] == [ActRefused]
    assert CaseEvent.objects.filter(kind=EventKind.CONSENT_WITHDRAWN).count() == 1
    assert Clock.objects.count() == 1


def test_an_officer_who_acts_while_consent_changes_is_not_in_the_way():
    referral, officer = make_referral_in("received")
    by, before = referral.created_by, referral.consent
    results = at_once(
        lambda: actions.change_consent(by=by, consent=before, grant=consent_fields(groups=["case"])),
        lambda: actions.accept(by=officer, referral=referral),
        lambda: actions.report(by=by, referral=referral, text="She called again."),
    )
    assert [result for result in results if isinstance(result, Exception)] == []
    referral = Referral.objects.select_related("consent").get()
    assert (referral.state, referral.consent.groups) == ("accepted", ["case"])


def test_a_referral_on_its_way_is_never_sent_under_a_consent_that_was_withdrawn():
    make_responsible()
    referral = make_referral()
    case, by = referral.case, referral.created_by
    results = at_once(
        lambda: routing.route(referral.pk),
        lambda: actions.withdraw_consent(by=by, case=case, text="She is afraid."),
    )
    assert broken(results) == []
    assert Referral.objects.get().state == "withdrawn"


def test_one_that_is_made_while_everything_is_withdrawn_rests_on_a_consent_that_stands():
    first, _officer = make_referral_in("accepted")
    case, by, agency = first.case, first.created_by, make_officer().partner
    results = at_once(
        lambda: actions.withdraw_consent(by=by, case=case, text="She is afraid."),
        lambda: make_referral(case=case, by=by, to=agency, services=["medical"]),
    )
    assert broken(results) == []
    for referral in Referral.objects.select_related("consent"):
        assert referral.is_live == referral.consent.stands
        assert disclosure.is_open(referral) == referral.is_live
