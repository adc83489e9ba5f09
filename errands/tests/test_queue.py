"""Rows that a worker has still to act on: claimed by one, fenced, tried again, parked. E-mails and referrals stand for all."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases.tests.factories import make_case
from errands import clock
from errands.patience import A_DAY, Patience
from errands.queue import QUEUES, Failed, Halt, Queue
from notifications import actions
from notifications.choices import EmailState
from notifications.models import Email
from privacy import tracing
from privacy.acting import as_portal
from referrals import routing
from referrals.tests.factories import make_referral

pytestmark = pytest.mark.django_db

EMAILS = QUEUES["email"]


def write(count: int = 1) -> list[Email]:
    return [
        actions.send_email(to=f"{number}@example.org", subject="Hello", body="Text.")
        for number in range(count)
    ]


def now(row: Email) -> Email:
    return Email.objects.get(pk=row.pk)


def make_due() -> None:
    Email.objects.update(next_at=timezone.now() - timedelta(seconds=1))


class TestClaims:
    def test_a_claim_is_for_one_until_the_lease_ends(self) -> None:
        (row,) = write()
        (mine,) = EMAILS.claim(10)
        assert (mine.pk, mine.attempts, mine.fence) == (row.pk, 1, 1)
        assert EMAILS.claim(10) == []
        make_due()
        (again,) = EMAILS.claim(10)
        assert (again.attempts, again.fence) == (2, 2)

    def test_who_lost_the_lease_changes_nothing(self) -> None:
        write()
        (old,) = EMAILS.claim(1)
        make_due()
        (new,) = EMAILS.claim(1)
        assert not EMAILS.renew(old)
        EMAILS.give_back(old)
        EMAILS.put_off(old, "Late")
        assert (now(new).fence, now(new).attempts, now(new).error) == (2, 2, "")
        assert EMAILS.renew(new)

    def test_tries_that_begin_anew_do_not_let_an_old_holder_in(self) -> None:
        (row,) = write()
        Email.objects.update(attempts=A_DAY.most - 1)
        (old,) = EMAILS.claim(1)
        Email.objects.update(state=EmailState.PARKED)
        assert EMAILS.retry(row.pk)
        assert not EMAILS.retry(row.pk), "twice is once"
        EMAILS.claim(1)
        EMAILS.put_off(old, "Late")
        assert (now(row).attempts, now(row).error) == (1, "")

    def test_what_was_given_back_was_not_tried(self) -> None:
        write()
        (row,) = EMAILS.claim(1)
        EMAILS.give_back(row)
        assert now(row).attempts == 0
        assert EMAILS.claim(1) != []


class TestCarryingOut:
    def test_one_that_fails_is_put_off_and_holds_up_no_other(self) -> None:
        bad, *good = write(3)

        def do(row: Email) -> None:
            if row.pk == bad.pk:
                raise Failed("Refused")
            EMAILS.mine(row).update(state=EmailState.SENT)

        assert EMAILS.carry_out(do) == 3
        assert (now(bad).state, now(bad).error) == (EmailState.DUE, "Refused")
        assert Email.objects.filter(pk=bad.pk, next_at__gt=timezone.now() + timedelta(seconds=3)).exists()
        assert {now(row).state for row in good} == {EmailState.SENT}

    def test_what_would_fail_with_all_is_tried_with_one(self) -> None:
        rows = write(3)

        def do(_row: Email) -> None:
            raise Halt("Away")

        assert EMAILS.carry_out(do) == 1
        assert sorted(now(row).attempts for row in rows) == [0, 0, 1]
        assert EMAILS.due().count() == 2

    def test_when_the_time_is_up_the_rest_stays_due(self) -> None:
        rows = write(3)
        assert EMAILS.carry_out(lambda _row: None, seconds=0) == 0
        assert EMAILS._do_each(EMAILS.claim(3), lambda _row: None, end=0) == 0
        assert {(now(row).attempts, now(row).error) for row in rows} == {(0, "")}
        assert EMAILS.due().count() == 3

    def test_one_that_kills_its_workers_is_given_up_without_another_try(self) -> None:
        (row,) = write()
        Email.objects.update(attempts=A_DAY.most)  # each claim counts, and none came to an end
        tried: list[Any] = []
        EMAILS.carry_out(tried.append)
        assert tried == []
        assert (now(row).state, now(row).error) == (EmailState.PARKED, "WorkerDied")

    def test_an_unexpected_error_is_logged_by_its_kind(self, caplog: pytest.LogCaptureFixture) -> None:
        (row,) = write()
        EMAILS.carry_out(lambda _row: 1 / 0)
        assert now(row).error == "ZeroDivisionError"
        assert f"email {row.pk} failed" in caplog.text


class TestOrder:
    def test_partners_take_turns_and_an_emergency_goes_first(self) -> None:
        many, few = make_user(partner=make_partner()), make_user(partner=make_partner())
        crowd = [make_referral(case=make_case(by=many)) for _number in range(6)]
        late = make_referral(case=make_case(by=few))
        emergency = make_referral(case=make_case(by=few, urgency="emergency"))
        first, second, third = routing.QUEUE.claim(3)
        assert first == emergency
        assert {second, third} == {crowd[0], late}

    def test_a_case_that_is_paused_waits(self) -> None:
        case = make_case()
        make_referral(case=case)
        type(case).objects.filter(pk=case.pk).update(paused_at=timezone.now())
        assert routing.QUEUE.claim(5) == []


@pytest.mark.parametrize("tries", range(1, 40))
def test_the_waits_grow_and_have_an_end(tries: int) -> None:
    patience = Patience(timedelta(seconds=10), timedelta(minutes=10), most=6)
    assert timedelta(seconds=5) <= patience.after(tries) <= timedelta(minutes=10)
    if tries > 1:
        assert patience.after(tries) >= timedelta(seconds=10)


def test_an_errand_is_tried_for_about_a_day() -> None:
    assert timedelta(hours=24) < A_DAY.longest < timedelta(hours=36)


class TestTrace:
    """What is done with a row bears the id of the request in which somebody asked for it, whoever does it and when."""

    def test_each_row_is_done_under_its_own(self) -> None:
        seen: dict[str, str] = {}
        for known in ("one", "two"):
            with tracing.trace(known):
                actions.send_email(to=f"{known}@example.org", subject="Hello", body="Text.")
        actions.send_email(to="none@example.org", subject="Hello", body="Text.")
        with tracing.trace("the sweep"):
            EMAILS.carry_out(lambda row: seen.update({row.to: tracing.current_id()}))
            assert tracing.current_id() == "the sweep"
        assert seen == {"one@example.org": "one", "two@example.org": "two", "none@example.org": "the sweep"}

    def test_every_queue_keeps_it(self) -> None:
        for queue in QUEUES.values():
            with tracing.trace("asked"):
                assert getattr(queue.model(), queue.trace_id) == "asked"


class TestClock:
    """The database's clock was an hour fast while these rows were written, taken or put off, and is right again."""

    def an_hour_fast(self) -> None:
        Email.objects.filter(next_at__isnull=False).update(next_at=F("next_at") + timedelta(hours=1))

    @pytest.mark.parametrize("failed", [False, True])
    @pytest.mark.parametrize("tries", range(4))
    def test_what_waits_for_a_time_of_the_wrong_clock_is_due(self, tries: int, failed: bool) -> None:
        write(2)
        for number in range(tries):
            rows = EMAILS.claim(5)
            assert len(rows) == 2
            if failed:
                for row in rows:
                    EMAILS.put_off(row, "Refused")
            if number < tries - 1:
                make_due()
        self.an_hour_fast()
        assert EMAILS.claim(5) == []
        assert clock.look() == 2
        assert len(EMAILS.claim(5)) == 2

    def test_leases_and_waits_are_left_as_they_are(self) -> None:
        write(3)
        for tries in range(EMAILS.patience.most - 1):
            rows = EMAILS.claim(3)
            assert clock.look() == 0, tries
            for row in rows:
                EMAILS.put_off(row, "Refused")
            assert clock.look() == 0, tries
            make_due()

    def test_and_what_is_over_stays_over(self) -> None:
        write()
        self.an_hour_fast()
        Email.objects.update(state=EmailState.SENT)
        assert clock.look() == 0
        assert EMAILS.claim(5) == []

    def test_a_crowd_of_them_in_pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clock, "AT_ONCE", 2)
        write(5)
        self.an_hour_fast()
        assert clock.look() == 5
        assert len(EMAILS.claim(9)) == 5

    def test_the_question_fits_the_columns_of_every_queue(self) -> None:
        for queue in QUEUES.values():
            assert not queue.too_far_ahead().exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_take_each_row_once() -> None:
    rows = write(40)
    taken: list[list[int]] = [[], []]
    start = threading.Barrier(2)

    def work(mine: list[int]) -> None:
        start.wait()
        while batch := EMAILS.claim(3):
            mine += [row.pk for row in batch]
        connection.close()

    threads = [threading.Thread(target=work, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken[0] + taken[1]) == sorted(row.pk for row in rows)


def test_every_queue_can_say_what_waits_and_what_was_given_up() -> None:
    for queue in QUEUES.values():
        assert queue.due().count() == 0
        assert queue.given_up().count() == 0
        assert str(queue.title)
        assert isinstance(queue, Queue)


@as_portal()
def test_one_that_was_given_up_is_not_due() -> None:
    (row,) = write()
    Email.objects.update(attempts=A_DAY.most - 1)
    EMAILS.carry_out(lambda _row: 1 / 0)
    assert list(EMAILS.given_up()) == [row]
    assert EMAILS.all_waiting().count() == 0
