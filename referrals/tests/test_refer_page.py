"""Referring a case through the page."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from agencies.choices import PartnerKind
from agencies.tests.factories import make_partner, make_topic
from cases.models import Case
from cases.tests.factories import make_case
from notifications import nudges
from referrals import actions, disclosure, tasks
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in, make_responsible

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case(worker={"name": "Contoh Kenanga", "contact": "0812-777"})


@pytest.fixture
def page(client, case):
    """Opens or sends the form as the caseworker of the case."""
    client.force_login(case.created_by)

    class Page:
        address = reverse("referrals:refer", args=[case.reference])

        def get(self, **query):
            return client.get(self.address, query)

        def post(self, query: str = "", **data):
            return client.post(self.address + query, filled(**data))

    return Page()


def filled(**data):
    """A well-formed form, but for what is given; None leaves a field out."""
    whole = {
        "key": str(uuid.uuid4()),
        "services": ["mediation", "shelter"],
        "request": "Please speak with the employer.",
        "groups": ["case", "identity"],
        "given_by": "Contoh Kenanga",
        "method": "spoken",
        "witness": "Contoh Saksi",
        "given_on": timezone.localdate().isoformat(),
        "to": "",
        **data,
    }
    return {name: value for name, value in whole.items() if value is not None}


def test_the_form_is_filled_in_as_far_as_it_can_be(page, case):
    form = page.get().context["form"]
    values = {name: form[name].value() for name in ("given_by", "given_on", "request")}
    assert values == {
        "given_by": case.reporter_name,
        "given_on": timezone.localdate(),
        "request": None,
    }


def test_consent_is_never_ticked_beforehand(page):
    form = page.get().context["form"]
    assert (form["groups"].value(), form["method"].value()) == (None, None)


def test_it_shows_what_the_agency_would_see_group_by_group(page):
    text = page.get().text
    assert "Contoh Kenanga" in text
    assert "0812-777" in text
    assert "The wages have not been paid" in text


def test_it_says_whom_the_portal_would_send_it_to_and_why(page):
    mission = make_responsible(name_id="KBRI Contoh")
    text = page.get().text
    assert "It would go to KBRI Contoh." in text
    assert "Responsible for workers in Malaysia." in text
    assert f'value="{mission.pk}"' in text


def test_it_says_when_the_choice_will_come_back(page):
    assert "It would leave the choice to you: No partner is responsible" in page.get().text


def test_sending_it_makes_a_referral_that_waits_and_shows_its_page(page, client, case):
    answer = page.post()
    referral = Referral.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, referral.get_absolute_url())
    assert (referral.state, referral.services) == ("waiting", ["mediation", "shelter"])
    assert referral.consent.groups == ["case", "identity"]
    assert (referral.consent.given_by, referral.consent.method) == ("Contoh Kenanga", "spoken")
    assert "looking for the agency" in client.get(answer["Location"]).text


def test_an_agency_that_was_chosen_gets_it_at_once(page):
    mission = make_responsible()
    page.post(to=str(mission.pk))
    referral = Referral.objects.get()
    assert (referral.state, referral.receiver) == ("sent", mission)


def test_an_agency_outside_the_ranking_may_be_chosen_too(page):
    other = make_partner(kind=PartnerKind.OTHER)
    page.post(to=str(other.pk))
    assert Referral.objects.get().receiver == other


def test_a_double_click_is_one_referral(page):
    data = {"key": str(uuid.uuid4())}
    first, second = page.post(**data), page.post(**data)
    assert first["Location"] == second["Location"]
    assert Referral.objects.count() == 1


def test_the_same_form_with_another_text_is_asked_about_and_can_then_be_sent(page):
    key = str(uuid.uuid4())
    page.post(key=key)
    answer = page.post(key=key, request="Something else.")
    assert answer.status_code == 409
    assert "This form was sent already" in answer.text
    assert "Something else.</textarea>" in answer.text
    assert key not in answer.text
    assert Referral.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"services": None}, "Tick at least one service."),
        ({"services": ["magic"]}, "magic is not one of the available choices"),
        ({"groups": None}, "Without any, there is nothing to refer."),
        ({"groups": ["soul"]}, "soul is not one of the available choices"),
        ({"request": ""}, "This field is required."),
        ({"request": "x\x00"}, "Null characters are not allowed."),
        ({"request": "x" * 1_000_000}, "Ensure this value has at most 5000 characters"),
        ({"given_by": "x" * 151}, "Ensure this value has at most 150 characters"),
        ({"given_on": "2026-02-30"}, "Enter a valid date."),
        ({"given_on": "1926-02-03"}, "Please check the year."),
        ({"method": "telepathy"}, "telepathy is not one of the available choices"),
        ({"to": "0"}, "This agency cannot be chosen at present."),
        ({"to": "\x00"}, "Null characters are not allowed."),
        (
            {"given_on": (timezone.localdate() + timedelta(days=2)).isoformat()},
            "Consent cannot be given in the future.",
        ),
        ({"witness": ""}, "Spoken consent needs a witness."),
        ({"until": (timezone.localdate() - timedelta(days=2)).isoformat()}, "would end before it was given"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(page, wrong, sentence):
    answer = page.post(**{"request": "Please call at noon.", "given_by": "Contoh Wali", **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    if "request" not in wrong:
        assert "Please call at noon.</textarea>" in answer.text
    if "given_by" not in wrong:
        assert 'value="Contoh Wali"' in answer.text
    assert not Referral.objects.exists()


def test_an_agency_with_the_same_service_in_hand_is_refused_with_everything_kept(page, case):
    agency = make_partner(name_id="KBRI Contoh")
    make_referral(case=case, to=agency, services=["shelter"])
    answer = page.post(to=str(agency.pk), request="Please call at noon.")
    assert answer.status_code == 409
    assert "KBRI Contoh already has" in answer.text
    assert "Please call at noon.</textarea>" in answer.text
    assert f'value="{agency.pk}"' in answer.text
    assert Referral.objects.count() == 1


def test_looking_for_an_agency_without_javascript_keeps_everything_typed(page):
    found = make_partner(name_id="KJRI Contoh Jeddah", city="Jeddah")
    answer = page.post(search="1", find="jeddah", request="Please call at noon.", services=["medical"])
    assert answer.status_code == 200
    assert "KJRI Contoh Jeddah" in answer.text
    assert "Please call at noon.</textarea>" in answer.text
    assert "This is not saved yet" not in answer.text
    form = answer.context["form"]
    assert (form["services"].value(), form["groups"].value()) == (["medical"], ["case", "identity"])
    again = page.post(search="1", find="nothing like it", to=str(found.pk))
    assert "KJRI Contoh Jeddah" in again.text, "the one already chosen stays"


def test_how_the_worker_agreed_is_kept(page):
    until = timezone.localdate() + timedelta(days=30)
    page.post(witness="Contoh Saksi", until=until.isoformat(), onward="on")
    consent = Referral.objects.get().consent
    assert (consent.witness, consent.until, consent.onward) == ("Contoh Saksi", until, True)


# Preview --------------------------------------------------------------------------------------


def seen(answer):
    """What the preview says that the agency will read, and what it will not."""
    preview = answer.context["preview"]
    shown = {
        str(group["label"]).partition(":")[0]: [str(row.value) for row in group["rows"]]
        for group in preview["shown"]
    }
    return shown, [str(label).partition(":")[0] for label in preview["hidden"]]


def test_who_will_see_what_is_said_before_sending_with_everything_typed_kept(page):
    agency = make_partner(name_id="KBRI Contoh")
    answer = page.post(
        preview="1", to=str(agency.pk), groups=["case", "contact"], request="Please call at noon."
    )
    assert (answer.status_code, Referral.objects.exists()) == (200, False)
    assert "KBRI Contoh will see" in answer.text
    assert "KBRI Contoh will not see" in answer.text
    assert "Please call at noon.</textarea>" in answer.text
    assert "This is not saved yet" not in answer.text
    shown, hidden = seen(answer)
    assert set(shown) == {"Case", "Contact"}
    assert "0812-777" in shown["Contact"]
    assert hidden == ["Identity", "Health", "Violence", "Documents"]


def test_the_preview_says_what_the_page_of_the_agency_shows(page, case):
    agency = make_responsible()
    shown, _hidden = seen(page.post(preview="1", to=str(agency.pk)))
    page.post(to=str(agency.pk))
    sections = disclosure.sections(Referral.objects.get())
    there = {
        str(section.group.label).partition(":")[0]: [row.value for row in section.rows]
        for section in sections
        if section.shared
    }
    assert shown == there


def test_it_stands_there_by_itself_as_soon_as_the_agency_is_clear_and_something_is_ticked(page):
    make_responsible(name_id="KBRI Contoh")
    assert page.get().context["preview"] is None, "nothing is ticked yet"
    answer = page.post(groups=["case"], request="")
    assert answer.status_code == 422
    assert "KBRI Contoh will not see" in answer.text
    assert set(seen(answer)[0]) == {"Case"}


@pytest.mark.parametrize(("urgency", "later"), [("normal", False), ("emergency", True)])
def test_a_power_of_attorney_is_asked_for_and_stops_nothing(page, case, urgency, later):
    agency = make_responsible(name_id="KBRI Contoh", asks_power_of_attorney=True)
    Case.objects.filter(pk=case.pk).update(urgency=urgency)
    text = page.get().text
    assert "KBRI Contoh usually asks for a power of attorney" in text
    assert ("it may follow later" in text) == later
    assert page.post(to=str(agency.pk)).status_code == 302


def test_it_can_be_asked_for_while_nobody_knows_the_agency(page):
    assert "The agency will see" in page.post(preview="1", groups=["case", "soul"], services=["magic"]).text


# Following up ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["declined", "withdrawn", "completed"])
def test_a_follow_up_is_filled_in_from_what_ended(page, case, state):
    ended, _officer = make_referral_in(
        state, case=case, by=case.created_by, consent={"groups": ["case"]}, services=["medical"]
    )
    shown = page.get(after=str(ended.pk))
    assert ended.reference in shown.text
    form = shown.context["form"]
    assert (form["services"].value(), form["groups"].value()) == (["medical"], None)  # consent is asked anew
    assert form["request"].value() == ended.request
    page.post(f"?after={ended.pk}")
    assert Referral.objects.latest("created_at").previous == ended


def test_who_declined_is_not_suggested_again(page, case):
    mission = make_responsible(name_id="KBRI Contoh")
    declined, _o = make_referral_in("declined", officer=make_officer(mission), case=case, by=case.created_by)
    shown = page.get(after=str(declined.pk))
    assert mission not in [candidate.partner for candidate in shown.context["candidates"]]
    assert "was asked before" in shown.text
    assert mission in [candidate.partner for candidate in page.get().context["candidates"]]


def test_a_referral_that_goes_on_is_not_followed(page, case):
    live, _officer = make_referral_in("accepted", case=case, by=case.created_by)
    assert page.get(after=str(live.pk)).context["previous"] is None


def test_what_was_reopened_meanwhile_is_not_followed(page, case):
    ended, _officer = make_referral_in("completed", case=case, by=case.created_by)
    actions.reopen(by=case.created_by, referral=ended, text="Not done.")
    page.post(f"?after={ended.pk}")
    assert Referral.objects.latest("created_at").previous is None


@pytest.mark.parametrize("after", ["nonsense", "\x00", "00000000-0000-0000-0000-000000000000", "' OR 1=1"])
def test_an_odd_follow_up_is_not_found(page, after):
    assert page.get(after=after).status_code == 404


def test_a_referral_of_another_case_is_not_found(page, case):
    other, _officer = make_referral_in("declined", by=case.created_by)
    assert page.get(after=str(other.pk)).status_code == 404


# Who ------------------------------------------------------------------------------------------


def test_only_the_owners_people_refer(client, case):
    address = reverse("referrals:refer", args=[case.reference])
    for person, status in [
        (make_user(partner=case.partner), 200),
        (make_user(partner=case.partner, role="supervisor"), 200),
        (make_user(partner=case.partner, role="partner_admin"), 403),
        (make_officer(), 404),
    ]:
        client.force_login(person)
        assert client.get(address).status_code == status
        if status != 200:
            assert client.post(address, filled()).status_code == status
    assert not Referral.objects.exists()


def test_the_receiver_of_a_referral_does_not_refer_the_case_on(client, case):
    _referral, officer = make_referral_in("accepted", case=case, by=case.created_by)
    client.force_login(officer)
    assert client.get(reverse("referrals:refer", args=[case.reference])).status_code == 404


@pytest.mark.parametrize("topics", [1, 5])
def test_the_page_takes_the_same_queries_however_many_agencies(client, topics, django_assert_num_queries):
    case = make_case(topics=[make_topic() for _number in range(topics)])
    make_responsible(city="Johor Bahru")
    for _number in range(topics):
        make_responsible()
    client.force_login(case.created_by)
    with django_assert_num_queries(16):
        client.get(reverse("referrals:refer", args=[case.reference]))


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_away_the_page_answers_normally_and_the_sweep_sends_it(client, monkeypatch, caplog):
    def refuse(**kwargs):
        raise ConnectionError

    monkeypatch.setattr(nudges, "_quiet_until", 0.0)
    monkeypatch.setattr(tasks.route, "apply_async", refuse)
    mission = make_responsible()
    case = make_case()
    client.force_login(case.created_by)
    answer = client.post(reverse("referrals:refer", args=[case.reference]), filled())
    assert answer.status_code == 302
    assert "the sweep will do it" in caplog.text
    assert Referral.objects.get().state == "waiting"
    tasks.sweep()
    assert Referral.objects.get().receiver == mission
