"""Putting the file of an export together from the lines that its pieces keep, in parts that are sealed one by one.

Only a part is in memory at a time. Each is a transaction under the fence of the claim, so two workers never mix their parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction

from accounts import prepared
from accounts.models import User
from cases.models import Case
from errands.pieces import hold, went_on
from errands.queue import Queue
from privacy.fields import take_numbers

from .columns import chosen
from .formats import FORMS, ZIP_TYPE, Form, let_go, zipped
from .models import BulkAct, BulkPart, BulkPiece

PART = 512 * 1024  # bytes


def pack(queue: Queue[BulkAct], act: BulkAct) -> int | None:
    """Write the file; its size in bytes, or None when somebody else has the act now."""
    size = 0
    for number, content in enumerate(_in_parts(_file(act))):
        if not _keep(queue, act, number, content):
            return None
        size += len(content)
    return size


def name_of(act: BulkAct) -> str:
    """What the file is called where it is saved."""
    return f"{_stem(act)}.{'zip' if act.is_personal else act.form}"


def holds_what_is_closed(act: BulkAct, user: User) -> bool:
    """Whether a case in the file is paused, or closed to this person, since it was read. A file cannot lose a line."""
    for piece in act.pieces.filter(is_done=True).defer("content").iterator(chunk_size=20):
        numbers = [case for case, why_not in piece.told() if not why_not]
        found = Case.objects.visible_to(user).filter(prepared.AnyOf("id", numbers), paused_at=None)
        if found.count() < len(numbers):
            return True
    return False


def type_of(act: BulkAct) -> str:
    return ZIP_TYPE if act.is_personal else form_of(act).type


def form_of(act: BulkAct) -> Form:
    return FORMS[act.form]([column.name for column in chosen(act.columns)])


def fetched(act: BulkAct) -> Iterator[bytes]:
    """The bytes of the file, a part at a time."""
    for pk in act.parts.order_by("number").values_list("pk", flat=True):
        part = BulkPart.objects.get(pk=pk)
        part.act = act
        yield part.kept()


def _stem(act: BulkAct) -> str:
    return f"kasus-{act.made_at:%Y-%m-%d}"


def _file(act: BulkAct) -> Iterable[bytes]:
    whole = form_of(act).whole(_lines(act))
    if not act.is_personal:
        return whole
    # A workbook is squeezed already; lines of CSV are not.
    level = 0 if act.form == "xlsx" else 1
    return zipped({f"{_stem(act)}.{act.form}": whole}, password=act.password, level=level)


def _lines(act: BulkAct) -> Iterator[bytes]:
    for pk in act.pieces.filter(is_done=True).order_by("number").values_list("pk", flat=True):
        piece = BulkPiece.objects.only("content", "act_id").get(pk=pk)
        piece.act = act
        yield from let_go(piece.kept())


def _in_parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    kept: list[bytes] = []
    length = 0
    for chunk in chunks:
        kept.append(chunk)
        length += len(chunk)
        if length >= PART:
            yield b"".join(kept)
            kept, length = [], 0
    if kept:
        yield b"".join(kept)


@transaction.atomic
def _keep(queue: Queue[BulkAct], act: BulkAct, number: int, content: bytes) -> bool:
    if hold(queue, act) is None:
        return False
    if number == 0:
        BulkPart.objects.filter(act=act).delete()  # of a worker that was killed
    part = BulkPart(pk=take_numbers(BulkPart, 1)[0], act=act, number=number)
    part.keep(content)
    part.save(force_insert=True)
    went_on(queue, act)
    return True
