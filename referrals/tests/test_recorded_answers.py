"""What a partner without accounts answers is written down by the sender: the same states and clocks, and marked."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_user
from agencies.tests.factories import make_outcome, make_partner
from cases.choices import EventKind
from cases.models import CaseEvent
from cases.tests.factories import make_case
from notifications.models import Notification
from referrals import actions, rules
from referrals.choices import DeclineReason, State
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in
from referrals.tests.papers import make_silent

pytestmark = pytest.mark.django_db

MARK = "Recorded by the sender"


def silent_referral(**fields) -> Referral:
    return make_referral(to=make_silent(), **fields)


def fresh(referral: Referral) -> Referral:
    return Referral.objects.get(pk=referral.pk)


def accepted(referral: Referral) -> Referral:
    return actions.accept(by=referral.created_by, referral=referral, text="By letter.", recorded=True)


def do(client, person, referral, name, **data):
    client.force_login(person)
    data.setdefault("key", str(uuid.uuid4()))
    return client.post(reverse(f"referrals:{name}", args=[referral.pk]), data)


def forms_of(name: str) -> dict[str, str]:
    """Well-formed fields of this act."""
    return {
        "record_decline": {"reason": "no_capacity", "text": "Full."},
        "record_complete": {"outcome": str(make_outcome().pk), "text": "She is home."},
        "record_register": {"number": "LP/12/2026"},
        "record_hand_over": {"to": str(make_partner().pk), "text": "By letter."},
    }.get(name, {"text": "A sentence."})


RECORDS = [
    ("record_accept", State.SENT, State.ACCEPTED, EventKind.ACCEPTED),
    ("record_decline", State.SENT, State.DECLINED, EventKind.DECLINED),
    ("record_ask", State.SENT, State.CLARIFYING, EventKind.ASKED),
    ("record_report", State.ACCEPTED, State.ACCEPTED, EventKind.PROGRESS),
    ("record_complete", State.ACCEPTED, State.COMPLETED, EventKind.COMPLETED),
    ("record_register", State.SENT, State.SENT, EventKind.REGISTERED),
    ("record_hand_over", State.ACCEPTED, State.HANDED_OVER, EventKind.HANDED_OVER),
]


def in_state(state: State, **fields) -> Referral:
    referral = silent_referral(**fields)
    return accepted(referral) if state == State.ACCEPTED else referral


@pytest.mark.parametrize(("name", "before", "after", "kind"), RECORDS)
def test_each_answer_is_recorded_once_and_marked_on_page_and_timeline(client, name, before, after, kind):
    referral = in_state(before)
    data = {**forms_of(name), "key": str(uuid.uuid4())}
    for _click in range(2):
        assert do(client, referral.created_by, referral, name, **data).status_code == 302
    assert fresh(referral).state == after
    event = CaseEvent.objects.get(kind=kind)
    assert (event.data["recorded"], event.actor) == (True, referral.created_by)
    assert MARK in client.get(referral.get_absolute_url()).text


@pytest.mark.parametrize(("name", "before", "after", "kind"), RECORDS)
def test_recording_ends_when_somebody_there_has_an_account(client, name, before, after, kind):
    referral = in_state(before)
    make_officer(referral.receiver)
    count = CaseEvent.objects.filter(kind=kind).count()
    answer = do(client, referral.created_by, referral, name, **forms_of(name))
    assert answer.status_code == 409
    assert "has an account here now" in answer.text
    assert CaseEvent.objects.filter(kind=kind).count() == count
    assert "Record the agency" not in client.get(referral.get_absolute_url()).text


@pytest.mark.parametrize(("name", "before", "after", "kind"), RECORDS)
def test_nobody_but_the_sender_records(client, name, before, after, kind):
    referral = in_state(before)
    stranger = make_user(partner=make_partner())
    assert do(client, stranger, referral, name, **forms_of(name)).status_code == 404
    admin = make_user(partner=referral.sender, role=PartnerAdmin.code)
    assert do(client, admin, referral, name, **forms_of(name)).status_code == 403
    officer = make_officer(referral.receiver)
    assert do(client, officer, referral, name, **forms_of(name)).status_code == 403


def test_what_is_recorded_too_late_is_refused_and_nothing_typed_is_lost(client):
    referral = silent_referral()
    actions.withdraw(by=referral.created_by, referral=referral, text="Solved.")
    answer = do(client, referral.created_by, referral, "record_decline", reason="other", text="Their reason.")
    assert answer.status_code == 409
    assert "Their reason." in answer.text


@pytest.mark.parametrize("text", ["", "   ", "x" * 1_000_000, "a\x00b"])
def test_how_an_answer_came_is_well_formed_or_a_sentence(client, text):
    referral = silent_referral()
    answer = do(client, referral.created_by, referral, "record_accept", text=text)
    assert answer.status_code == 422
    assert fresh(referral).state == State.SENT


def test_the_recorder_is_who_took_it_on_and_the_page_says_so(client):
    referral = accepted(silent_referral())
    assert referral.accepted_by == referral.created_by
    client.force_login(referral.created_by)
    text = client.get(referral.get_absolute_url()).text
    assert f"has taken it on, as {referral.created_by.full_name} recorded" in text


def test_a_question_that_was_recorded_rests_the_clock_until_the_answer():
    referral = silent_referral()
    asked = actions.ask(by=referral.created_by, referral=referral, text="Which month?", recorded=True)
    assert (asked.state, asked.mover) == (State.CLARIFYING, referral.sender)
    assert asked.time_left is not None
    answered = actions.answer(by=referral.created_by, referral=asked, text="March.")
    assert (answered.state, answered.mover, answered.time_left) == (State.RECEIVED, referral.receiver, None)


def test_news_that_was_recorded_counts_as_the_receivers():
    referral = accepted(silent_referral())
    early = timezone.now() + timedelta(hours=1)
    Referral.objects.filter(pk=referral.pk).update(due_at=early)
    own = actions.report(by=referral.created_by, referral=referral, text="We called them.")
    assert own.due_at == early
    theirs = actions.report(by=referral.created_by, referral=referral, text="They are at it.", recorded=True)
    assert theirs.due_at is not None
    assert theirs.due_at > early
    marked = [event.data for event in CaseEvent.objects.filter(kind=EventKind.PROGRESS).order_by("pk")]
    assert marked == [{}, {"recorded": True}]


def test_the_caseworker_is_told_of_what_a_colleague_recorded_and_the_colleague_is_not():
    caseworker = make_user(partner=make_partner())
    colleague = make_user(partner=caseworker.partner)
    referral = silent_referral(case=make_case(by=caseworker))
    actions.accept(by=colleague, referral=referral, text="By phone.", recorded=True)
    assert [row.recipient for row in Notification.objects.filter(kind="accepted")] == [caseworker]


def test_an_account_that_is_suspended_or_reads_no_case_leaves_the_recording_to_the_sender():
    referral = silent_referral()
    make_officer(referral.receiver, is_active=False)
    make_user(partner=referral.receiver, role=PartnerAdmin.code)
    assert accepted(referral).state == State.ACCEPTED


def test_the_acts_of_the_agency_stand_apart_from_the_senders_own(client):
    referral = silent_referral()
    client.force_login(referral.created_by)
    text = client.get(referral.get_absolute_url()).text
    assert text.index("act-withdraw") < text.index("acts-recorded") < text.index("act-record_accept")
    assert "Print the letter or send it by e-mail" in text
    assert reverse("referrals:accept", args=[referral.pk]) not in text


def test_a_partner_that_reads_the_portal_offers_nothing_to_record(client):
    referral, _officer = make_referral_in(State.RECEIVED)
    client.force_login(referral.created_by)
    assert "acts-recorded" not in client.get(referral.get_absolute_url()).text
    assert not rules.can_record(referral.created_by, referral)


def test_a_coded_reason_recorded_twice_with_another_is_refused():
    referral, key = silent_referral(), uuid.uuid4()

    def decline(reason: DeclineReason) -> Referral:
        return actions.decline(
            by=referral.created_by, referral=referral, reason=reason, text="No.", key=key, recorded=True
        )

    decline(DeclineReason.NO_CAPACITY)
    with pytest.raises(actions.KeyUsed):
        decline(DeclineReason.OUT_OF_MANDATE)


# Register numbers -------------------------------------------------------------------------------


def test_the_receiver_gives_its_register_number_and_both_sides_read_it(client):
    referral, officer = make_referral_in(State.RECEIVED)
    due = fresh(referral).due_at
    assert do(client, officer, referral, "register", number="  B-77 / XI / 2026 ").status_code == 302
    assert (fresh(referral).register_number, fresh(referral).due_at) == ("B-77 / XI / 2026", due)
    for person, page in ((officer, "inbox"), (referral.created_by, "sent")):
        client.force_login(person)
        assert "B-77 / XI / 2026" in client.get(referral.get_absolute_url()).text
        assert "B-77 / XI / 2026" in client.get(reverse(f"referrals:{page}") + "?tab=all").text
    event = CaseEvent.objects.get(kind=EventKind.REGISTERED)
    assert (event.text, event.data) == ("B-77 / XI / 2026", {})


def test_a_number_is_mended_and_the_same_one_again_is_nothing_new():
    referral, officer = make_referral_in(State.ACCEPTED)
    for number in ("B-1", "B-1", "B-2"):
        actions.register(by=officer, referral=referral, number=number, key=uuid.uuid4())
    assert fresh(referral).register_number == "B-2"
    assert CaseEvent.objects.filter(kind=EventKind.REGISTERED).count() == 2


def test_a_key_is_not_good_for_another_number():
    referral, officer = make_referral_in(State.ACCEPTED)
    key = uuid.uuid4()
    actions.register(by=officer, referral=referral, number="B-1", key=key)
    with pytest.raises(actions.KeyUsed):
        actions.register(by=officer, referral=referral, number="B-2", key=key)


@pytest.mark.parametrize("number", ["", "  ", "x" * 61, "x" * 1_000_000, "a\x00b", "B\u200d12", "B\ue00012"])
def test_a_number_is_up_to_60_printable_characters_or_a_sentence(client, number):
    referral, officer = make_referral_in(State.RECEIVED)
    assert do(client, officer, referral, "register", number=number).status_code == 422
    assert fresh(referral).register_number == ""


@pytest.mark.parametrize("number", ["B\u202e12", "B\x0712", " B12\u200b"])
def test_signs_that_nobody_sees_are_dropped_from_a_number(client, number):
    referral, officer = make_referral_in(State.RECEIVED)
    assert do(client, officer, referral, "register", number=number).status_code == 302
    assert fresh(referral).register_number == "B12"


def test_the_sender_gives_no_number_for_a_partner_that_works_here(client):
    referral, _officer = make_referral_in(State.RECEIVED)
    assert do(client, referral.created_by, referral, "register", number="B-1").status_code == 403
    assert do(client, referral.created_by, referral, "record_register", number="B-1").status_code == 409


def test_a_declined_referral_takes_no_number():
    referral, officer = make_referral_in(State.DECLINED)
    with pytest.raises(actions.ActRefused):
        actions.register(by=officer, referral=referral, number="B-1")
    with pytest.raises(PermissionDenied):
        actions.register(by=make_user(partner=make_partner()), referral=referral, number="B-1")
