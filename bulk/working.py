"""The worker's part of an act on many cases: looking up which they are, doing it piece by piece, and taking it back.

A piece is one transaction under the fence of the claim. It locks its cases, holds the person in whose name it is done, and asks
of each case the rule of the single act, as it is at that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.policy import hold as hold_person
from cases import together
from errands.patience import Patience
from errands.pieces import Turn, end, hold, mine, went_on
from errands.queue import Queue
from privacy import keys
from privacy.acting import as_partner
from privacy.fields import take_numbers
from privacy.spreadsheets import ROWS

from . import packing, rules, telling
from .choices import BulkState, FileForm
from .kinds import KINDS, Doing, reasons_of
from .models import BulkAct, BulkPiece
from .selecting import cases_of

LOOKED_UP = 5_000  # cases that one statement looks up; whole pieces of every kind


def _give_up(act: BulkAct) -> None:
    _break_off(act, "tried_often")


QUEUE = Queue(
    name="bulk_act",
    title=_("Acts on many cases"),
    model=BulkAct,
    waiting={"next_at__isnull": False},
    give_up=_give_up,
    with_=("by__partner", "undo_by__partner", "partner"),
    lease=timedelta(minutes=2),  # renewed with every piece
    patience=Patience(timedelta(seconds=10), timedelta(minutes=10), most=5),  # somebody waits for it
    batch=1,
)


def work_due(*, seconds: float = 20) -> int:
    """Go on with every act whose time has come; how many were taken up."""
    return QUEUE.carry_out(_work_on, seconds=seconds)


def work(act_id: UUID) -> bool:
    """Go on with one; whether there was anything to do. Being told twice is harmless."""
    return bool(QUEUE.carry_out(_work_on, of=QUEUE.due().filter(pk=act_id)))


def goes_on(act_id: UUID) -> bool:
    """Whether there is more to do at once."""
    return QUEUE.due().filter(pk=act_id).exists()


def _work_on(act: BulkAct) -> None:
    steps: dict[str, Callable[[BulkAct], bool]] = {
        BulkState.GATHERING: _gather,
        BulkState.DOING: _do_next,
        BulkState.PACKING: _pack,
        BulkState.UNDOING: _undo_next,
    }
    turn = Turn()
    with translation.override(act.actor.language), as_partner(act.partner_id):
        try:
            while not turn.is_over:
                with keys.scope():  # of this piece's cases, which nobody needs any more
                    if not steps[act.state](act):
                        return
        except PermissionDenied:
            _break_off(act, "not_yours")
            return
        turn.pass_on(QUEUE, act)


# Looking up -----------------------------------------------------------------------------------


@transaction.atomic
def _gather(act: BulkAct) -> bool:
    """Write down the next cases; whether there may be more. They are walked by number, so none comes twice."""
    held = _mine_still(act)
    if held is None:
        return False
    wanted = cases_of(held, act.by).filter(pk__gt=held.seen, pk__lte=held.last).order_by("pk")
    found = list(wanted.values_list("pk", flat=True)[:LOOKED_UP])
    size = KINDS[act.kind].size
    parts = [found[start : start + size] for start in range(0, len(found), size)]
    first = -(-held.rows_all // size)
    BulkPiece.objects.bulk_create(
        BulkPiece(pk=pk, act_id=act.pk, number=first + number, cases=part)
        for number, (pk, part) in enumerate(zip(take_numbers(BulkPiece, len(parts)), parts, strict=True))
    )
    went_on(QUEUE, act, rows_all=F("rows_all") + len(found), **({"seen": found[-1]} if found else {}))
    if len(found) == LOOKED_UP:
        return True
    if act.form == FileForm.XLSX and held.rows_all + len(found) >= ROWS:
        _end(act, BulkState.STOPPED, "too_many")
    else:
        mine(QUEUE, act).update(
            state=BulkState.DOING, seen=0, next_at=Now()
        )  # the next turn, which is at once
    return False


# Doing ----------------------------------------------------------------------------------------


@transaction.atomic
def _do_next(act: BulkAct) -> bool:
    """Do the next piece; whether there may be more."""
    if _mine_still(act) is None:
        return False
    piece = BulkPiece.objects.filter(act=act, is_done=False).order_by("number").first()
    if piece is None:
        return _after_all_pieces(act)
    piece.act = act
    KINDS[act.kind](act).performed(act.by, piece)
    piece.is_done, piece.rows_skipped = True, sum(map(bool, piece.results))
    piece.save(update_fields=["results", "before", "content", "is_done", "rows_skipped"])
    went_on(
        QUEUE,
        act,
        rows_done=F("rows_done") + len(piece.cases),
        rows_skipped=F("rows_skipped") + piece.rows_skipped,
    )
    return True


def _after_all_pieces(act: BulkAct) -> bool:
    then = KINDS[act.kind].then
    if then == BulkState.DONE:
        _end(act, then)
    else:
        mine(QUEUE, act).update(state=then, next_at=Now())
    return False


# Taking back ----------------------------------------------------------------------------------


@transaction.atomic
def _undo_next(act: BulkAct) -> bool:
    """Take the next piece back; whether there may be more."""
    if _mine_still(act) is None:
        return False
    piece = BulkPiece.objects.filter(act=act, is_done=True, is_undone=False).order_by("number").first()
    if piece is None:
        _end(act, BulkState.UNDONE)
        return False
    kept = _undo(act, piece, KINDS[act.kind](act))
    changed = len(piece.cases) - piece.rows_skipped
    went_on(QUEUE, act, rows_undone=F("rows_undone") + changed - kept, rows_kept=F("rows_kept") + kept)
    return True


def _undo(act: BulkAct, piece: BulkPiece, doing: Doing) -> int:
    """How many of the piece's cases stay as they are."""
    done = {number: place for place, number in enumerate(piece.cases) if not piece.results[place]}
    cases = together.hold(act.actor, done)
    hold_person(act.actor)
    doing.ready_to_undo(list(cases.values()), {number: piece.before[place] for number, place in done.items()})
    reasons = reasons_of(list(done), cases, lambda case: doing.why_not_undo(act.actor, case))
    chosen = [cases[number] for number in done if not reasons[number]]
    if chosen:
        doing.undo(act.actor, chosen, timezone.now())
    for number, place in done.items():
        piece.results[place] = reasons[number]
    piece.is_undone = True
    piece.save(update_fields=["results", "is_undone"])
    return len(done) - len(chosen)


def _pack(act: BulkAct) -> bool:
    """Put the file of an export together. It is written in parts, and begun anew by whoever takes it over."""
    size = packing.pack(QUEUE, act)
    if size is not None:
        _end(act, BulkState.DONE, file_size=size)
    return False


# Ending ---------------------------------------------------------------------------------------


def _mine_still(act: BulkAct) -> BulkAct | None:
    """The act as it is now, held; None when somebody else has it, or it was told to stop.

    Raises PermissionDenied when its person may not do this any more.
    """
    held = hold(QUEUE, act)
    if held is None:
        return None
    if held.stop_asked:
        _end(act, BulkState.STOPPED)
        return None
    if act.actor.partner_id != act.partner_id or not rules.can(act.actor, act.kind):
        raise PermissionDenied
    return held


@transaction.atomic
def _end(act: BulkAct, state: BulkState, problem: str = "", **fields: Any) -> None:
    """Leave the step, and tell whom it concerns."""
    told = {"problem": {"code": problem}} if problem else {}
    ended = {} if act.state == BulkState.UNDOING else {"done_at": timezone.now()}
    if end(QUEUE, act, state, **told, **ended, **fields):
        telling.of_end(BulkAct.objects.select_related("to", "by").get(pk=act.pk), by=act.actor)


def _break_off(act: BulkAct, problem: str) -> None:
    """What was done stays; the page says that the rest was not, and why."""
    _end(act, BulkState.UNDONE if act.state == BulkState.UNDOING else BulkState.STOPPED, problem)
