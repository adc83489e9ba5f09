"""Time limits beside the next move: how long they are, and what the sweep tells, once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.choices import DeadlineUnit
from agencies.models import Deadline, PartnerDeadline
from agencies.tests.factories import make_partner
from cases import clock_rows, clocks, tasks
from cases.choices import ClockCode, EventKind
from cases.models import Case, CaseEvent, Clock
from notifications.models import Notification
from privacy.acting import as_portal
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral_in

from .factories import make_case

pytestmark = pytest.mark.django_db

WIB = ZoneInfo("Asia/Jakarta")
LENGTHS = {
    ClockCode.DOCS_INCOMPLETE: (30, "days"),
    ClockCode.DATA_UNCLEAR: (15, "working days"),
    ClockCode.UNREACHABLE: (60, "days"),
    ClockCode.NO_REPLY: (6, "months"),
    ClockCode.PDP_WITHDRAW: (72, "hours"),
}


@pytest.fixture(autouse=True)
def _policy(request: pytest.FixtureRequest) -> None:
    make_policy()


def make_policy() -> None:
    for code, (value, unit) in LENGTHS.items():
        Deadline.objects.create(code=code, topic="complaint", duty=code, value=value, unit=unit, basis="law")


def wib(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=WIB)


def started(
    code: ClockCode = ClockCode.DOCS_INCOMPLETE,
    *,
    on: Any = None,
    at: datetime | None = None,
    state: str = "accepted",
) -> Clock:
    """A clock on a referral that was accepted, or on the case of `on`."""
    referral = on or make_referral_in(state)[0]
    assert referral.receiver is not None
    with transaction.atomic():
        return clocks.start(
            case=referral.case,
            code=code,
            partner=referral.receiver if code == ClockCode.PDP_WITHDRAW else referral.sender,
            by=referral.accepted_by,
            referral=referral,
            note="The contract is missing.",
            at=at,
        )


# Worked out by hand. Nyepi and Lebaran 2026: 18–20 and 23–24 March are days off, 3 April is Good Friday.
TABLE = [
    (ClockCode.DOCS_INCOMPLETE, wib(2026, 3, 2, 9), wib(2026, 3, 22, 9), wib(2026, 4, 1, 9)),
    (ClockCode.DATA_UNCLEAR, wib(2026, 3, 9, 8), wib(2026, 3, 27, 16), wib(2026, 4, 6, 16)),
    (ClockCode.UNREACHABLE, wib(2026, 1, 15, 10), wib(2026, 2, 24, 10), wib(2026, 3, 16, 10)),
    (ClockCode.NO_REPLY, wib(2026, 8, 31, 10), wib(2026, 12, 30, 2), wib(2027, 2, 28, 10)),
    (ClockCode.PDP_WITHDRAW, wib(2026, 3, 20, 23), wib(2026, 3, 22, 23), wib(2026, 3, 23, 23)),
]


@pytest.mark.parametrize(("code", "start", "warn", "due"), TABLE)
def test_a_clock_is_as_long_as_the_law_says(
    code: ClockCode, start: datetime, warn: datetime, due: datetime
) -> None:
    clock = started(code, at=start)
    assert abs(clock.warn_at - warn) < timedelta(seconds=1)
    assert clock.due_at == due
    assert clock.next_at == clock.warn_at


def test_a_partner_may_have_agreed_to_another_length() -> None:
    referral, _officer = make_referral_in("accepted")
    PartnerDeadline.objects.create(
        partner=referral.sender,
        deadline_id=ClockCode.DOCS_INCOMPLETE,
        value=45,
        unit=DeadlineUnit.DAYS,
        counting="clock",
    )
    clock = started(on=referral)
    assert clock.due_at - clock.started_at == timedelta(days=45)


def test_starting_writes_an_event_and_tells_the_caseworker() -> None:
    clock = started()
    event = CaseEvent.objects.get(kind=EventKind.CLOCK_STARTED)
    assert (event.referral, event.text, event.data) == (
        clock.referral,
        "The contract is missing.",
        {"code": "DOCS_INCOMPLETE"},
    )
    note = Notification.objects.get(kind="clock_started")
    assert clock.referral is not None
    assert (note.recipient, note.path) == (clock.case.assigned_to, clock.referral.get_absolute_url())


def test_starting_what_runs_already_does_nothing() -> None:
    clock = started()
    assert started(on=clock.referral) == clock
    assert CaseEvent.objects.filter(kind=EventKind.CLOCK_STARTED).count() == 1


def test_a_stopped_one_may_start_again() -> None:
    clock = started()
    clocks.stop(clock=clock, by=None, note="Here it is.")
    assert started(on=clock.referral) != clock


class TestTheSweep:
    def test_tells_of_two_thirds_and_of_the_end_once_each(self) -> None:
        clock = started()
        moments = [clock.warn_at - timedelta(seconds=1), clock.warn_at, clock.due_at]
        told = [[clocks.look_at_due(moment) for _sweep in range(10)] for moment in moments]
        assert told == [[0] * 10, [1] + [0] * 9, [1] + [0] * 9]
        kinds = list(CaseEvent.objects.filter(kind__startswith="clock").values_list("kind", flat=True))
        assert kinds == ["clock_started", "clock_warned", "clock_ran_out"]
        clock.refresh_from_db()
        assert (clock.next_at, clock.ran_out_at) == (None, clock.due_at)

    def test_after_days_down_only_the_end_is_told(self) -> None:
        clock = started()
        late = clock.due_at + timedelta(days=3)
        assert [clocks.look_at_due(late) for _sweep in range(3)] == [1, 0, 0]
        assert not CaseEvent.objects.filter(kind=EventKind.CLOCK_WARNED).exists()
        clock.refresh_from_db()
        assert clock.ran_out_at == late

    def test_says_nothing_of_a_stopped_clock(self) -> None:
        clock = started()
        clocks.stop(clock=clock, by=None, note="Here it is.")
        assert clocks.look_at_due(clock.due_at) == 0

    def test_is_what_the_task_does(self) -> None:
        started(at=timezone.now() - timedelta(days=25))
        assert tasks.sweep() == 1

    def test_open_pages_refresh(self) -> None:
        clock = started()
        clocks.look_at_due(clock.warn_at)
        assert Referral.objects.get(clocks=clock).changed_at == clock.warn_at
        assert Case.objects.get(pk=clock.case_id).changed_at == clock.warn_at


class TestWhoIsTold:
    def test_of_a_complaint_clock_the_caseworker_and_at_the_end_the_officer(self) -> None:
        referral, officer = make_referral_in("accepted")
        make_officer(officer.partner)
        clock = started(on=referral)
        clocks.look_at_due(clock.warn_at)
        assert told("clock_warning") == {referral.case.assigned_to}
        clocks.look_at_due(clock.due_at)
        assert told("clock_ran_out") == {referral.case.assigned_to, officer}

    def test_the_team_when_the_caseworker_has_left_and_the_officers_when_theirs_has(self) -> None:
        referral, officer = make_referral_in("accepted")
        colleague = make_user(partner=referral.sender)
        other_officer = make_officer(officer.partner)
        clock = started(on=referral)
        User.objects.filter(pk__in=[referral.case.assigned_to_id, officer.pk]).update(is_active=False)
        clocks.look_at_due(clock.due_at)
        assert told("clock_ran_out") == {colleague, other_officer}

    def test_of_a_withdrawn_consent_the_receiver_and_at_the_end_the_sender(self) -> None:
        referral, officer = make_referral_in("accepted")
        clock = started(ClockCode.PDP_WITHDRAW, on=referral)
        assert told("clock_started") == set()
        clocks.look_at_due(clock.warn_at)
        assert told("clock_warning") == {officer}
        clocks.look_at_due(clock.due_at)
        assert told("clock_ran_out") == {officer, referral.case.assigned_to}

    def test_a_message_says_nothing_but_the_reference(self) -> None:
        clock = started()
        note = Notification.objects.get(kind="clock_started")
        assert clock.referral is not None
        assert note.reference == clock.referral.reference
        assert clock.case.worker.name not in note.title


class TestStopping:
    def test_stops_once_and_keeps_the_first_note(self) -> None:
        clock = started()
        by = clock.case.created_by
        first = clocks.stop(clock=clock, by=by, note="Here it is.")
        second = clocks.stop(clock=clock, by=None, note="Another.")
        assert (second.stopped_at, second.stop_note) == (first.stopped_at, "Here it is.")
        assert CaseEvent.objects.filter(kind=EventKind.CLOCK_STOPPED).count() == 1

    def test_one_that_has_run_out_can_still_be_stopped(self) -> None:
        clock = started()
        clocks.look_at_due(clock.due_at)
        assert clocks.stop(clock=clock, by=None, note="Late, but here.").stopped_at is not None


class TestTheRow:
    @pytest.mark.parametrize(("days", "percent"), [(0, 0), (15, 50), (30, 100), (99, 100)])
    def test_says_how_much_has_passed(self, days: int, percent: int) -> None:
        clock = started()
        assert clock_rows.percent(clock, clock.started_at + timedelta(days=days)) == percent

    def test_run_out_is_told_before_the_sweep_came_by(self) -> None:
        row = clock_rows.rows([started(at=timezone.now() - timedelta(days=31))])[0]
        assert row.ran_out
        assert row.clock.ran_out_at is None

    def test_of_another_case_is_not_shown(self, client: Any) -> None:
        started()
        other = make_case(by=make_user(partner=make_partner()))
        client.force_login(other.created_by)
        assert "The contract is missing." not in client.get(other.get_absolute_url()).text


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture(autouse=True)
    def _policy(self) -> None:
        make_policy()

    def test_many_sweeps_tell_once(self) -> None:
        clock = started()
        results = at_once(*[lambda: clocks.look_at_due(clock.warn_at)] * 6)
        assert sum(results) == 1, results
        assert Notification.objects.filter(kind="clock_warning").count() == 1

    def test_of_a_sweep_and_a_stop_at_once_nothing_is_told_after_the_stop(self) -> None:
        clock = started()
        at_once(
            lambda: clocks.look_at_due(clock.warn_at),
            lambda: stop(clock),
        )
        kinds = list(
            CaseEvent.objects.filter(kind__startswith="clock").values_list("kind", flat=True).order_by("pk")
        )
        assert kinds[-1] == "clock_stopped"
        assert Clock.objects.get().next_at is None

    def test_a_case_that_somebody_holds_is_skipped_and_found_later(self) -> None:
        clock = started()
        with transaction.atomic():
            Case.objects.select_for_update().get(pk=clock.case_id)
            assert at_once(lambda: clocks.look_at_due(clock.warn_at)) == [0]
        assert clocks.look_at_due(clock.warn_at) == 1


def stop(clock: Clock) -> None:
    with transaction.atomic():
        clocks.stop(clock=clock, by=None, note="Here it is.")


def told(kind: str) -> set[User]:
    return {row.recipient for row in Notification.objects.filter(kind=kind)}


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
