"""A receiver reads what the worker agreed to share, while it may, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.tests.factories import make_partner
from cases.choices import AssertedBy, DataGroup, MeansOfControl, TraffickingStatus
from cases.models import Consent
from cases.tests.factories import make_case
from referrals import disclosure
from referrals.choices import State
from referrals.models import Referral
from referrals.tests.factories import make_referral_in

pytestmark = pytest.mark.django_db

# For each group, values that stand nowhere else.
VALUES: dict[DataGroup, dict[str, dict[str, Any]]] = {
    DataGroup.IDENTITY: {
        "worker": {
            "name": "Contoh Melati",
            "nik": "3573014107900001",
            "passport_number": "C1234567",
            "birth_date": "1990-07-01",
            "home_village": "Desa Contoh 7",
        },
        "case": {"social_security_number": "JKN-000777"},
    },
    DataGroup.CONTACT: {
        "worker": {"contact": "0812-000-111", "safe_time": "after nine in the evening"},
        "case": {"reporter_name": "Contoh Suami", "reporter_contact": "0813-000-222"},
    },
    DataGroup.CASE: {
        "worker": {},
        "case": {
            "employer_name": "Majikan Contoh",
            "employer_address": "Jalan Contoh 9",
            "recruiter": "PT Contoh",
            "broker": "Calo Contoh",
            "foreign_agency": "Agensi Contoh",
            "accused_party": "Tertuduh Contoh",
            "chronology": "It happened like this.",
            "demands": "Three months of wages.",
        },
    },
    DataGroup.HEALTH: {"worker": {"disability": "reads braille"}, "case": {}},
    DataGroup.VIOLENCE: {
        "worker": {},
        "case": {
            "trafficking_status": "possible",
            "trafficking_asserted_by": "court",
            "means_of_control": ["debt_bondage", "withholds_documents"],
        },
    },
}


def full_case():
    worker: dict[str, str] = {}
    fields: dict[str, Any] = {}
    for group in VALUES.values():
        worker |= group["worker"]
        fields |= group["case"]
    return make_case(worker=worker, **fields)


def shown(referral: Referral) -> str:
    whole = Referral.objects.with_page_data().get(pk=referral.pk)
    rows = [row for section in disclosure.sections(whole) for row in section.rows]
    return "\n".join(f"{row.label}: {row.value}" for row in rows)


def values_of(group: DataGroup) -> list[str]:
    held = (VALUES.get(group) or {"worker": {}, "case": {}}).values()
    kept = {name: value for fields in held for name, value in fields.items() if name != "birth_date"}
    told = {
        "trafficking_status": TraffickingStatus,
        "trafficking_asserted_by": AssertedBy,
        "means_of_control": MeansOfControl,
    }
    return [
        str(told[name](code).label) if name in told else code
        for name, value in kept.items()
        for code in (value if isinstance(value, list) else [value])
    ]


@pytest.mark.parametrize("groups", [[g] for g in DataGroup] + [["case", "contact"], DataGroup.values])
def test_exactly_the_groups_agreed_to_are_shown(groups):
    referral, _officer = make_referral_in("received", case=full_case(), consent={"groups": groups})
    text = shown(referral)
    for group in DataGroup:
        for value in values_of(group):
            assert (value in text) == (group in groups), (group, value)
    assert ("1990" in text) == ("identity" in groups)


def test_groups_not_agreed_to_are_named_as_not_shared():
    referral, _officer = make_referral_in("received", consent={"groups": ["case"]})
    assert {s.group: s.shared for s in disclosure.sections(referral)} == {
        DataGroup.CASE: True,
        DataGroup.IDENTITY: False,
        DataGroup.CONTACT: False,
        DataGroup.HEALTH: False,
        DataGroup.VIOLENCE: False,
        DataGroup.DOCUMENTS: False,
    }


def test_a_worker_who_reports_is_not_named_through_the_contact():
    case = make_case(
        worker={"name": "Contoh Melati"},
        reporter_relation="self",
        reporter_name="Contoh Melati",
        reporter_contact="0813-000-222",
    )
    referral, _officer = make_referral_in("received", case=case, consent={"groups": ["contact"]})
    assert "Melati" not in shown(referral)
    assert "Reporter's name" not in shown(referral)
    assert "0813-000-222" in shown(referral)


@pytest.mark.parametrize("state", State.values)
def test_the_case_is_open_only_while_the_receiver_has_it(state):
    referral, _officer = make_referral_in(state)
    is_open = state in {"sent", "received", "clarifying", "accepted", "completed"}
    assert disclosure.is_open(referral) == is_open
    assert bool(shown(referral)) == is_open
    assert bool(disclosure.worker_name(referral)) == is_open
    assert bool(disclosure.country(referral)) == is_open
    assert bool(disclosure.topics(referral)) == is_open
    assert bool(disclosure.request(referral)) == is_open
    texts = [event.text for event in disclosure.events(referral, referral.events.all()) if event.text]
    assert bool(texts) == is_open


def test_a_grant_for_one_partner_opens_nothing_to_another():
    referral, officer = make_referral_in("accepted")
    assert referral.consent.partner_id == officer.partner_id
    assert disclosure.is_open(referral)
    referral.consent.partner = make_partner()
    assert not disclosure.is_open(referral)
    referral.consent.partner = None
    assert disclosure.is_open(referral)


def test_90_days_after_completion_it_closes():
    referral, _officer = make_referral_in("completed")
    referral.ended_at = timezone.now() - timedelta(days=89)
    assert disclosure.is_open(referral)
    referral.ended_at = timezone.now() - timedelta(days=91)
    assert not disclosure.is_open(referral)


def test_consent_taken_back_closes_it_at_once():
    referral, _officer = make_referral_in("accepted")
    Consent.objects.filter(pk=referral.consent_id).update(withdrawn_at=timezone.now())
    assert shown(referral) == ""


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("group", list(DataGroup))
def test_lists_search_only_what_the_page_would_show(state, group):
    referral, _officer = make_referral_in(state, consent={"groups": ["case"]})
    found = Referral.objects.readable_by_receiver(group).filter(pk=referral.pk).exists()
    assert found == disclosure.shows(referral, group)


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        (["case", "identity"], {"country", "topic", "province", "national"}),
        (["case"], {"country", "topic", "national"}),
        (["identity"], {"province", "national"}),
        (["contact"], {"national"}),
    ],
)
def test_the_reasons_tell_no_topic_or_place_that_was_not_shared(groups, told):
    referral, officer = make_referral_in("received", consent={"groups": groups})
    codes = ["country", "topic", "province", "national", "something_new"]
    referral.ranking = [
        {"partner_id": officer.partner_id, "reasons": [{"code": code, "params": {}} for code in codes]}
    ]
    assert {reason["code"] for reason in disclosure.why(referral)} == told
    referral.state = State.WITHDRAWN
    assert {reason["code"] for reason in disclosure.why(referral)} == {"national"}
    referral.ranking = []  # a person chose it, whom nothing had proposed
    assert disclosure.why(referral) == []
