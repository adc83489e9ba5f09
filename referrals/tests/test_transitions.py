"""The table of states, and every act in every state from every side."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.tests.factories import make_user
from agencies.tests.factories import make_outcome, make_partner
from cases.choices import EventKind
from cases.models import CaseEvent
from referrals import actions, rules
from referrals.actions import ActRefused
from referrals.choices import ENDED, LIVE, MOVE, TRANSITIONS, DeclineReason, Side, State
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral_in

# From the page DESIGN, written out a second time on purpose.
MAY_BECOME = {
    "waiting": "sent unrouted withdrawn",
    "unrouted": "sent withdrawn",
    "sent": "received accepted declined clarifying withdrawn",
    "received": "accepted declined clarifying withdrawn",
    "clarifying": "received accepted declined withdrawn",
    "accepted": "clarifying completed declined handed_over withdrawn",
    "completed": "accepted",
    "declined": "",
    "handed_over": "",
    "withdrawn": "",
}
WHOSE_MOVE = {
    "waiting": "portal",
    "unrouted": "sender",
    "sent": "receiver",
    "received": "receiver",
    "clarifying": "sender",
    "accepted": "receiver",
    "completed": "sender",
    "declined": "nobody",
    "handed_over": "nobody",
    "withdrawn": "nobody",
}


def test_the_table_says_what_the_design_says():
    assert {state.value: set(after) for state, after in TRANSITIONS.items()} == {
        state: set(after.split()) for state, after in MAY_BECOME.items()
    }
    assert {state.value: side.value for state, side in MOVE.items()} == WHOSE_MOVE


def test_every_live_state_is_somebodys_move_and_leads_to_an_end():
    for state in LIVE:
        assert MOVE[state] is not Side.NOBODY
        reached: set[State] = set()
        todo = [state]
        while todo:
            for after in TRANSITIONS[todo.pop()] - reached:
                reached.add(after)
                todo.append(after)
        assert reached & ENDED, state


def receive(by, referral):
    return actions.receive(by=by, referral=referral)


def choose(by, referral):
    return actions.choose(by=by, referral=referral, to=make_partner())


def complete(by, referral):
    return actions.complete(by=by, referral=referral, outcome=make_outcome(), text="Done.")


def decline(by, referral):
    return actions.decline(by=by, referral=referral, reason=DeclineReason.NO_CAPACITY, text="Full.")


def simple(name):
    def act(by, referral):
        return getattr(actions, name)(by=by, referral=referral, text="A sentence.")

    return act


def accept(by, referral):
    return actions.accept(by=by, referral=referral)


# act: who may, from which states, into which
ACTS: dict[str, tuple[Any, str, dict[str, str]]] = {
    "accept": (accept, "receiver", {"sent": "accepted", "received": "accepted"}),
    "decline": (
        decline,
        "receiver",
        dict.fromkeys(["sent", "received", "clarifying", "accepted"], "declined"),
    ),
    "ask": (simple("ask"), "receiver", dict.fromkeys(["sent", "received", "accepted"], "clarifying")),
    "complete": (complete, "receiver", {"accepted": "completed"}),
    "choose": (choose, "sender", {"unrouted": "sent"}),
    "answer": (simple("answer"), "sender", {"clarifying": "received"}),
    "withdraw": (simple("withdraw"), "sender", dict.fromkeys(sorted(LIVE), "withdrawn")),
    "reopen": (simple("reopen"), "sender", {"completed": "accepted"}),
    "report": (
        simple("report"),
        "either",
        {state: state for state in ["sent", "received", "clarifying", "accepted"]},
    ),
}


class Undo(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside has not happened afterwards."""
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


@pytest.mark.django_db
@pytest.mark.parametrize("state", State.values)
def test_every_act_in_this_state_from_every_side(state):
    referral, officer = make_referral_in(state)
    people = {
        "sender": referral.created_by,
        "receiver": officer,
        "stranger": make_officer(),
        "admin": make_user(partner=officer.partner, role="partner_admin"),
    }
    for name, side in itertools.product(ACTS, people):
        with undone():
            check(name, side, people[side], referral, state)


def check(name, side, person, referral, state):
    act, whose, becomes = ACTS[name]
    before = CaseEvent.objects.count()
    on_side = side == whose or (whose == "either" and side in ("sender", "receiver"))
    if side == "receiver" and referral.sent_at is None:
        on_side = False  # nobody there knows of it yet
    may = on_side and state in becomes
    if name == "report" and side == "receiver":
        may = state == "accepted"  # there is nothing to report on before it was taken on
    if may:
        after = act(person, referral)
        assert after.state == becomes[state], (name, side)
        assert Referral.objects.get(pk=referral.pk).state == becomes[state], (name, side)
        assert CaseEvent.objects.count() == before + 1, (name, side)
    else:
        with pytest.raises(ActRefused if on_side else PermissionDenied):
            act(person, referral)
        assert Referral.objects.get(pk=referral.pk).state == state, (name, side)
        assert CaseEvent.objects.count() == before, (name, side)


@pytest.mark.django_db
@pytest.mark.parametrize("state", State.values)
def test_opening_is_a_receipt_once_and_only_by_the_receiver(state):
    referral, officer = make_referral_in(state)
    receive(referral.created_by, referral)
    assert Referral.objects.get(pk=referral.pk).state == state
    receive(officer, referral)
    receive(make_officer(officer.partner), referral)
    after = Referral.objects.get(pk=referral.pk)
    if state == "sent":
        assert (after.state, after.received_by) == ("received", officer)
        assert after.events.filter(kind=EventKind.RECEIVED).count() == 1
    else:
        assert after.state == state


@pytest.mark.django_db
@pytest.mark.parametrize("state", State.values)
def test_the_rules_of_the_page_agree_with_the_actions(state):
    referral, officer = make_referral_in(state)
    for name, (_act, whose, becomes) in ACTS.items():
        rule = getattr(rules, f"can_{name}")
        if name == "report":
            assert rule(officer, referral) == (state == "accepted")
            assert rule(referral.created_by, referral) == (state in becomes)
        else:
            person = officer if whose == "receiver" else referral.created_by
            assert rule(person, referral) == (state in becomes), (name, state)


@pytest.mark.django_db
def test_an_answer_leads_back_to_where_the_question_was_asked():
    referral, officer = make_referral_in("accepted")
    asked = actions.ask(by=officer, referral=referral, text="Which month?")
    answered = actions.answer(by=referral.created_by, referral=asked, text="May.")
    assert answered.state == "accepted"
    assert answered.accepted_by == officer


@pytest.mark.django_db
def test_a_suspended_officer_may_do_nothing():
    referral, officer = make_referral_in("received")
    officer.is_active = False
    officer.save()
    with pytest.raises(PermissionDenied):
        actions.accept(by=officer, referral=referral)
