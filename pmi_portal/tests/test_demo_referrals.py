"""The demo's referrals: their states, stamps, deadlines and rankings are such as the portal would have made them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.db import models
from django.utils import timezone

from agencies import matching
from agencies.models import Partner
from cases.choices import EventKind
from cases.models import Case, CaseEvent
from pmi_portal.tests.demo_world import seeded
from referrals import deadlines, moves, routing
from referrals.choices import LIVE, TRANSITIONS, State
from referrals.models import Referral

pytestmark = pytest.mark.django_db

BY_RECEIVER = {"received", "accepted", "declined", "asked", "completed", "handed_over"}
BY_SENDER = {"referred", "answered", "withdrawn", "reopened"}
BECOMES = {
    "sent": State.SENT,
    "unrouted": State.UNROUTED,
    "received": State.RECEIVED,
    "accepted": State.ACCEPTED,
    "declined": State.DECLINED,
    "asked": State.CLARIFYING,
    "completed": State.COMPLETED,
    "withdrawn": State.WITHDRAWN,
    "reopened": State.ACCEPTED,
    "handed_over": State.HANDED_OVER,
}


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with seeded(django_db_blocker):
        yield


def test_the_referrals_of_a_case_are_numbered_in_the_order_of_time() -> None:
    for case in Case.objects.prefetch_related("referrals"):
        referrals = sorted(case.referrals.all(), key=lambda referral: referral.number)
        assert [referral.number for referral in referrals] == list(range(1, len(referrals) + 1))
        assert all(one.created_at < other.created_at for one, other in pairwise(referrals))


def told(referral: Referral) -> list[CaseEvent]:
    return sorted(referral.events.all(), key=lambda event: (event.at, event.pk))


def all_referrals() -> models.QuerySet[Referral]:
    return Referral.objects.select_related("case", "sender", "receiver", "previous").prefetch_related(
        "events__actor"
    )


def test_each_state_is_what_the_events_led_to() -> None:
    for referral in all_referrals():
        state = State.WAITING
        for event in told(referral):
            answered = (
                State.ACCEPTED if referral.accepted_at and referral.accepted_at < event.at else State.RECEIVED
            )
            following = answered if event.kind == "answered" else BECOMES.get(event.kind)
            if following is not None:
                assert following in TRANSITIONS[state], (referral.pk, state, event.kind)
                state = following
        assert referral.state == state


def test_each_stamp_is_the_time_of_its_event() -> None:
    stamps = {
        "created_at": "referred",
        "sent_at": "sent",
        "received_at": "received",
        "accepted_at": "accepted",
    }
    for referral in all_referrals():
        events = [event for event in told(referral) if event.kind != EventKind.INTERNAL]
        assert events[-1].at == referral.changed_at
        for field, kind in stamps.items():
            assert getattr(referral, field) == next((e.at for e in events if e.kind == kind), None), field
        ended = None if referral.is_live else events[-1]
        assert referral.ended_at == (ended.at if ended else None)
        assert referral.ended_by == (ended.actor if ended else None)
        assert bool(referral.decline_reason) == (referral.state == State.DECLINED)
        assert bool(referral.outcome_id) == (referral.state == State.COMPLETED)


def was_handed_over(referral: Referral) -> bool:
    return referral.previous is not None and referral.previous.state == State.HANDED_OVER


def test_each_act_is_done_by_the_side_whose_it_is() -> None:
    for referral in all_referrals():
        for event in told(referral):
            partner = event.actor.partner_id if event.actor else None
            assert event.partner_id == partner
            if event.data.get("recorded"):
                assert (partner, event.kind in BY_RECEIVER | {"registered", "progress"}) == (
                    referral.sender_id,
                    True,
                )
            elif event.kind in BY_RECEIVER:
                assert partner == referral.receiver_id
            elif event.kind == "referred" and was_handed_over(referral):
                assert partner == (referral.previous and referral.previous.receiver_id)
            elif event.kind in BY_SENDER:
                assert partner == referral.sender_id
            elif event.kind == EventKind.PROGRESS:
                assert partner in (referral.sender_id, referral.receiver_id)


CLOCK = ("due_at", "clock_from", "counting", "time_left", "time_used", "kept_level", "kept_counting")


def test_deadlines_are_those_that_the_portal_would_have_set() -> None:
    policy = deadlines.Policy()
    done = Referral.objects.filter(state=State.COMPLETED).order_by("pk")[::8]
    for referral in (
        *all_referrals().filter(state__in=LIVE),
        *all_referrals().filter(pk__in=[one.pk for one in done]),
    ):
        kept, state = [getattr(referral, name) for name in CLOCK], State.WAITING
        referral.due_at = referral.time_left = None
        for event in told(referral):
            answered = (
                State.ACCEPTED if referral.accepted_at and referral.accepted_at < event.at else State.RECEIVED
            )
            state = answered if event.kind == "answered" else BECOMES.get(event.kind, state)
            referral.state = state
            kind, recorded = EventKind(event.kind), bool(event.data.get("recorded"))
            if kind in moves.TOLD:
                deadlines.set_clock(
                    referral, kind, by=event.actor, now=event.at, recorded=recorded, policy=policy
                )
        assert [getattr(referral, name) for name in CLOCK] == kept, referral.pk


def test_whoever_is_late_was_reminded_and_no_reminder_is_due_at_once() -> None:
    late = Referral.objects.live().filter(due_at__lt=timezone.now())
    assert late.filter(escalation_level__gte=2).count() == late.count()
    assert not Referral.objects.filter(escalate_at__lt=models.F("clock_from")).exists()
    for referral in late:
        told = CaseEvent.objects.filter(referral=referral, kind=EventKind.ESCALATED).order_by("at")
        assert [event.data["level"] for event in told] == list(range(1, referral.escalation_level + 1))


def test_some_are_overdue_but_far_from_all() -> None:
    live = Referral.objects.live()
    overdue = live.filter(due_at__lt=timezone.now())
    assert 5 <= overdue.count() <= live.count() / 3


def test_nobody_has_the_same_thing_in_hand_twice() -> None:
    in_hand: Counter[tuple[object, ...]] = Counter()
    for case, receiver, services in Referral.objects.live().values_list("case", "receiver", "services"):
        in_hand.update((case, receiver, service) for service in services if receiver)
    assert set(in_hand.values()) == {1}


def test_declined_referrals_have_followers() -> None:
    followers = Referral.objects.exclude(previous=None)
    assert followers.filter(previous__state=State.DECLINED).count() > 3
    assert not followers.exclude(previous__case=models.F("case")).exists()


def test_several_referrals_of_one_case_are_live_side_by_side() -> None:
    assert Case.objects.annotate(live=models.Count("referrals", models.Q(referrals__state__in=LIVE))).filter(
        live__gt=1
    )


def nameless(ranking: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the names of topics: a ranking keeps those of its day, and the demo's admins have renamed one since."""
    return [
        {
            **line,
            "reasons": [
                (reason["code"], {k: v for k, v in reason["params"].items() if not k.startswith("topic_")})
                for reason in line["reasons"]
            ],
        }
        for line in ranking
    ]


def test_rankings_are_those_that_the_worker_would_have_kept() -> None:
    routed = Referral.objects.exclude(ranking=[]).exclude(case__referrals__state=State.DECLINED)
    routed = routed.exclude(previous__state=State.HANDED_OVER)  # they keep the one of the first
    for referral in routed.order_by("pk")[::20]:
        answer = matching.ask(routing.question(referral))
        assert nameless(referral.ranking) == nameless(routing.ranked(answer))
        if referral.why_unrouted in ("several", "gap", "home_unknown"):
            assert answer.reasons[0] == {"code": referral.why_unrouted, "params": referral.why_params}


def test_referrals_are_sent_where_somebody_reads_them() -> None:
    readers = {partner.pk for partner in Partner.objects.with_accounts() if partner.has_accounts}
    sent = Referral.objects.exclude(receiver=None)
    assert set(sent.filter(letters=None).values_list("receiver", flat=True)) <= readers
    assert not sent.exclude(letters=None).filter(receiver__in=readers).exists()
