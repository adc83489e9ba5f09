"""The sweep of a case's time limits beside the acts of people: who waits for whom, and what a failure holds up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from cases import actions, clocks, settlements
from cases.choices import ClockCode, EventKind, SettlementState
from cases.events import record
from cases.models import Case, Clock
from cases.models.consent import HOME
from errands.models import Trouble
from referrals import actions as referral_actions
from referrals.models import Referral
from referrals.tests.factories import make_referral_in
from referrals.tests.test_at_once import at_once

from .factories import make_case


def started() -> Clock:
    referral, officer = make_referral_in("accepted")
    code = ClockCode.DOCS_INCOMPLETE
    referral_actions.start_clock(by=officer, referral=referral, code=code, text="The contract is missing.")
    return Clock.objects.get(referral=referral)


@pytest.mark.django_db(transaction=True)
def test_a_referral_that_somebody_holds_is_skipped_so_that_neither_waits_for_the_other():
    """An act holds the referral and then the case; a sweep that took the case first would block it for good."""
    clock = started()
    with transaction.atomic():
        Referral.objects.select_for_update(no_key=True).get(clocks=clock)
        assert at_once(lambda: clocks.look_at_due(clock.warn_at)) == [0]
        Case.objects.filter(pk=clock.case_id).update(changed_at=timezone.now())
    assert clocks.look_at_due(clock.warn_at) == 1


@pytest.mark.django_db(transaction=True)
def test_a_note_does_not_wait_for_an_act_that_wrote_to_the_log_of_the_same_case():
    referral, officer = make_referral_in("accepted")
    case = referral.case
    with transaction.atomic():
        record(case, EventKind.MESSAGE, by=officer, referral=referral, text="Hello.")
        results = at_once(
            lambda: actions.note(by=case.created_by, case=case, text="Called."),
            lambda: actions.assign(by=case.created_by, case=case, to=case.created_by),
            lambda: actions.edit(
                by=case.created_by, case=case, version=case.version, fields={"place": "Muar"}
            ),
        )
    assert results[0] is None
    assert isinstance(results[2], Case)


def failing_for(case: Case, act: Callable[..., Any]) -> Callable[..., Any]:
    def fails(*given: Any, **more: Any) -> Any:
        if given[0] == case:
            raise ValueError
        return act(*given, **more)

    return fails


@pytest.mark.django_db
class TestFailures:
    """What cannot be told of holds up no other, leaves nothing behind, and keeps its own time."""

    def test_of_time_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        broken, fine = started(), started()
        Clock.objects.filter(pk=broken.pk).update(next_at=broken.warn_at - timedelta(days=1))
        broken.refresh_from_db()
        now = fine.warn_at
        monkeypatch.setattr(clocks, "record", failing_for(broken.case, record))
        assert [clocks.look_at_due(now) for _sweep in range(2)] == [1, 0]
        assert Clock.objects.get(pk=broken.pk).next_at == broken.next_at
        monkeypatch.undo()
        assert clocks.look_at_due(now) == 0
        Trouble.objects.update(next_at=Now())
        assert clocks.look_at_due(now) == 1

    def test_of_settlements(self, monkeypatch: pytest.MonkeyPatch) -> None:
        today = timezone.localdate(timezone=HOME)
        broken, fine = make_case(), make_case()
        for case, days in ((broken, 2), (fine, 1)):
            day = today - timedelta(days=days)
            pending = {"settlement_state": SettlementState.PENDING, "settlement_due": day}
            Case.objects.filter(pk=case.pk).update(settlement_ask_on=day, **pending)
        monkeypatch.setattr(settlements, "record", failing_for(broken, record))
        assert [settlements.ask_about_due(today) for _sweep in range(2)] == [1, 0]
        assert Case.objects.get(pk=broken.pk).settlement_ask_on == today - timedelta(days=2)
        monkeypatch.undo()
        Trouble.objects.update(next_at=Now())
        assert settlements.ask_about_due(today) == 1
