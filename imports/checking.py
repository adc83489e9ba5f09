"""The dry run: what each row would become and what is wrong with it. Nothing but that is written."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from errands.pieces import Turn, end, hold, went_on
from errands.queue import Queue

from .choices import ImportState
from .judging import Judge
from .models import CaseImport, ImportPiece
from .pieces import memory_of, pieces_of


def check(queue: Queue[CaseImport], table: CaseImport) -> None:
    """Judge every row that is not yet judged. After some time the rest is left to the next turn, which is at once."""
    judge, turn = Judge(table, memory_of(table)), Turn()
    for piece in pieces_of(table):
        if piece.is_done:
            judge.remember(piece.rows())
        elif turn.is_over:
            turn.pass_on(queue, table)
            return
        elif not _check(queue, table, judge, piece):
            return
    end(queue, table, ImportState.CHECKED)


@transaction.atomic
def _check(queue: Queue[CaseImport], table: CaseImport, judge: Judge, piece: ImportPiece) -> bool:
    held = hold(queue, table)
    if held is None:
        return False
    if held.stop_asked:
        end(queue, table, ImportState.MATCHING)
        return False
    rows = piece.rows()
    drafts = judge.judged(rows)
    for row, draft in zip(rows, drafts, strict=True):
        row["f"], row["t"] = draft.found, [str(draft.token), str(draft.content)]
    piece.keep(rows)
    piece.is_done, piece.rows_wrong = True, sum(draft.is_wrong for draft in drafts)
    piece.rows_known = sum(draft.is_left_out for draft in drafts if not draft.is_wrong)
    piece.rows_warned = sum(
        draft.is_warned for draft in drafts if not draft.is_wrong and not draft.is_left_out
    )
    piece.save(update_fields=["content", "is_done", "rows_wrong", "rows_known", "rows_warned"])
    went_on(
        queue,
        table,
        rows_checked=F("rows_checked") + len(drafts),
        rows_wrong=F("rows_wrong") + piece.rows_wrong,
        rows_known=F("rows_known") + piece.rows_known,
        rows_warned=F("rows_warned") + piece.rows_warned,
    )
    return True
