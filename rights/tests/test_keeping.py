"""Between the portal's proposal, a person's word and the worker's deed a case may be needed again."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from cases import closing
from cases.models import Case, Worker
from cases.tests.factories import make_case
from notifications.choices import Kind
from notifications.models import Notification
from privacy.models import DataKey
from referrals.models import Referral
from referrals.tests.factories import make_referral_in
from referrals.tests.test_at_once import at_once
from rights import actions, erasing, exporting, rules, wiping
from rights.actions import Refused
from rights.choices import ErasureState, RequestState
from rights.models import DataRequest, Erasure, LegalHold, RetentionRule

from .factories import close, make_erasure, make_granted, make_request, make_supervisor, step

pytestmark = pytest.mark.django_db
YEARS = timedelta(days=4000)


@pytest.fixture
def case() -> Case:
    return make_case()


def reopen(case: Case) -> None:
    closing.reopen(by=case.created_by, case=case, reason="She is back.")


def is_erased(case: Case) -> bool:
    return Case.objects.get(pk=case.pk).is_erased


class TestReopened:
    def test_a_case_that_was_reopened_since_is_not_confirmed(self, case: Case) -> None:
        erasure = make_erasure(case)
        reopen(case)
        assert actions.confirm(by=make_supervisor(case), erasures=[erasure]) == 0

    def test_nor_one_that_was_reopened_and_closed_again(self, case: Case) -> None:
        erasure = make_erasure(case)
        reopen(case)
        close(case)
        assert actions.confirm(by=make_supervisor(case), erasures=[erasure]) == 0

    def test_nor_is_it_erased_when_that_comes_after_the_word(self, case: Case) -> None:
        erasure = make_erasure(case, state=ErasureState.CONFIRMED)
        reopen(case)
        assert not erasing.erase(erasure.pk)
        assert not is_erased(case)

    def test_its_proposal_is_on_no_page_and_falls_with_the_next_sweep(
        self, case: Case, client: Client
    ) -> None:
        erasure = make_erasure(case)
        reopen(case)
        client.force_login(make_supervisor(case))
        assert client.get(reverse("rights:retention")).context["proposed_count"] == 0
        erasing.propose_due()
        erasure.refresh_from_db()
        assert erasure.state == ErasureState.DROPPED

    def test_it_is_proposed_again_when_its_time_is_over_again(self, case: Case) -> None:
        make_erasure(case)
        reopen(case)
        close(case, ago=timedelta(days=3999))
        Erasure.objects.update(proposed_at=timezone.now() - YEARS)
        assert erasing.propose_due() == 1


class TestAnOpenRequest:
    """What the worker asks is answered before the data goes that the answer is about."""

    def test_one_since_the_proposal_keeps_the_case(self, case: Case) -> None:
        erasure = make_erasure(case)
        make_request(case=case)
        assert actions.confirm(by=make_supervisor(case), erasures=[erasure]) == 0

    def test_one_after_the_word_puts_it_before_a_person_again_who_is_told(self, case: Case) -> None:
        erasure = make_erasure(case, state=ErasureState.CONFIRMED)
        Notification.objects.all().delete()
        boss = make_supervisor(case)
        make_request(case=case)
        assert not erasing.erase(erasure.pk)
        erasure.refresh_from_db()
        assert erasure.state == ErasureState.PROPOSED
        assert not is_erased(case)
        assert boss.pk in Notification.objects.filter(kind=Kind.ERASURES_DUE).values_list(
            "recipient", flat=True
        )

    def test_who_asks_for_a_copy_and_for_erasure_gets_the_copy_first(self, case: Case) -> None:
        copy = make_request(case=case)
        request, boss = make_granted("erasure", case=case)
        with pytest.raises(Refused, match=f"{copy.reference}: still open"):
            step("carry_out", request, boss)


class TestAPause:
    """A worker who has the data paused may need it; one who has it erased does not."""

    def test_one_since_the_proposal_keeps_the_case(self, case: Case) -> None:
        erasure = make_erasure(case)
        Case.objects.filter(pk=case.pk).update(paused_at=timezone.now())
        assert actions.confirm(by=make_supervisor(case), erasures=[erasure]) == 0

    def test_it_is_no_hindrance_to_erasing_what_the_worker_wants_erased(self, case: Case) -> None:
        request, boss = make_granted("erasure", case=case)
        Case.objects.filter(pk=case.pk).update(paused_at=timezone.now())
        step("carry_out", request, boss)
        assert erasing.erase_due() == 1


class TestErasureAskedForTwice:
    def test_both_requests_are_carried_out_by_the_one_erasure(self, case: Case) -> None:
        first, boss = make_granted("erasure", case=case)
        second, _boss = make_granted("erasure", case=case)
        step("carry_out", first, boss)
        step("carry_out", second, boss)
        assert erasing.erase_due() == 1
        assert set(DataRequest.objects.values_list("state", flat=True)) == {RequestState.DONE}

    def test_one_that_is_granted_when_nothing_is_left_is_done_at_once(self, case: Case) -> None:
        first, boss = make_granted("erasure", case=case)
        second, _boss = make_granted("erasure", case=case)
        DataRequest.objects.filter(pk=second.pk).update(state=RequestState.IDENTIFIED)
        step("carry_out", first, boss)
        erasing.erase_due()
        step("decide", second, boss)
        assert step("carry_out", second, boss).state == RequestState.DONE


class TestPutBack:
    """A request whose erasure could not be done is carried out anew; its page does not say that the worker is at it."""

    def put_back(self, case: Case) -> tuple[DataRequest, User]:
        request, boss = make_granted("erasure", case=case)
        step("carry_out", request, boss)
        referral, _officer = make_referral_in("sent")
        Referral.objects.filter(pk=referral.pk).update(case=case)
        assert erasing.erase_due() == 0
        Referral.objects.filter(pk=referral.pk).update(state="withdrawn")
        return request, boss

    def test_from_its_own_page(self, case: Case, client: Client) -> None:
        request, boss = self.put_back(case)
        client.force_login(boss)
        page = client.get(request.get_absolute_url())
        assert not page.context["erasing"]
        assert "Erase for good" in page.text
        step("carry_out", request, boss)
        assert erasing.erase_due() == 1

    def test_from_the_page_of_what_is_due_where_an_open_case_shows_no_day_of_closing(
        self, case: Case, client: Client
    ) -> None:
        request, boss = self.put_back(case)
        client.force_login(boss)
        assert case.reference in client.get(reverse("rights:retention")).text
        client.post(reverse("rights:confirm"), {"erasure": Erasure.objects.get().pk})
        assert erasing.erase_due() == 1
        request.refresh_from_db()
        assert request.state == RequestState.DONE


class TestTakenBack:
    """Whoever asked for erasure may change their mind until the deed; then a person refuses what was granted."""

    def taken_back(self, request: DataRequest, boss: User) -> DataRequest:
        return step("decide", request, boss, ground="taken_back", note="She called.")

    def test_before_it_is_carried_out(self, case: Case) -> None:
        request, boss = make_granted("erasure", case=case)
        assert self.taken_back(request, boss).state == RequestState.REFUSED
        with pytest.raises(Refused, match="no longer fits"):
            step("carry_out", request, boss)
        assert not step("tell", request, boss).is_open

    def test_between_the_word_and_the_deed(self, case: Case) -> None:
        request, boss = make_granted("erasure", case=case)
        step("carry_out", request, boss)
        self.taken_back(request, boss)
        assert erasing.erase_due() == 0
        assert not is_erased(case)

    def test_after_the_deed_it_is_too_late(self, case: Case) -> None:
        request, boss = make_granted("erasure", case=case)
        step("carry_out", request, boss)
        Erasure.objects.update(state=ErasureState.ERASED, erased_at=timezone.now())
        with pytest.raises(Refused, match="too late"):
            self.taken_back(request, boss)

    def test_the_page_offers_to_refuse_and_not_to_grant_again(self, case: Case, client: Client) -> None:
        request, boss = make_granted("erasure", case=case)
        client.force_login(boss)
        page = client.get(request.get_absolute_url()).text
        assert 'value="taken_back"' in page
        assert 'value="grant"' not in page
        data = {"version": 3, "decision": "proceedings", "note": "A trial."}
        assert client.post(reverse("rights:decide", args=[request.pk]), data).status_code == 302

    def test_a_copy_made_before_is_handed_to_nobody(self, case: Case, client: Client) -> None:
        request, boss = make_granted(case=case)
        export = actions.ask_export(by=boss, request=request, key=uuid4())
        exporting.build(export.pk)
        step("decide", request, boss, ground="endangers", note="He watches her mail.")
        client.force_login(boss)
        assert client.get(reverse("rights:export_json", args=[request.pk, export.pk])).status_code == 410


class TestAHold:
    def test_one_that_stands_is_asked_again_before_the_deed(self, case: Case) -> None:
        erasure = make_erasure(case, state=ErasureState.CONFIRMED)
        now = timezone.now()
        LegalHold.objects.create(
            case=case,
            reason="A trial.",
            placed_at=now,
            placed_by=case.created_by,
            review_on=timezone.localdate(),
        )
        assert not erasing.erase(erasure.pk)
        assert not is_erased(case)

    def test_one_that_comes_before_the_deed_is_in_time(self, case: Case) -> None:
        erasure = make_erasure(case, state=ErasureState.CONFIRMED)
        day = timezone.localdate() + timedelta(days=30)
        actions.hold(by=make_supervisor(case), case=case, key=uuid4(), reason="A trial.", review_on=day)
        assert erasing.erase_due() == 0
        erasure.refresh_from_db()
        assert erasure.state == ErasureState.DROPPED
        assert not is_erased(case)

    def test_one_that_comes_after_it_is_told_so(self, case: Case) -> None:
        make_erasure(case, state=ErasureState.ERASED)
        day = timezone.localdate() + timedelta(days=30)
        with pytest.raises(Refused, match="too late"):
            actions.hold(by=make_supervisor(case), case=case, key=uuid4(), reason="A trial.", review_on=day)

    def test_on_an_erased_case_it_holds_nothing(self, case: Case) -> None:
        make_erasure(case, state=ErasureState.ERASED)
        now = timezone.now()
        LegalHold.objects.create(
            case=case, placed_at=now, placed_by=case.created_by, review_on=timezone.localdate()
        )
        assert not LegalHold.objects.standing().exists()


def meeting(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, which lets two threads that come to it go on together; one alone goes on after a moment."""
    both = threading.Barrier(2)

    def met(*args: Any, **kwargs: Any) -> Any:
        answer = call(*args, **kwargs)
        try:
            both.wait(timeout=1)
        except threading.BrokenBarrierError:
            return answer
        return answer

    return met


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture(autouse=True)
    def _rule(self) -> None:
        """What migrations wrote is gone after another test that commits."""
        RetentionRule.objects.get_or_create(
            outcome_class="resolved", defaults={"months": 60, "source": "own"}
        )

    def test_a_hold_and_the_word_never_both_stand(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        erasure = make_erasure(case)
        boss, other = make_supervisor(case), make_supervisor(case)
        day = timezone.localdate() + timedelta(days=30)
        monkeypatch.setattr(rules, "decides_on", meeting(rules.decides_on))
        at_once(
            lambda: actions.confirm(by=boss, erasures=[erasure]),
            lambda: actions.hold(by=other, case=case, key=uuid4(), reason="A trial.", review_on=day),
        )
        erasure.refresh_from_db()
        held = LegalHold.objects.standing().filter(case=case).exists()
        assert held != (erasure.state == ErasureState.CONFIRMED)

    def test_of_two_cases_of_one_worker_the_second_takes_the_workers_key_with_it(
        self, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = make_case(by=case.created_by)
        Case.objects.filter(pk=other.pk).update(worker=case.worker)
        erasures = [make_erasure(one, state=ErasureState.CONFIRMED) for one in (case, other)]
        monkeypatch.setattr(wiping, "keys_of", meeting(wiping.keys_of))
        assert at_once(*[lambda pk=row.pk: erasing.erase(pk) for row in erasures]) == [True, True]
        worker = Worker.objects.get(pk=case.worker_id)
        assert worker.name == ""
        assert DataKey.objects.get(pk=worker.data_key_id).destroyed_at is not None
