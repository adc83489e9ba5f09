"""Doing something through the page: once, with everything typed kept when it is refused."""

import uuid

import pytest
from django.urls import reverse

from accounts.tests.factories import make_user
from agencies.tests.factories import make_outcome, make_partner
from cases.choices import EventKind
from cases.models import CaseEvent
from referrals import actions
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def do(client):
    """Sends the form of an act as this person."""

    def post(person, referral, name, **data):
        client.force_login(person)
        data.setdefault("key", str(uuid.uuid4()))
        return client.post(reverse(f"referrals:{name}", args=[referral.pk]), data)

    return post


def state_of(referral) -> str:
    return Referral.objects.get(pk=referral.pk).state


def forms_of(name: str) -> dict[str, str]:
    """Well-formed fields of this act."""
    if name == "decline":
        return {"reason": "no_capacity", "text": "Full."}
    if name == "complete":
        return {"outcome": make_outcome().pk, "text": "She is home."}
    if name == "choose":
        return {"to": str(make_partner().pk)}
    return {} if name == "accept" else {"text": "A sentence."}


WHO_DOES = [
    ("accept", "receiver", "received", "accepted"),
    ("ask", "receiver", "received", "clarifying"),
    ("decline", "receiver", "received", "declined"),
    ("report", "receiver", "accepted", "accepted"),
    ("report", "sender", "sent", "sent"),
    ("complete", "receiver", "accepted", "completed"),
    ("choose", "sender", "unrouted", "sent"),
    ("answer", "sender", "clarifying", "received"),
    ("withdraw", "sender", "received", "withdrawn"),
    ("reopen", "sender", "completed", "accepted"),
]


@pytest.mark.parametrize(("name", "side", "before", "after"), WHO_DOES)
def test_each_act_is_done_and_leads_back_to_the_page_with_a_message(do, client, name, side, before, after):
    referral, officer = make_referral_in(before)
    person = officer if side == "receiver" else referral.created_by
    answer = do(person, referral, name, **forms_of(name))
    assert (answer.status_code, answer["Location"]) == (302, referral.get_absolute_url())
    assert state_of(referral) == after
    assert "notice-good" in client.get(answer["Location"]).text


@pytest.mark.parametrize(("name", "side", "before", "after"), WHO_DOES)
def test_a_double_click_does_it_once(do, name, side, before, after):
    referral, officer = make_referral_in(before)
    person = officer if side == "receiver" else referral.created_by
    data = {**forms_of(name), "key": str(uuid.uuid4())}
    count = CaseEvent.objects.count()
    for _click in range(2):
        assert do(person, referral, name, **data).status_code == 302
    assert CaseEvent.objects.count() == count + 1


@pytest.mark.parametrize(
    ("name", "side", "before", "after"), [line for line in WHO_DOES if line[0] != "report"]
)
def test_the_other_side_and_strangers_are_refused(do, name, side, before, after):
    referral, officer = make_referral_in(before)
    other = referral.created_by if side == "receiver" else officer
    expected = 403 if other is not officer or referral.sent_at else 404
    assert do(other, referral, name, **forms_of(name)).status_code == expected
    assert do(make_officer(), referral, name, **forms_of(name)).status_code == 404
    admin = make_user(partner=officer.partner, role="partner_admin")
    assert do(admin, referral, name, **forms_of(name)).status_code == 403
    assert state_of(referral) == before


@pytest.mark.parametrize("name", ["ask", "decline", "report", "complete", "answer", "withdraw", "reopen"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This field is required."),
        ("x\x00y", "Null characters are not allowed."),
        ("x" * 1_000_000, "Ensure this value has at most 5000 characters"),
    ],
)
def test_bad_text_is_a_sentence_at_its_field_and_nothing_is_written(do, name, text, sentence):
    before = next(row[2] for row in WHO_DOES if row[0] == name)
    side = next(row[1] for row in WHO_DOES if row[0] == name)
    referral, officer = make_referral_in(before)
    count = CaseEvent.objects.count()
    person = officer if side == "receiver" else referral.created_by
    answer = do(person, referral, name, **{**forms_of(name), "text": text})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'id="act-{name}"' in answer.text
    assert CaseEvent.objects.count() == count
    assert state_of(referral) == before


@pytest.mark.parametrize("key", ["", "nonsense", "\x00"])
def test_a_form_whose_key_was_spoiled_on_the_way_is_done_all_the_same(do, key):
    referral, officer = make_referral_in("received")
    assert do(officer, referral, "accept", key=key).status_code == 302
    assert state_of(referral) == "accepted"


def test_what_was_typed_is_kept_in_its_form_when_another_field_is_wrong(do):
    referral, officer = make_referral_in("received")
    answer = do(officer, referral, "decline", reason="magic", text="Because we are full.")
    assert answer.status_code == 422
    assert answer.text.count("Because we are full.</textarea>") == 1
    assert "magic is not one of the available choices" in answer.text


def test_the_second_officer_reads_who_was_first_and_what_they_typed(do):
    referral, officer = make_referral_in("received")
    colleague = make_officer(officer.partner, full_name="Rani Contoh")
    actions.accept(by=colleague, referral=referral)
    answer = do(officer, referral, "accept")
    assert answer.status_code == 409
    assert "Rani Contoh" in answer.text
    actions.withdraw(by=referral.created_by, referral=referral, text="Solved.")
    late = do(officer, referral, "report", text="We called the employer at noon.")
    assert late.status_code == 409
    assert "that no longer fits" in late.text
    assert "We called the employer at noon.</textarea>" in late.text
    assert not CaseEvent.objects.filter(kind=EventKind.PROGRESS).exists()


def test_a_bad_form_on_a_referral_that_ended_meanwhile_shows_what_was_typed(do):
    referral, officer = make_referral_in("received")
    actions.withdraw(by=referral.created_by, referral=referral, text="Solved.")
    answer = do(officer, referral, "decline", reason="", text="Because we are full.")
    assert answer.status_code == 422
    assert "Because we are full.</textarea>" in answer.text
    assert "took this referral back" in answer.text


def test_a_form_sent_again_with_another_text_asks_and_can_then_be_sent(do):
    referral, officer = make_referral_in("accepted")
    key = str(uuid.uuid4())
    do(officer, referral, "report", key=key, text="First.")
    answer = do(officer, referral, "report", key=key, text="Second.")
    assert answer.status_code == 409
    assert "This form was sent already" in answer.text
    assert "Second.</textarea>" in answer.text
    assert key not in answer.text, "the form has a new key and can be sent"


def test_opening_the_address_of_an_act_leads_to_the_referral(client):
    referral, officer = make_referral_in("received")
    client.force_login(officer)
    for name in ("accept", "decline", "report"):
        answer = client.get(reverse(f"referrals:{name}", args=[referral.pk]))
        assert (answer.status_code, answer["Location"]) == (302, referral.get_absolute_url())
