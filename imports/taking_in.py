"""Reading an uploaded table into pieces."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.db import transaction
from django.db.models.functions import Now

from agencies.tables import Problem, TableProblem
from errands.pieces import end, hold, mine
from errands.queue import Queue
from privacy.fields import take_numbers

from . import columns, reading
from .choices import ImportState
from .models import CaseImport, ImportPiece
from .pieces import PIECE, kept, memory_of
from .reading import Row


def read(queue: Queue[CaseImport], table: CaseImport) -> None:
    """Keep the rows of the file, sealed, and guess what its columns are. The file itself is gone afterwards."""
    ImportPiece.objects.filter(table=table).delete()
    count = 0
    try:
        head, rows = reading.read(table.opened())
        for number, some in enumerate(_some(rows)):
            count += len(some)
            if not _keep(queue, table, number, some, count):
                return
    except TableProblem as refusal:
        end(queue, table, ImportState.REFUSED, problem=kept(refusal.problem), content=b"")
        return
    if not count:
        end(queue, table, ImportState.REFUSED, problem=kept(Problem("empty")), content=b"")
        return
    _match(queue, table, head)


def _some(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(rows, PIECE)):
        yield some


@transaction.atomic
def _keep(queue: Queue[CaseImport], table: CaseImport, number: int, rows: list[Row], count: int) -> bool:
    if hold(queue, table) is None:
        return False
    piece = ImportPiece(pk=take_numbers(ImportPiece, 1)[0], table=table, number=number)
    piece.keep(rows)
    piece.save(force_insert=True)
    mine(queue, table).update(rows_read=count, next_at=Now() + queue.lease)
    return True


@transaction.atomic
def _match(queue: Queue[CaseImport], table: CaseImport, head: reading.Head) -> None:
    held = hold(queue, table)
    if held is None:
        return
    guessed = columns.guess(head.names, memory_of(table).columns)
    held.head, held.mapping = head.kept(), columns.mapping_of(guessed)
    held.content, held.state, held.next_at = b"", ImportState.MATCHING, None
    held.save(update_fields=["head", "mapping", "content", "state", "next_at"])
