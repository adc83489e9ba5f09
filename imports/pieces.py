"""What the steps of an import have in common: the claim under which they write, and the pieces that they go through."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django.db.models.functions import Now

from agencies.tables import Problem
from errands.queue import Queue
from privacy import keys
from privacy.fields import take_numbers

from .models import CaseImport, ImportMemory, ImportPiece

TURN = 20  # seconds that an import is worked on at once; then others in the lane have theirs
PIECE = 250  # rows: what is in memory, and what one transaction makes cases of


class Turn:
    """The time for which one import is worked on before others come."""

    def __init__(self) -> None:
        self.until = time.monotonic() + TURN

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    def pass_on(self, queue: Queue[CaseImport], table: CaseImport) -> None:
        """Leave the rest to whoever comes next."""
        mine(queue, table).update(next_at=Now(), attempts=0)


def mine(queue: Queue[CaseImport], table: CaseImport) -> Any:
    """The import's row, while no later try has taken it over and it is at the same step."""
    return queue.mine(table).filter(state=table.state)


def hold(queue: Queue[CaseImport], table: CaseImport) -> CaseImport | None:
    """The row as it is now, held until the transaction ends; None when it is not ours any more."""
    held: CaseImport | None = mine(queue, table).select_for_update(no_key=True).first()
    return held


def end(queue: Queue[CaseImport], table: CaseImport, state: str, **fields: Any) -> bool:
    """Leave the step; whether it was still ours."""
    return bool(mine(queue, table).update(state=state, next_at=None, stop_asked=False, **fields))


def kept(problem: Problem) -> dict[str, Any]:
    return {"code": problem.code, "values": dict(problem.values)}


def pieces_of(table: CaseImport, **only: Any) -> Iterator[ImportPiece]:
    """The pieces in their order, one in memory at a time."""
    numbers = list(
        ImportPiece.objects.filter(table=table, **only).order_by("number").values_list("pk", flat=True)
    )
    for pk in numbers:
        piece = ImportPiece.objects.get(pk=pk)
        piece.table = table
        yield piece


def memory_of(table: CaseImport) -> ImportMemory:
    """What the partner's tables of before taught; made with the first one."""
    found = ImportMemory.objects.filter(partner_id=table.partner_id).first()
    if found is not None:
        return found
    ImportMemory.objects.bulk_create(
        [
            ImportMemory(
                pk=take_numbers(ImportMemory, 1)[0], partner_id=table.partner_id, data_key=keys.make()
            )
        ],
        ignore_conflicts=True,
    )
    return ImportMemory.objects.get(partner_id=table.partner_id)
