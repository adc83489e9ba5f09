"""What is due once its time has come, done in one transaction: once, all or nothing, tried again, given up."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone, translation

from accounts.tests.factories import make_portal_admin
from errands import clock, moments
from errands.models import Trouble
from errands.moments import MOMENTS, Moment, held
from errands.patience import A_DAY
from errands.queue import QUEUES
from notifications import actions
from notifications.choices import EmailState
from notifications.models import Email
from pmi_portal import machinery
from pmi_portal.local.folders import REPOSITORY
from privacy import tracing

pytestmark = pytest.mark.django_db

NAME = "of-tests"


class Ticks:
    """E-mails stand for rows whose time comes; those in `bad` fail when half of what is to be done is written."""

    def __init__(self) -> None:
        self.bad: set[int] = set()
        self.tried: list[tuple[int, str]] = []
        self.moment: Moment[Email] = Moment(NAME, "Ticks", due=self.due, look=self.look)

    def due(self, now: datetime) -> QuerySet[Email]:
        return Email.objects.filter(state=EmailState.DUE, next_at__lte=now).order_by("next_at")

    def look(self, pk: int, now: datetime) -> bool:
        row = held(self.due(now), pk).first()
        if row is None:
            return False
        self.tried.append((pk, tracing.current_id()))
        Email.objects.filter(pk=pk).update(state=EmailState.SENT)
        if pk in self.bad:
            raise ValueError("about somebody")
        Email.objects.filter(pk=pk).update(error="done")
        return True

    def sweep(self) -> int:
        return self.moment.sweep(timezone.now() + timedelta(seconds=1))


@pytest.fixture
def ticks() -> Iterator[Ticks]:
    yield Ticks()
    del MOMENTS[NAME], QUEUES[NAME]


def write(count: int = 1) -> list[Email]:
    return [
        actions.send_email(to=f"{number}@example.org", subject="Hello", body="Text.")
        for number in range(count)
    ]


def done() -> int:
    return Email.objects.filter(state=EmailState.SENT, error="done").count()


def wait_is_over() -> None:
    Trouble.objects.filter(is_given_up=False).update(next_at=Now())


class TestFailing:
    def test_one_that_fails_holds_up_no_other_and_keeps_its_own_time(self, ticks: Ticks) -> None:
        bad, *_good = write(4)
        ticks.bad = {bad.pk}
        assert [ticks.sweep(), ticks.sweep()] == [3, 0]
        assert [pk for pk, _trace in ticks.tried].count(bad.pk) == 1, "it waits"
        now = Email.objects.get(pk=bad.pk)
        assert (now.state, now.next_at, now.error) == (EmailState.DUE, bad.next_at, "")

    def test_what_is_noted_is_the_kind_of_the_error_and_nothing_that_it_says(self, ticks: Ticks) -> None:
        (bad,) = write()
        ticks.bad = {bad.pk}
        with tracing.trace("the first sweep"):
            ticks.sweep()
        note = Trouble.objects.get()
        assert (note.moment, note.row, note.attempts) == (NAME, str(bad.pk), 1)
        assert (note.problem, note.trace_id) == ("ValueError", "the first sweep")
        waits = Trouble.objects.annotate(wait=F("next_at") - Now()).get().wait
        assert timedelta(seconds=3) < waits <= A_DAY.first

    def test_each_try_is_under_the_trace_of_the_first(self, ticks: Ticks) -> None:
        (bad,) = write()
        ticks.bad = {bad.pk}
        for known in ("one", "two"):
            with tracing.trace(known):
                ticks.sweep()
            wait_is_over()
        assert ticks.tried == [(bad.pk, "one")] * 2
        assert Trouble.objects.get().attempts == 2

    def test_one_that_succeeds_later_leaves_no_note(self, ticks: Ticks) -> None:
        bad, _good = write(2)
        ticks.bad = {bad.pk}
        ticks.sweep()
        wait_is_over()
        ticks.bad = set()
        assert ticks.sweep() == 1
        assert not Trouble.objects.exists()
        assert done() == 2

    def test_a_row_that_is_no_longer_due_leaves_no_note(self, ticks: Ticks) -> None:
        rows = write(3)
        ticks.bad = {row.pk for row in rows}
        ticks.sweep()
        rows[0].delete()
        Email.objects.filter(pk=rows[1].pk).update(state=EmailState.PARKED)
        ticks.sweep()
        assert Trouble.objects.get().row == str(rows[2].pk)

    def test_many_that_fail_stand_before_nobody(self, ticks: Ticks, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(moments, "BATCH", 2)
        *bad, good = write(5)
        ticks.bad = {row.pk for row in bad}
        for _sweep in range(3):
            ticks.sweep()
        assert Email.objects.get(pk=good.pk).error == "done"


class TestGivenUp:
    AGAIN = f"/machinery/{NAME}/again/"

    @pytest.fixture
    def given_up(self, ticks: Ticks) -> Ticks:
        (bad,) = write()
        ticks.bad = {bad.pk}
        for _try in range(A_DAY.most):
            assert not ticks.moment.troubles.given_up().exists()
            ticks.sweep()
            wait_is_over()
        return ticks

    def test_after_a_day_of_tries_and_then_it_is_left_alone(self, given_up: Ticks) -> None:
        assert [note.attempts for note in given_up.moment.troubles.given_up()] == [A_DAY.most]
        given_up.sweep()
        assert len(given_up.tried) == A_DAY.most

    def test_one_click_has_it_tried_again_and_twice_is_once(self, given_up: Ticks, client: Client) -> None:
        client.force_login(make_portal_admin())
        page = client.get("/machinery/").text
        assert f'action="{self.AGAIN}"' in page
        assert "Ticks" in page
        assert "1 is tried again." in client.post(self.AGAIN, follow=True).text
        assert "nothing more" in client.post(self.AGAIN, follow=True).text
        given_up.bad = set()
        assert [given_up.sweep(), given_up.sweep()] == [1, 0]
        assert (done(), Trouble.objects.count()) == (1, 0)

    def test_what_a_person_settled_meanwhile_needs_no_click(self, given_up: Ticks) -> None:
        Email.objects.update(state=EmailState.SENT)
        given_up.sweep()
        assert machinery.state()["given_up"] == []

    def test_what_waits_is_told_while_there_is_something(self, ticks: Ticks) -> None:
        def told() -> list[int | None]:
            return [row.count for row in machinery.state()["waiting"] if row.name == "Ticks"]

        (bad,) = write()
        ticks.bad = {bad.pk}
        ticks.sweep()
        assert told() == []
        wait_is_over()
        assert told() == [1]


def test_a_time_of_a_wrong_clock_is_let_go(ticks: Ticks) -> None:
    (bad,) = write()
    ticks.bad = {bad.pk}
    ticks.sweep()
    assert clock.look() == 0
    Trouble.objects.update(next_at=F("next_at") + timedelta(hours=1))
    assert clock.look() == 1
    ticks.bad = set()
    assert ticks.sweep() == 1


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_sweeps_do_each_row_once(self, ticks: Ticks) -> None:
        rows = write(40)
        ready = threading.Barrier(2)
        counts: list[int] = []

        def sweep() -> None:
            ready.wait(timeout=10)
            counts.append(ticks.sweep())
            connection.close()

        threads = [threading.Thread(target=sweep) for _sweep in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert sorted(pk for pk, _trace in ticks.tried) == sorted(row.pk for row in rows)
        assert (sum(counts), done(), Trouble.objects.count()) == (40, 40, 0)

    def test_a_row_that_somebody_holds_is_left_to_the_next_sweep(self, ticks: Ticks) -> None:
        (row,) = write()
        counts: list[int] = []

        def sweep() -> None:
            counts.append(ticks.sweep())
            connection.close()

        with transaction.atomic():
            Email.objects.select_for_update().get(pk=row.pk)
            thread = threading.Thread(target=sweep)
            thread.start()
            thread.join(timeout=10)
        assert (counts, Trouble.objects.count()) == ([0], 0)
        assert ticks.sweep() == 1

    def test_a_look_that_is_killed_leaves_nothing_and_is_done_later(
        self, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write()
        monkeypatch.setattr(ticks, "bad", Killing())
        ticks.sweep()
        assert Email.objects.get().state == EmailState.DUE
        assert Trouble.objects.get().problem in {"OperationalError", "AdminShutdown"}
        monkeypatch.undo()
        wait_is_over()
        assert ticks.sweep() == 1


class Killing(set[int]):
    """Asked in the middle of a look, it ends the session there."""

    def __contains__(self, _pk: Any) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")  # which may end nothing
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return False


# Every moment ---------------------------------------------------------------------------------

ALL = {
    *("deadlines", "consents", "time-limits", "settlements", "nobody-reads"),
    *("requests", "breaches", "legal-holds", "reviews", "unused", "locks", "agreements"),
}


def test_every_moment_is_known_by_its_name_wherever_the_portal_runs() -> None:
    code = "import django; django.setup(); from errands.moments import MOMENTS; print(*MOMENTS)"
    alone = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True)
    assert set(alone.stdout.split()) == set(MOMENTS) == ALL, alone.stderr
    for name, moment in MOMENTS.items():
        assert (moment.name, QUEUES[name].model, str(moment.title)) == (
            name,
            Trouble,
            str(QUEUES[name].title),
        )
        with translation.override("en"):
            english = str(moment.title)
        with translation.override("id"):
            assert str(moment.title) != english


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_moment_says_what_is_due_looks_at_nothing_twice_and_forgets_what_is_over(
    name: str, client: Client
) -> None:
    moment, now = MOMENTS[name], timezone.now()
    assert moment.due(now).ordered
    assert not moment.due(now).query.is_sliced
    nobody = moment.due(now).model._meta.pk.to_python("0" * 32)
    with transaction.atomic():
        assert moment.look(nobody, now) is False
    Trouble.objects.create(moment=name, row=str(nobody), is_given_up=True)
    client.force_login(make_portal_admin())
    assert f'action="/machinery/{name}/again/"' in client.get("/machinery/").text
    assert moment.sweep() == 0
    assert not Trouble.objects.exists()
