"""Two at once: real connections, real locks."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction
from django.db.models import Model

from cases.choices import EventKind
from cases.models import CaseEvent
from cases.tests.factories import make_case
from notifications.models import Notification
from privacy.acting import as_portal
from referrals import actions, routing
from referrals.actions import ActRefused
from referrals.choices import DeclineReason
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in, make_responsible

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or raised, all begun at the same moment in threads of their own."""
    results: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    @as_portal()
    def run(number: int) -> None:
        close_old_connections()
        try:
            ready.wait(timeout=10)
            results[number] = acts[number]()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def test_of_two_officers_who_accept_at_once_one_wins_and_the_other_reads_who():
    referral, officer = make_referral_in("received")
    colleague = make_officer(officer.partner)
    results = at_once(
        lambda: actions.accept(by=officer, referral=referral),
        lambda: actions.accept(by=colleague, referral=referral),
    )
    won = [result for result in results if isinstance(result, Referral)]
    lost = [result for result in results if isinstance(result, ActRefused)]
    assert (len(won), len(lost)) == (1, 1), results
    referral.refresh_from_db()
    assert referral.accepted_by is not None
    assert referral.accepted_by.full_name in str(lost[0])
    assert CaseEvent.objects.filter(kind=EventKind.ACCEPTED).count() == 1


def test_of_fifty_officers_who_accept_at_once_one_wins_and_49_get_a_friendly_answer():
    referral, officer = make_referral_in("received")
    officers = [officer, *(make_officer(officer.partner) for _ in range(49))]
    results = at_once(*[lambda by=by: actions.accept(by=by, referral=referral) for by in officers])
    referral.refresh_from_db()
    assert referral.accepted_by is not None
    lost = [str(result) for result in results if isinstance(result, ActRefused)]
    assert (sum(isinstance(result, Referral) for result in results), len(lost)) == (1, 49), results
    assert all(referral.accepted_by.full_name in sentence for sentence in lost)
    assert CaseEvent.objects.filter(kind=EventKind.ACCEPTED).count() == 1
    assert Notification.objects.filter(kind="accepted").count() == 1


def test_of_accepting_and_withdrawing_at_once_one_wins():
    referral, officer = make_referral_in("received")
    results = at_once(
        lambda: actions.accept(by=officer, referral=referral),
        lambda: actions.decline(by=officer, referral=referral, reason=DeclineReason.OTHER, text="No."),
    )
    referral.refresh_from_db()
    kinds = set(referral.events.values_list("kind", flat=True))
    assert referral.state in ("accepted", "declined")
    if referral.state == "accepted":
        assert "declined" not in kinds
        assert any(isinstance(result, ActRefused) for result in results)


def test_a_double_click_in_two_requests_at_once_is_one_act():
    referral, officer = make_referral_in("received")
    key = uuid.uuid4()
    results = at_once(*[lambda: actions.accept(by=officer, referral=referral, key=key)] * 3)
    assert all(isinstance(result, Referral) for result in results), results
    assert CaseEvent.objects.filter(kind=EventKind.ACCEPTED).count() == 1


def test_a_double_click_on_refer_is_one_referral():
    case, key = make_case(), uuid.uuid4()
    results = at_once(*[lambda: make_referral(case=case, key=key)] * 3)
    assert len({result.pk for result in results}) == 1, results
    assert Referral.objects.count() == 1


def test_numbers_within_a_case_are_never_given_twice():
    case = make_case()
    results = at_once(*[lambda: make_referral(case=case)] * 4)
    assert sorted(result.number for result in results) == [1, 2, 3, 4], results


def test_many_workers_route_each_referral_once():
    make_responsible()
    referrals = [make_referral() for _number in range(6)]
    results = at_once(*[routing.route_due] * 3)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert set(Referral.objects.values_list("state", flat=True)) == {"sent"}
    assert CaseEvent.objects.filter(kind=EventKind.SENT).count() == len(referrals)
    assert Notification.objects.count() == len(referrals)


def test_twins_routed_at_once_do_not_both_reach_the_agency():
    make_responsible()
    case = make_case()
    first, second = make_referral(case=case), make_referral(case=case)
    at_once(lambda: routing.route(first.pk), lambda: routing.route(second.pk))
    states = sorted(Referral.objects.values_list("state", flat=True))
    assert states == ["sent", "unrouted"]


@contextmanager
def held_by_another(row: Model) -> Iterator[None]:
    """Another connection holds the row until the block ends."""
    locked, done = threading.Event(), threading.Event()

    @as_portal()
    def hold() -> None:
        with transaction.atomic():
            type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)
            locked.set()
            done.wait(timeout=10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(timeout=10)
    try:
        yield
    finally:
        done.set()
        holder.join(timeout=10)


def test_a_referral_that_somebody_holds_is_skipped_and_found_later():
    make_responsible()
    held, free = make_referral(), make_referral()
    with held_by_another(held):
        assert routing.route_due() == 1
    assert Referral.objects.get(pk=free.pk).state == "sent"
    assert Referral.objects.get(pk=held.pk).state == "waiting"
    assert routing.route_due() == 1
    assert Referral.objects.get(pk=held.pk).state == "sent"


def test_whoever_holds_the_case_or_the_consent_puts_no_referral_off():
    referral = make_referral()
    with held_by_another(referral.case), held_by_another(referral.consent):
        assert routing.QUEUE.claim(1) == [referral]
