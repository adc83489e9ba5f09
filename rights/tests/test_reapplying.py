"""The ledger is applied again: to the case that was erased and no other, and to everything that a backup brings back of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.choices import ClockCode, EventKind
from cases.models import Case, Clock, Consent, Worker
from cases.tests.factories import make_case
from notifications.choices import Kind
from notifications.models import Notification
from privacy import keys
from privacy.choices import Verb
from privacy.models import DataKey, LogEntry
from privacy.sealing import KeyDestroyed
from referrals import actions as referral_actions
from referrals.models import Referral
from referrals.tests.factories import make_referral_in
from rights import erasing, ledger
from rights.choices import ErasureState, RequestState
from rights.models import DataRequest, Erasure

from .factories import make_erasure, make_granted, step
from .test_erasure import dumped, reapply, restored

pytestmark = pytest.mark.django_db
CASES = (DataKey, Case, Worker)


@pytest.fixture
def case() -> Case:
    return make_case(chronology="mine-chronology")


def restore(before: dict[Any, dict[Any, dict[str, Any]]]) -> None:
    with keys.scope():
        restored(before)


def test_a_new_case_that_took_the_reference_of_an_erased_one_is_left_alone(case: Case) -> None:
    make_erasure(case, state=ErasureState.ERASED)
    Case.objects.filter(pk=case.pk).update(reference="XX-2000-000001")
    new = make_case(by=case.created_by, chronology="others-chronology")
    Case.objects.filter(pk=new.pk).update(reference=case.reference)
    reapply()
    left = Case.objects.get(pk=new.pk)
    assert (left.is_erased, left.chronology) == (False, "others-chronology")


def test_a_referral_that_is_live_in_the_backup_ends_and_its_receiver_is_told_to_erase(case: Case) -> None:
    referral, officer = make_referral_in("accepted", case=case)
    live = {"state": "accepted", "ended_at": None, "ended_by": None}
    referral_actions.withdraw(by=case.created_by, referral=referral, text="She wishes it.")
    before = dumped(*CASES)
    make_erasure(case, state=ErasureState.ERASED)
    restore(before)
    Referral.objects.filter(pk=referral.pk).update(**live)
    Consent.objects.update(withdrawn_at=None, withdrawn_by=None)
    Clock.objects.all().delete()
    Notification.objects.all().delete()
    reapply()
    referral = Referral.objects.select_related("consent").get(pk=referral.pk)
    assert (referral.state, referral.consent.stands) == ("withdrawn", False)
    assert Notification.objects.get(kind=Kind.CASE_ERASED).recipient == officer
    assert Clock.objects.running().get(code=ClockCode.PDP_WITHDRAW).due_at > timezone.now()


def test_the_case_and_the_log_say_that_it_was_erased_again(case: Case) -> None:
    before = dumped(*CASES)
    make_erasure(case, state=ErasureState.ERASED)
    restore(before)
    reapply()
    assert (
        case.events.filter(kind=EventKind.ERASED).count() == 2
    )  # the events of before were not restored here
    assert LogEntry.objects.filter(verb=Verb.ERASED, subjects=[f"case:{case.pk}"]).count() == 2


class TestRequests:
    """What was written about a request goes with its cases, or when whoever asked was told; a backup has it still."""

    def asked(self, case: Case) -> DataRequest:
        request, boss = make_granted("erasure", case=case, wish="mine-wish")
        step("carry_out", request, boss)
        erasing.erase_due()
        step("tell", request, boss)
        erasing.forget_answered()
        return request

    def test_one_that_was_told_after_the_erasure_is_forgotten_again(self, case: Case) -> None:
        request, boss = make_granted("erasure", case=case, wish="mine-wish")
        before = dumped(*CASES, DataRequest)
        step("carry_out", request, boss)
        erasing.erase_due()
        step("tell", request, boss)
        erasing.forget_answered()
        restore(before)
        assert DataRequest.objects.get().wish == "mine-wish"
        with keys.scope():
            reapply()
            row = DataRequest.objects.get()
            assert (row.wish, row.contact, row.state, row.next_at) == ("", "", RequestState.TOLD, None)
            with pytest.raises(KeyDestroyed):
                keys.open_(row.data_key_id)

    def test_one_that_was_forgotten_with_its_case_reminds_of_nothing_more(self, case: Case) -> None:
        request, boss = make_granted(case=case, wish="mine-wish")
        before = dumped(*CASES, DataRequest)
        step("carry_out", request, boss)
        step("tell", request, boss)
        make_erasure(case, state=ErasureState.ERASED)
        restore(before)
        reapply()
        row = DataRequest.objects.get()
        assert (row.state, row.wish, row.next_at) == (RequestState.TOLD, "", None)

    def test_one_that_waits_in_the_backup_for_the_worker_is_carried_out(self, case: Case) -> None:
        request, boss = make_granted("erasure", case=case)
        step("carry_out", request, boss)
        before = dumped(*CASES, DataRequest)
        erasing.erase_due()
        restore(before)
        reapply()
        assert DataRequest.objects.get().state == RequestState.DONE

    def test_its_line_says_nothing_of_what_was_written(self, case: Case) -> None:
        request = self.asked(case)
        _case, line = map(json.loads, ledger.path().read_text().splitlines())
        assert line["keys"] == [str(request.data_key_id)]
        assert line["case"] == ""
        assert "mine-wish" not in ledger.path().read_text()

    def test_it_is_forgotten_once(self, case: Case) -> None:
        self.asked(case)
        assert erasing.forget_answered() == 0
        assert len(list(ledger.lines())) == 2

    def test_one_that_is_also_about_a_case_that_is_still_there_is_kept(self, case: Case) -> None:
        other = make_case(by=case.created_by)
        Case.objects.filter(pk=other.pk).update(worker=case.worker)
        request, boss = make_granted(case=case, cases=[case, other])
        step("carry_out", request, boss)
        step("tell", request, boss)
        make_erasure(case, state=ErasureState.ERASED)
        assert erasing.forget_answered() == 0
        assert DataRequest.objects.get().wish != ""


@pytest.mark.parametrize("state", [ErasureState.PROPOSED, ErasureState.CONFIRMED])
def test_where_nobody_is_known_to_have_confirmed_it_nothing_waits_any_more(case: Case, state: str) -> None:
    before = dumped(*CASES)
    erasure = make_erasure(case, state=ErasureState.ERASED)
    restore(before)
    decided = {} if state == ErasureState.CONFIRMED else {"decided_by": None, "decided_at": None}
    Erasure.objects.update(
        state=state, erased_at=None, next_at=timezone.now() - timedelta(hours=1), **decided
    )
    [line] = ledger.lines()
    ledger.path().unlink()
    ledger.append(ledger.Line(**{**vars(line), "by": 0}))
    reapply()
    erasure.refresh_from_db()
    assert erasure.state not in (ErasureState.PROPOSED, ErasureState.CONFIRMED)
    assert Case.objects.get(pk=case.pk).chronology == ""
