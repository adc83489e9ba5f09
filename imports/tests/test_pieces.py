"""Long work in pieces: none is done twice or half, whoever is killed or sleeps, and none needs more memory than one."""

from __future__ import annotations

import gc
import time
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cases.models import Case
from imports import actions, checking, taking_in, working, writing
from imports.choices import ImportState
from imports.judging import Judge
from imports.models import CaseImport, ImportedCase
from imports.pieces import memory_of, pieces_of
from privacy import keys

from .factories import HEADER, check, checked, csv, imported, make_reference, make_supervisor, read, row, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr(taking_in, "PIECE", 10)
    monkeypatch.setattr("errands.pieces.TURN", 600)  # seconds: no test depends on how fast it is
    make_reference()
    return make_supervisor()


def confirmed(count: int, by: User) -> CaseImport:
    """A table of so many rows whose import was asked for."""
    table = checked(csv(*(row(number) for number in range(count))), by)
    return actions.carry_out(by=by, table=table)


def due_again(table: CaseImport) -> None:
    """As if the lease of whoever had it were over."""
    CaseImport.objects.filter(pk=table.pk).update(next_at=Now() - timedelta(seconds=1))


class Killed(BaseException):
    """What a worker dies of."""


def test_a_worker_that_is_killed_leaves_whole_pieces_and_another_goes_on(
    by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, made = confirmed(30, by), []
    save = writing.Batch.save

    def dying(self: writing.Batch) -> None:
        save(self)
        made.append(self)
        if len(made) == 2:
            raise Killed

    monkeypatch.setattr(writing.Batch, "save", dying)
    with pytest.raises(Killed):
        working.work(table.pk)
    table.refresh_from_db()
    assert (Case.objects.count(), table.cases_made, table.state) == (10, 10, ImportState.IMPORTING)
    due_again(table)
    working.work(table.pk)
    table.refresh_from_db()
    assert (Case.objects.count(), table.cases_made, table.state) == (30, 30, ImportState.DONE)
    references = list(Case.objects.order_by("imported__row").values_list("reference", flat=True))
    assert references == sorted(references)
    assert ImportedCase.objects.values("token").distinct().count() == 30


def test_a_worker_that_slept_through_its_lease_writes_nothing(by: User) -> None:
    table = confirmed(20, by)
    [sleeper] = working.QUEUE.claim(1)
    due_again(table)
    working.work(table.pk)
    assert Case.objects.count() == 20
    writing.write(working.QUEUE, sleeper)
    assert Case.objects.count() == 20


def test_a_check_that_was_broken_off_knows_the_rows_before_it(
    by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = read(csv(*(row(number) for number in range(15)), row(0)), by)
    turns = iter(
        [False, True, False, True]
    )  # the second piece is left to another turn, before which one is read again
    monkeypatch.setattr(checking.Turn, "is_over", property(lambda _turn: next(turns, False)))
    table = check(table, by)
    assert (table.state, table.rows_checked, table.rows_known, table.rows_new) == (
        ImportState.CHECKED,
        16,
        1,
        15,
    )


def test_a_piece_takes_the_same_statements_however_many_rows_it_has(by: User) -> None:
    counts = []
    imported(csv(row(99)), by)  # the first reference of a year takes more
    for size in (2, 10):
        table = confirmed(size, by)
        [claimed] = working.QUEUE.claim(1)
        [piece] = pieces_of(claimed)
        judge = Judge(claimed, memory_of(claimed))
        with keys.scope(), CaptureQueriesContext(connection) as done:
            writing._write(working.QUEUE, claimed, judge, piece)
        counts.append(len(done))
        ImportedCase.objects.all().delete()  # so that the same rows are new again
        CaseImport.objects.filter(pk=table.pk).update(state=ImportState.DONE, next_at=None)
    assert counts == [20, 20]


def test_memory_is_that_of_one_piece(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    table, held = confirmed(120, by), []
    write = writing._write

    def weighed(*arguments: Any) -> bool:
        gc.collect()  # what waits for Python's own time to collect says nothing of what is held
        held.append(tracemalloc.get_traced_memory()[0])
        return write(*arguments)

    monkeypatch.setattr(writing, "_write", weighed)
    tracemalloc.start()
    working.work(table.pk)
    tracemalloc.stop()
    assert (Case.objects.count(), len(held)) == (120, 12)
    assert held[-1] - held[2] < 20_000  # bytes, in 90 rows


def test_a_table_with_very_many_cells_is_read_in_bounded_time(by: User) -> None:
    wide = [[f"Kolom {number}" for number in range(299)], *([["x"] * 299] * 300)]
    wide[0][0] = "Nama"
    start = time.monotonic()
    table = read(xlsx(wide), by)
    assert (table.state, table.rows_read) == (ImportState.MATCHING, 300)
    assert time.monotonic() - start < 30


def test_more_rows_than_are_taken_is_a_clear_answer(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imports.reading.ROWS", 20)
    table = read(csv(*(row(number) for number in range(21))), by)
    assert (table.state, table.problem["code"]) == (ImportState.REFUSED, "too_many_rows")
    assert HEADER[0] not in str(table.problem)


def test_an_import_that_fails_again_and_again_is_given_up_and_can_be_taken_back(
    by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, made = confirmed(20, by), []
    save = writing.Batch.save

    def failing(self: writing.Batch) -> None:
        made.append(self)
        if len(made) > 1:
            raise ValueError
        save(self)

    monkeypatch.setattr(writing.Batch, "save", failing)
    for _try in range(5):
        due_again(table)
        working.work(table.pk)
    table.refresh_from_db()
    assert (table.state, table.cases_made, table.problem["code"]) == (ImportState.STOPPED, 10, "tried_often")
    actions.undo(by=by, table=table)
    working.work(table.pk)
    assert Case.objects.count() == 0
