"""Carrying out the rows of a queue many at a time, in one transaction where all goes well.

One that fails is told from the others, put off as if it had come alone, and holds up none of them. What cannot be told apart, such as
a statement that the database refuses, is tried again in halves. A row that was taken up before comes alone, since it may
take its worker with it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from django.db import DatabaseError
from django.db.models import Model, QuerySet

from privacy import tracing

from .queue import Queue

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)


@dataclass
class Done:
    """What became of many rows by their keys: which failed and how, and which were left out since somebody holds them."""

    failed: dict[Any, Exception] = field(default_factory=dict)
    left_out: set[Any] = field(default_factory=set)

    @contextmanager
    def noting(self, key: Any, request_id: str) -> Iterator[None]:
        """Do something with one row, under the id of its request; note what fails with it alone."""
        with tracing.trace(request_id or tracing.current_id()):
            try:
                yield
            except DatabaseError:
                raise  # the transaction answers nothing any more
            except Exception as error:
                self.failed[key] = error


Do = Callable[[Sequence[Row]], Done]
FEW = 8  # that somebody holds and that are waited for, one by one, before what is more urgent has its turn


def carry_out(
    queue: Queue[Row], do: Do[Row], *, most: int, seconds: float = 20, of: QuerySet[Row] | None = None
) -> int:
    """Do what is due, up to `most` rows at a time, until nothing is left or the time is up; how many were taken up.

    `do` does them in one transaction of its own, or none of them.
    """
    end, done, at_once = time.monotonic() + seconds, 0, most
    while time.monotonic() < end and (rows := queue.claim(at_once, of=of, bare=True)):
        again = [row for row in rows if getattr(row, queue.attempts) > 1]
        later = _taken_up(queue, do, rows, again)
        done += len(rows) - later
        if len(rows) < at_once and not later:
            break
        few = FEW if later else most
        at_once = 1 if again else few  # what was taken up before comes one after the other
    return done


def _taken_up(queue: Queue[Row], do: Do[Row], rows: Sequence[Row], again: Sequence[Row]) -> int:
    """How many were given back. Whatever was taken up before comes alone: should it take its worker with it, it takes no
    other's tries."""
    fresh = [row for row in rows if getattr(row, queue.attempts) == 1]
    for row in again[1:]:
        queue.give_back(row)
    later = _do(queue, do, fresh, first=True)
    for row in again[:1]:
        queue.take_up(row, partial(_alone, do), first=True)
    return later + len(again[1:])


def _do(queue: Queue[Row], do: Do[Row], rows: Sequence[Row], *, first: bool = False) -> int:
    """All of them, or halves of them where that fails, down to one; `first`: they were just claimed. How many were given
    back: of those that somebody holds all but a few, since to wait for each would let what is more urgent wait for all."""
    if len(rows) < 2:
        for row in rows:
            queue.take_up(row, partial(_alone, do), first=first)
        return 0
    try:
        done = do(rows)
    except Exception as error:
        logger.info("%s: %s rows are tried in halves: %s", queue.name, len(rows), type(error).__name__)
        half = len(rows) // 2
        return _do(queue, do, rows[:half]) + _do(queue, do, rows[half:])
    for row in rows:
        if row.pk in done.failed:
            queue.take_up(row, partial(_fail, done.failed[row.pk]), first=False)
    held = [row for row in rows if row.pk in done.left_out]
    left, later = held[:FEW], held[FEW:]
    for row in later:
        queue.give_back(row)
    if len(held) < len(rows):
        return len(later) + _do(queue, do, left)  # whoever held them may be through by now
    for row in left:
        queue.take_up(row, partial(_alone, do), first=False)
    return len(later)


def _alone(do: Do[Row], row: Row) -> None:
    for error in do([row]).failed.values():
        raise error


def _fail(error: Exception, _row: Model) -> None:
    raise error
