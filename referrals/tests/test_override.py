"""A life in danger and nobody to ask: a supervisor shares without consent, and another one reviews it."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from cases.choices import EventKind
from cases.models import Consent
from cases.models.consent import HOME
from cases.tests.factories import make_case
from notifications.models import Notification
from referrals import actions, disclosure
from referrals.actions import ActRefused, KeyUsed
from referrals.models import Referral
from referrals.tests.factories import consent_fields, make_officer, make_referral, make_responsible

pytestmark = pytest.mark.django_db

REASON = "She is locked in on the twelfth floor and does not answer since noon."
TODAY = timezone.localdate(timezone=HOME)


@pytest.fixture
def case():
    return make_case(urgency="emergency", worker={"name": "Contoh Kenanga", "disability": "Contoh epilepsi"})


@pytest.fixture
def supervisor(case):
    return make_user(partner=case.partner, role="supervisor", full_name="Koordinator Contoh")


@pytest.fixture
def reviewer(case):
    return make_user(partner=case.partner, role="supervisor")


def override(**fields):
    return {
        "groups": ["identity", "contact", "case"],
        "method": "override",
        "given_on": TODAY,
        "override_reason": REASON,
        **fields,
    }


def share(case, supervisor, *, to=None):
    return make_referral(
        case=case, by=supervisor, to=to or make_officer().partner, consent=override(given_by="")
    )


def filled(**data):
    whole = {
        "key": str(uuid.uuid4()),
        "services": ["shelter"],
        "request": "Please get her out.",
        "method": "override",
        "override_reason": REASON,
        "to": "",
        **data,
    }
    return {name: value for name, value in whole.items() if value is not None}


def page(case):
    return reverse("referrals:refer", args=[case.reference])


def consents(case):
    return reverse("referrals:consents", args=[case.reference])


def test_a_supervisor_refers_an_emergency_without_consent(client, case, supervisor, reviewer):
    mission = make_responsible()
    client.force_login(supervisor)
    assert "Life in danger, no consent yet" in client.get(page(case)).text
    assert client.post(page(case), filled(to=str(mission.pk))).status_code == 302
    referral = Referral.objects.get()
    consent = referral.consent
    assert (consent.method, consent.override_reason, consent.given_by) == ("override", REASON, "")
    assert set(consent.groups) == {"identity", "contact", "case"}, (
        "no more than is needed, unless it is ticked"
    )
    assert disclosure.worker_name(referral) == "Contoh Kenanga"
    event = case.events.get(kind=EventKind.CONSENT_OVERRIDDEN)
    assert (event.actor, event.text, event.referral) == (supervisor, REASON, None)
    note = Notification.objects.get(kind="override")
    assert (note.recipient, note.path, note.reference) == (reviewer, consents(case), case.reference)


def test_the_groups_that_are_ticked_are_those_that_are_shared(client, case, supervisor):
    client.force_login(supervisor)
    client.post(page(case), filled(groups=["identity", "health"]))
    assert Consent.objects.get().groups == ["identity", "health"]


def test_the_reason_stays_with_the_cases_own_partner(client, case, supervisor):
    referral = share(case, supervisor)
    officer = make_officer(referral.receiver)
    client.force_login(officer)
    text = client.get(referral.get_absolute_url()).text
    assert "Shared without the worker's consent" in text
    assert "twelfth floor" not in text
    client.force_login(supervisor)
    assert "twelfth floor" in client.get(consents(case)).text
    assert "twelfth floor" in client.get(case.get_absolute_url()).text


def test_who_is_the_only_supervisor_is_told_that_nobody_can_review_it(client, case, supervisor):
    client.force_login(supervisor)
    answer = client.post(page(case), filled(), follow=True)
    assert "nobody can review this decision" in answer.text
    assert not Notification.objects.filter(kind="override").exists()


@pytest.mark.parametrize(
    ("reason", "status"),
    [("", 422), ("too short a reason", 422), ("x" * 2001, 422), ("x\x00" * 20, 422), ("x" * 20, 302)],
)
def test_a_reason_that_can_be_judged_is_needed(client, case, supervisor, reason, status):
    client.force_login(supervisor)
    assert client.post(page(case), filled(override_reason=reason)).status_code == status


def test_a_supervisor_who_has_consent_fills_it_in_like_everybody(client, case, supervisor):
    client.force_login(supervisor)
    answer = client.post(page(case), filled(method="signed"))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"groups", "given_by", "given_on"}
    whole = filled(method="signed", groups=["case"], given_by="Contoh Kenanga", given_on=TODAY.isoformat())
    assert client.post(page(case), whole).status_code == 302
    assert Consent.objects.get().override_reason == ""


def test_a_caseworker_is_told_to_ask_a_supervisor(client, case):
    client.force_login(case.created_by)
    text = client.get(page(case)).text
    assert "Then ask a supervisor of your organisation" in text
    assert "override_reason" not in text
    answer = client.post(page(case), filled(groups=["case"], given_by="x", given_on=TODAY.isoformat()))
    assert answer.status_code == 422
    assert "Only a supervisor may decide this" in answer.text


@pytest.mark.parametrize("urgency", ["urgent", "normal"])
def test_only_an_emergency_is_shared_without_consent(client, urgency):
    case = make_case(urgency=urgency)
    supervisor = make_user(partner=case.partner, role="supervisor")
    client.force_login(supervisor)
    assert "Life in danger" not in client.get(page(case)).text
    assert client.post(page(case), filled()).status_code == 422
    with pytest.raises(PermissionDenied):
        share(case, supervisor)
    assert not Referral.objects.exists()


def test_the_action_itself_refuses_a_caseworker(case):
    with pytest.raises(PermissionDenied):
        share(case, case.created_by)
    assert not Consent.objects.exists()


def test_a_decision_without_the_worker_reaches_only_the_partner_it_was_made_for(case, supervisor):
    referral = share(case, supervisor)
    assert not referral.consent.onward


# Review ---------------------------------------------------------------------------------------


@pytest.fixture
def shared(case, supervisor):
    return share(case, supervisor)


def test_another_supervisor_reviews_it_on_the_page(client, case, shared, reviewer):
    client.force_login(reviewer)
    where = reverse("referrals:review_override", args=[case.reference, shared.consent_id])
    assert where in client.get(consents(case)).text
    assert client.post(where, {"key": str(uuid.uuid4()), "text": ""}).status_code == 422
    answer = client.post(where, {"key": str(uuid.uuid4()), "text": "Right. Ask her as soon as she is out."})
    assert (answer.status_code, answer["Location"]) == (302, consents(case))
    consent = Consent.objects.get()
    assert (consent.reviewed_by, consent.review_note) == (reviewer, "Right. Ask her as soon as she is out.")
    event = case.events.get(kind=EventKind.CONSENT_REVIEWED)
    assert (event.actor, event.referral, event.text) == (reviewer, None, consent.review_note)
    text = client.get(consents(case)).text
    assert f"reviewed by {reviewer.full_name}" in text
    assert where not in text
    late = client.post(where, {"key": str(uuid.uuid4()), "text": "I think so, too."})
    assert late.status_code == 409
    assert "has reviewed it already" in late.text


def test_nobody_reviews_their_own_decision(client, case, shared, supervisor):
    with pytest.raises(PermissionDenied):
        actions.review_override(by=supervisor, consent=shared.consent, text="All well.")
    client.force_login(supervisor)
    text = client.get(consents(case)).text
    assert "Another supervisor of your organisation has to review this." in text
    where = reverse("referrals:review_override", args=[case.reference, shared.consent_id])
    assert client.post(where, {"key": str(uuid.uuid4()), "text": "All well."}).status_code == 403


def test_nobody_else_reviews_it_either(case, shared):
    others = [
        case.created_by,
        make_officer(shared.receiver),
        make_user(partner=shared.receiver, role="supervisor"),
        make_user(partner=case.partner, role="partner_admin"),
    ]
    for person in others:
        with pytest.raises(PermissionDenied):
            actions.review_override(by=person, consent=shared.consent, text="All well.")
    assert Consent.objects.get().reviewed_at is None


def test_a_grant_of_the_worker_needs_no_review(case, reviewer):
    referral = make_referral(case=case, by=case.created_by)
    with pytest.raises(PermissionDenied):
        actions.review_override(by=reviewer, consent=referral.consent, text="All well.")


def test_the_same_review_twice_is_one(case, shared, reviewer):
    key = uuid.uuid4()
    for _time in range(2):
        actions.review_override(by=reviewer, consent=shared.consent, text="Right.", key=key)
    assert case.events.filter(kind=EventKind.CONSENT_REVIEWED).count() == 1
    with pytest.raises(KeyUsed):
        actions.review_override(by=reviewer, consent=shared.consent, text="Wrong.", key=key)
    with pytest.raises(ActRefused, match="has reviewed it already"):
        actions.review_override(by=reviewer, consent=shared.consent, text="Wrong.")


def test_what_was_shared_is_still_reviewed_after_the_worker_has_agreed(client, case, shared, reviewer):
    actions.change_consent(by=case.created_by, consent=shared.consent, grant=consent_fields(groups=["case"]))
    assert Referral.objects.get().consent.method == "spoken"
    client.force_login(reviewer)
    where = reverse("referrals:review_override", args=[case.reference, shared.consent_id])
    assert where in client.get(consents(case)).text
    assert client.post(where, {"key": str(uuid.uuid4()), "text": "Right."}).status_code == 302
