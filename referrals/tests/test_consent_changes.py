"""Consent that changes or ends while a referral goes on."""

import uuid
from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.choices import EventKind
from cases.models import Clock, Consent
from cases.models.consent import HOME
from cases.tests.factories import make_case
from notifications.models import Notification
from referrals import actions, consent_ends, disclosure, tasks
from referrals.actions import ActRefused, KeyUsed
from referrals.tests.consenting import TODAY, fresh, told
from referrals.tests.factories import (
    consent_fields,
    make_referral,
    make_referral_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case(worker={"name": "Contoh Kenanga", "contact": "0812-777"})


@pytest.fixture
def shared(case):
    """An accepted referral of the case, and the officer who accepted it."""
    return make_referral_in("accepted", case=case, by=case.created_by)


@pytest.fixture
def withdrawn(case, shared):
    actions.withdraw_consent(by=case.created_by, case=case, text="She is afraid.")
    return shared


# Changing -------------------------------------------------------------------------------------


def test_narrowing_changes_the_view_at_once_and_tells_the_receiver(client, case, shared):
    referral, officer = shared
    client.force_login(officer)
    live = reverse("referrals:live", args=[referral.pk])
    before = client.get(live, headers={"HX-Request": "true"})
    assert "Kenanga" in before.text
    actions.change_consent(
        by=case.created_by, consent=referral.consent, grant=consent_fields(groups=["case"])
    )
    after = client.get(live, headers={"HX-Request": "true", "If-None-Match": before["ETag"]})
    assert (after.status_code, "Kenanga" in after.text) == (200, False)
    assert "The wages have not been paid" in after.text
    assert told(officer, "consent_changed") == 1
    assert fresh(referral).state == "accepted"


def test_the_old_grant_points_to_the_new_one_and_opens_nothing(case, shared):
    referral, officer = shared
    before = referral.consent
    new = actions.change_consent(by=case.created_by, consent=before, grant=consent_fields(groups=["case"]))
    before.refresh_from_db()
    assert (before.replaced_by, before.withdrawn_by, before.stands) == (new, case.created_by, False)
    assert (new.partner, new.stands, fresh(referral).consent) == (officer.partner, True, new)
    assert not Clock.objects.exists(), "a change is no withdrawal"


def test_a_change_before_anything_is_sent_tells_nobody(case):
    referral = make_referral(case=case, by=case.created_by)
    new = actions.change_consent(
        by=case.created_by, consent=referral.consent, grant=consent_fields(groups=["case"])
    )
    assert (new.partner, fresh(referral).state) == (None, "waiting")
    assert not Notification.objects.exists()


def test_a_grant_that_has_ended_is_renewed_by_a_change(case, shared):
    referral, officer = shared
    Consent.objects.filter(pk=referral.consent_id).update(
        given_on=TODAY - timedelta(days=5), until=TODAY - timedelta(days=1)
    )
    assert not disclosure.is_open(fresh(referral))
    actions.change_consent(
        by=case.created_by, consent=referral.consent, grant=consent_fields(until=TODAY + timedelta(days=30))
    )
    assert disclosure.is_open(fresh(referral))
    assert told(officer, "consent_changed") == 1


def test_the_same_change_twice_is_one_and_a_stale_one_is_refused(case, shared):
    referral, _officer = shared
    before, key = referral.consent, uuid.uuid4()
    said = {"by": case.created_by, "consent": before, "grant": consent_fields(groups=["case"])}
    assert actions.change_consent(**said, key=key) == actions.change_consent(**said, key=key)
    with pytest.raises(KeyUsed):
        actions.change_consent(**{**said, "grant": consent_fields(groups=["health"])}, key=key)
    with pytest.raises(ActRefused, match="has changed this consent already"):
        actions.change_consent(**said, key=uuid.uuid4())
    assert Consent.objects.count() == 2


def test_what_is_withdrawn_is_not_changed_any_more(case, withdrawn):
    referral, _officer = withdrawn
    with pytest.raises(ActRefused, match="withdrawn already"):
        actions.change_consent(by=case.created_by, consent=referral.consent, grant=consent_fields())
    assert not disclosure.is_open(fresh(referral))


# The end of a grant ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "kind"), [(4, None), (3, "consent_ending"), (0, "consent_ending"), (-1, "consent_ended")]
)
def test_the_sender_is_told_once_of_the_end(case, shared, days, kind):
    referral, officer = shared
    Consent.objects.filter(pk=referral.consent_id).update(
        given_on=TODAY - timedelta(days=9), until=TODAY + timedelta(days=days)
    )
    assert tasks.sweep_consents() == (kind is not None)
    assert tasks.sweep_consents() == 0
    for one in ("consent_ending", "consent_ended"):
        assert told(case.created_by, one) == (one == kind)
        assert told(officer, one) == 0
    assert disclosure.is_open(fresh(referral)) == (days >= 0)


def test_first_that_it_ends_and_then_that_it_has_ended(case, shared):
    referral, _officer = shared
    Consent.objects.filter(pk=referral.consent_id).update(until=TODAY)
    noon = datetime.combine(TODAY, time(12), HOME)
    assert [consent_ends.tell_all(noon + timedelta(days=days)) for days in range(3)] == [1, 1, 0]
    assert referral.events.filter(kind=EventKind.CONSENT_CHANGED, actor=None).count() == 1


@pytest.mark.parametrize("state", ["withdrawn", "declined", "completed"])
def test_of_a_referral_that_has_ended_nothing_is_told(case, state):
    referral, _officer = make_referral_in(state, case=case, by=case.created_by, consent={"until": TODAY})
    assert tasks.sweep_consents() == 0
    assert not consent_ends.tell(referral.pk, timezone.now())


def test_both_sides_read_that_the_grant_has_ended(client, case, shared):
    referral, officer = shared
    Consent.objects.filter(pk=referral.consent_id).update(
        given_on=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1)
    )
    client.force_login(officer)
    theirs = client.get(referral.get_absolute_url()).text
    assert "As soon as the sender has renewed it" in theirs
    assert "Kenanga" not in theirs
    client.force_login(case.created_by)
    assert "Please ask again and renew it" in client.get(referral.get_absolute_url()).text
