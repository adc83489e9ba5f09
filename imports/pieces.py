"""What the steps of an import have in common: the pieces that they go through, and what earlier tables taught."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agencies.tables import Problem
from privacy import keys
from privacy.fields import take_numbers

from .models import CaseImport, ImportMemory, ImportPiece

PIECE = 250  # rows: what is in memory, and what one transaction makes cases of


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
