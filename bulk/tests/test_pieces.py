"""Long acts go in pieces: none is done twice or half, whoever is killed, sleeps or is stopped, and none grows with the number."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bulk import actions, working
from bulk.choices import BulkState, Kind
from bulk.kinds import Assigning, Doing
from bulk.models import BulkAct
from cases.choices import EventKind
from cases.models import Case, CaseEvent
from cases.tests.factories import make_case
from privacy import keys

from .factories import Team, confirmed, done, due_again, make_team, new_topic, worked

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> Team:
    monkeypatch.setattr(Doing, "size", 2)
    monkeypatch.setattr(working, "LOOKED_UP", 4)
    monkeypatch.setattr("errands.pieces.TURN", 600)  # seconds: no test depends on how fast it is
    return make_team(6)


class Killed(BaseException):
    """What a worker dies of."""


def dying(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker die in its `times`th piece, after that was written and before it is committed."""
    do, pieces = Assigning.do, []

    def fatal(self: Assigning, *arguments: Any) -> None:
        do(self, *arguments)
        pieces.append(self)
        if len(pieces) == times:
            raise Killed

    monkeypatch.setattr(Assigning, "do", fatal)


def given(team: Team) -> int:
    return Case.objects.filter(assigned_to=team.colleague).count()


def test_a_worker_that_is_killed_leaves_whole_pieces_and_another_goes_on(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = confirmed(team.supervisor, team.cases, to=team.colleague)
    dying(2, monkeypatch)
    with pytest.raises(Killed):
        working.work(act.pk)
    act.refresh_from_db()
    assert (given(team), act.rows_done, act.state) == (2, 2, BulkState.DOING)
    due_again(act)
    act = worked(act)
    assert (given(team), act.rows_done, act.state) == (6, 6, BulkState.DONE)
    assert CaseEvent.objects.filter(kind=EventKind.ASSIGNED).count() == 6


def test_a_worker_that_is_killed_while_looking_up_leaves_no_case_out_and_none_twice(team: Team) -> None:
    act = confirmed(team.supervisor, [], asked={"tab": "team"}, to=team.colleague)
    [dead] = working.QUEUE.claim(1)
    working._gather(dead)
    due_again(act)
    act = worked(act)
    found = [case for piece in act.pieces.all() for case in piece.cases]
    assert sorted(found) == [case.pk for case in team.cases]
    assert list(act.pieces.values_list("number", flat=True)) == [0, 1, 2]


def test_a_worker_that_slept_through_its_lease_writes_nothing(team: Team) -> None:
    act = confirmed(team.supervisor, team.cases, to=team.colleague)
    [sleeper] = working.QUEUE.claim(1)
    due_again(act)
    worked(act)
    events = CaseEvent.objects.count()
    working._work_on(sleeper)
    sleeper.state = BulkState.DOING
    working._work_on(sleeper)
    assert CaseEvent.objects.count() == events


def test_stopping_keeps_what_was_done_and_that_can_be_taken_back(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = confirmed(team.supervisor, team.cases, to=team.colleague)
    do = Assigning.do

    def stopped(self: Assigning, *arguments: Any) -> None:
        do(self, *arguments)
        actions.stop(by=team.supervisor, act=act)

    monkeypatch.setattr(Assigning, "do", stopped)
    act = worked(act)
    assert (act.state, act.rows_done, given(team)) == (BulkState.STOPPED, 2, 2)
    monkeypatch.undo()
    actions.undo(by=team.supervisor, act=act)
    assert (worked(act).rows_undone, given(team)) == (2, 0)


def test_what_fails_again_and_again_is_given_up_and_can_be_taken_back(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = confirmed(team.supervisor, team.cases, to=team.colleague)
    do, pieces = Assigning.do, []

    def failing(self: Assigning, *arguments: Any) -> None:
        pieces.append(self)
        if len(pieces) > 1:
            raise ValueError
        do(self, *arguments)

    monkeypatch.setattr(Assigning, "do", failing)
    for _try in range(5):
        due_again(act)
        working.work(act.pk)
    act.refresh_from_db()
    assert (act.state, act.rows_done, act.problem["code"]) == (BulkState.STOPPED, 2, "tried_often")
    monkeypatch.undo()
    actions.undo(by=team.supervisor, act=act)
    assert (worked(act).state, given(team)) == (BulkState.UNDONE, 0)


@pytest.mark.parametrize("kind", [Kind.ASSIGN, Kind.TOPIC, Kind.MESSAGE])
def test_a_piece_takes_the_same_statements_however_many_cases_it_has(
    kind: Kind, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    every: dict[Kind, dict[str, Any]] = {
        Kind.ASSIGN: {"to": team.colleague},
        Kind.TOPIC: {"topic": new_topic()},
        Kind.MESSAGE: {"text": "Mohon ditinjau."},
    }
    values = every[kind]
    counts = []
    for size in (2, 4):
        monkeypatch.setattr(Doing, "size", size)
        cases = [make_case(by=team.caseworker) for _number in range(size)]
        act = confirmed(team.supervisor, cases, kind, **values)
        [claimed] = working.QUEUE.claim(1)
        working._gather(claimed)
        BulkAct.objects.filter(pk=act.pk).update(next_at=None)
        due_again(act)
        [claimed] = working.QUEUE.claim(1)
        with keys.scope(), CaptureQueriesContext(connection) as taken:
            assert working._do_next(claimed)
        counts.append(len(taken))
        assert worked_off(act) == size
    assert counts[0] == counts[1]


def worked_off(act: BulkAct) -> int:
    act.refresh_from_db()
    BulkAct.objects.filter(pk=act.pk).update(next_at=None)
    return act.rows_changed


def test_no_case_of_a_large_filter_is_read_twice_or_by_offset(team: Team) -> None:
    act = confirmed(team.supervisor, [], asked={"tab": "team"}, to=team.colleague)
    with CaptureQueriesContext(connection) as taken:
        worked(act)
    statements = [query["sql"] for query in taken]
    assert not any("OFFSET" in text or "COUNT(" in text for text in statements)


def test_two_acts_on_the_same_cases_follow_each_other(team: Team) -> None:
    done(team.supervisor, team.cases, to=team.colleague)
    act = done(team.supervisor, team.cases, to=team.supervisor)
    assert act.rows_changed == 6
    assert given(team) == 0
