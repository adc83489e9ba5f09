"""The pages on which consent is read, changed and withdrawn."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases.models import Consent
from cases.tests.factories import make_case
from referrals import actions
from referrals.tests.consenting import TODAY, address, fresh, grant
from referrals.tests.factories import (
    consent_fields,
    make_officer,
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
def sender(client, case):
    client.force_login(case.created_by)
    return client


# The pages ------------------------------------------------------------------------------------


def test_the_page_shows_partner_by_group_and_how_it_was_given(sender, case):
    referral, officer = make_referral_in(
        "accepted",
        case=case,
        by=case.created_by,
        consent={"groups": ["case", "health"], "witness": "Contoh Saksi", "until": TODAY, "onward": True},
    )
    answer = sender.get(address("consents", case))
    (row,) = answer.context["rows"]
    assert (row.partner_name, row.referrals, row.state) == (str(officer.partner), [referral], "Stands")
    assert [ticked for _label, ticked in row.ticks] == [False, False, True, True, False, False]
    for words in ("witness: Contoh Saksi", "may be passed on", referral.reference, case.created_by.full_name):
        assert words in answer.text
    assert address("consents", case) in sender.get(case.get_absolute_url()).text
    assert address("consents", case) in sender.get(referral.get_absolute_url()).text


def test_an_empty_page_says_where_consent_is_written_down(sender, case):
    assert "Nothing is shared yet" in sender.get(address("consents", case)).text


def test_changing_on_the_page(sender, case, shared):
    referral, officer = shared
    where = address("change_consent", case, referral.consent_id)
    assert officer.partner.name in sender.get(where).text
    answer = sender.post(where, grant(groups=["identity"], until=TODAY.isoformat(), onward="on"))
    assert (answer.status_code, answer["Location"]) == (302, address("consents", case))
    consent = fresh(referral).consent
    assert (consent.groups, consent.until, consent.onward) == (["identity"], TODAY, True)
    page = sender.get(address("consents", case)).text
    assert "Earlier grants" in page
    assert sender.get(where)["Location"] == address("consents", case), "the old one has no page any more"
    stale = sender.post(where, grant(groups=["identity", "health"]))
    assert stale.status_code == 409
    assert "has changed this consent already" in stale.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"until": (TODAY - timedelta(days=1)).isoformat(), "given_on": TODAY.isoformat()},
            "end before it was given",
        ),
        (
            {
                "until": (TODAY - timedelta(days=1)).isoformat(),
                "given_on": (TODAY - timedelta(days=2)).isoformat(),
            },
            "This day is over",
        ),
        ({"until": "2026-02-30"}, "Enter a valid date."),
        ({"until": "9999-12-31"}, "Please check the year."),
        ({"method": "spoken"}, "Spoken consent needs a witness."),
        ({"method": "override"}, "Only a supervisor may decide this"),
        ({"witness": "x\x00"}, "Null characters are not allowed."),
        ({"witness": "x" * 151}, "at most 150 characters"),
        ({"groups": None}, "Tick what the worker agreed to share."),
        ({"groups": ["soul"]}, "soul is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(sender, case, shared, wrong, sentence):
    referral, _officer = shared
    answer = sender.post(
        address("change_consent", case, referral.consent_id), grant(**{"given_by": "Contoh Wali", **wrong})
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Contoh Wali"' in answer.text
    assert Consent.objects.count() == 1


def test_of_two_who_change_a_consent_the_second_sees_both_side_by_side(sender, case, shared):
    referral, _officer = shared
    where = address("change_consent", case, referral.consent_id)
    sender.post(where, grant(groups=["identity"], given_by="Contoh Ibu"))
    now = fresh(referral).consent
    answer = sender.post(where, grant(groups=["identity", "health"], given_by="Contoh Kakak"))
    assert answer.status_code == 409
    assert fresh(referral).consent == now
    found = {clash.label: (clash.now, clash.typed) for clash in answer.context["clashes"]}
    assert found["Who agreed"] == ("Contoh Ibu", "Contoh Kakak")
    shared_now, typed = found["What may be shared"]
    assert typed.startswith(shared_now)
    assert 'value="Contoh Kakak"' in answer.text
    theirs = address("change_consent", case, now.pk)
    assert f'action="{theirs}"' in answer.text
    again = sender.post(theirs, grant(groups=["identity", "health"], given_by="Contoh Kakak"))
    assert again.status_code == 302
    assert fresh(referral).consent.given_by == "Contoh Kakak"
    assert fresh(referral).consent.groups == ["identity", "health"]


def test_where_the_consent_was_withdrawn_meanwhile_nothing_stands_beside_it(sender, case, shared):
    where = address("change_consent", case, shared[0].consent_id)
    sender.post(
        address("withdraw_consent", case, shared[0].consent_id), {"key": str(uuid.uuid4()), "text": "No."}
    )
    answer = sender.post(where, grant(groups=["identity"], given_by="Contoh Kakak"))
    assert (answer.status_code, list(answer.context["clashes"])) == (409, [])
    assert 'value="Contoh Kakak"' in answer.text


def test_withdrawing_everything_on_the_page(sender, case, shared):
    data = {"key": str(uuid.uuid4()), "text": "She is afraid."}
    assert sender.post(address("withdraw_consents", case), data).status_code == 302
    assert sender.post(address("withdraw_consents", case), data).status_code == 302
    assert fresh(shared[0]).state == "withdrawn"
    again = sender.post(address("withdraw_consents", case), {**data, "key": str(uuid.uuid4())})
    assert again.status_code == 409
    assert "There is no consent left to withdraw." in again.text
    assert "She is afraid.</textarea>" in again.text


def test_withdrawing_for_one_partner_on_the_page(sender, case, shared):
    where = address("withdraw_consent", case, shared[0].consent_id)
    empty = sender.post(where, {"key": str(uuid.uuid4()), "text": ""})
    assert (empty.status_code, "This field is required." in empty.text) == (422, True)
    huge = sender.post(where, {"key": str(uuid.uuid4()), "text": "x" * 1_000_000})
    assert (huge.status_code, fresh(shared[0]).state) == (422, "accepted")
    assert sender.post(where, {"key": str(uuid.uuid4()), "text": "Not them."}).status_code == 302
    assert fresh(shared[0]).state == "withdrawn"
    again = sender.post(where, {"key": str(uuid.uuid4()), "text": "Not them."})
    assert (again.status_code, "This consent is withdrawn already" in again.text) == (409, True)


def test_only_the_cases_own_people_get_to_the_pages(client, case, shared):
    referral, officer = shared
    own: list[tuple[str, list[int]]] = [("consents", []), ("withdraw_consents", [])]
    one = [
        (name, [referral.consent_id]) for name in ("change_consent", "withdraw_consent", "review_override")
    ]
    for person, status in [
        (officer, 404),
        (make_officer(), 404),
        (make_user(partner=case.partner, role="partner_admin"), 403),
    ]:
        client.force_login(person)
        for name, args in own + one:
            assert client.get(address(name, case, *args)).status_code == status
            if name != "consents":
                assert client.post(address(name, case, *args), grant(text="x")).status_code == status
    assert fresh(referral).state == "accepted"


def test_the_consent_of_another_case_is_not_found(sender, case):
    other, _officer = make_referral_in("sent", by=case.created_by)
    for name in ("change_consent", "withdraw_consent", "review_override"):
        assert sender.get(address(name, case, other.consent_id)).status_code == 404


def test_the_actions_refuse_strangers(case, shared):
    referral, officer = shared
    for person in (officer, make_user(partner=make_partner())):
        with pytest.raises(PermissionDenied):
            actions.withdraw_consent(by=person, case=case, text="x")
        with pytest.raises(PermissionDenied):
            actions.change_consent(by=person, consent=referral.consent, grant=consent_fields())


@pytest.mark.parametrize("many", [1, 4])
def test_the_page_takes_the_same_queries_however_many_grants(client, case, many, django_assert_num_queries):
    for _number in range(many):
        make_referral_in("accepted", case=case, by=case.created_by)
    client.force_login(case.created_by)
    client.get(address("consents", case))
    with django_assert_num_queries(9):
        client.get(address("consents", case))
