"""Until when whose move must come."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.choices import DeadlineBasis, DeadlineUnit
from agencies.models import Deadline
from cases.tests.factories import make_case
from referrals import actions, deadlines
from referrals.models import Referral
from referrals.tests.factories import make_referral, make_referral_in

pytestmark = pytest.mark.django_db

POLICY = {
    "emergency": ("REFERRAL_EMERGENCY", 24, DeadlineUnit.HOURS),
    "urgent": ("REFERRAL_URGENT", 72, DeadlineUnit.HOURS),
    "normal": ("REFERRAL_NORMAL", 14, DeadlineUnit.DAYS),
}


@pytest.fixture(autouse=True)
def policies(db):
    for code, value, unit in POLICY.values():
        Deadline.objects.create(
            code=code, topic="referral", duty="act", value=value, unit=unit, basis=DeadlineBasis.PRACTICE
        )


def left(referral: Referral) -> timedelta:
    assert referral.due_at is not None
    return referral.due_at - timezone.now()


def near(span: timedelta, expected: timedelta) -> bool:
    return abs(span - expected) < timedelta(minutes=1)


def age(referral: Referral, by: timedelta) -> None:
    """Let the time pass for this referral."""
    current = Referral.objects.get(pk=referral.pk)
    assert current.due_at is not None
    Referral.objects.filter(pk=referral.pk).update(due_at=current.due_at - by)


@pytest.mark.parametrize(
    ("urgency", "allowed"),
    [
        ("emergency", timedelta(hours=24)),
        ("urgent", timedelta(hours=72)),
        ("normal", timedelta(days=14)),
    ],
)
def test_the_receiver_has_the_time_of_the_urgency(urgency, allowed):
    referral, _officer = make_referral_in("sent", case=make_case(urgency=urgency))
    assert near(left(referral), allowed)


def test_without_a_usable_policy_it_is_14_days_or_what_the_urgency_asks_for():
    Deadline.objects.filter(code="REFERRAL_NORMAL").update(unit=DeadlineUnit.YEARS)
    Deadline.objects.filter(code="REFERRAL_URGENT").update(retired_at=timezone.now())
    for urgency, allowed in (("normal", timedelta(days=14)), ("urgent", timedelta(hours=72))):
        referral, _officer = make_referral_in("sent", case=make_case(urgency=urgency))
        assert near(left(referral), allowed)


def test_opening_gives_no_more_time():
    referral, officer = make_referral_in("sent")
    age(referral, timedelta(days=3))
    opened = actions.receive(by=officer, referral=referral)
    assert near(left(opened), timedelta(days=11))


def test_accepting_and_reporting_give_time_until_the_next_report():
    referral, officer = make_referral_in("received")
    age(referral, timedelta(days=3))
    accepted = actions.accept(by=officer, referral=referral)
    assert near(left(accepted), timedelta(days=14))
    age(referral, timedelta(days=3))
    reported = actions.report(by=officer, referral=referral, text="We called.")
    assert near(left(reported), timedelta(days=14))


@pytest.mark.parametrize("state", ["sent", "received", "accepted", "clarifying"])
def test_news_from_the_sender_gives_nobody_more_time(state):
    referral, _officer = make_referral_in(state)
    age(referral, timedelta(days=3))
    reported = actions.report(by=referral.created_by, referral=referral, text="She called.")
    assert near(left(reported), timedelta(days=11))


def test_a_question_stops_the_receivers_clock_and_starts_the_senders():
    referral, officer = make_referral_in("received")
    age(referral, timedelta(days=10))
    asked = actions.ask(by=officer, referral=referral, text="Which month?")
    assert near(left(asked), timedelta(days=14))
    age(referral, timedelta(days=5))
    answered = actions.answer(by=referral.created_by, referral=referral, text="May.")
    assert near(left(answered), timedelta(days=4))
    assert answered.time_left is None


def test_asking_again_and_again_wins_no_time():
    referral, officer = make_referral_in("received")
    for _again in range(3):
        asked = actions.ask(by=officer, referral=referral, text="And now?")
        actions.answer(by=referral.created_by, referral=asked, text="Still May.")
    referral.refresh_from_db()
    assert left(referral) < timedelta(days=14)


def test_who_asks_when_it_is_late_is_late_again_after_the_answer():
    referral, officer = make_referral_in("received")
    age(referral, timedelta(days=16))
    actions.ask(by=officer, referral=referral, text="Which month?")
    answered = actions.answer(by=referral.created_by, referral=referral, text="May.")
    assert answered.is_overdue
    assert near(left(answered), -timedelta(days=2))


def test_a_report_while_a_question_is_open_moves_no_deadline():
    referral, officer = make_referral_in("accepted")
    actions.ask(by=officer, referral=referral, text="Which month?")
    age(referral, timedelta(days=3))
    with pytest.raises(actions.ActRefused):
        actions.reopen(by=referral.created_by, referral=referral, text="?")
    reported = actions.report(by=officer, referral=referral, text="We called meanwhile.")
    assert near(left(reported), timedelta(days=11))


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_what_has_ended_has_no_deadline(state):
    referral, _officer = make_referral_in(state)
    assert referral.due_at is None
    assert referral.time_left is None
    assert not referral.is_overdue


def test_a_completed_referral_may_be_reopened_for_30_days():
    referral, _officer = make_referral_in("completed")
    assert near(left(referral), timedelta(days=30))
    Referral.objects.update(ended_at=timezone.now() - timedelta(days=31))
    with pytest.raises(actions.ActRefused):
        actions.reopen(by=referral.created_by, referral=referral, text="Too late.")


def test_whoever_must_choose_has_a_deadline_too():
    referral, _officer = make_referral_in("unrouted")
    assert deadlines.due(referral, since=timezone.now()) is not None


def test_a_referral_that_waits_for_the_portal_has_none():
    assert make_referral().due_at is None
