"""Work that is due once a row's time has come and that lies wholly inside the database: done in one transaction, or not at all.

The lock on the row is the lease and the transaction makes it once: a worker that dies leaves the row as it was, and the
next sweep finds it. So nothing is claimed beforehand and nothing is fenced, as `queue` has to. A row that fails keeps its
own times, which mean something; that it waits is noted beside it (`models.Trouble`). The notes of a moment are a queue of
its name: so they wait by the database's clock, are given up, shown and tried again as those of every other.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Now
from django.utils import timezone
from django.utils.functional import Promise

from privacy import tracing

from .models import Trouble
from .queue import QUEUES, Queue

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)

BATCH = 1000  # rows that a sweep looks at; the next one finds the others
MOMENTS: dict[str, Moment[Any]] = {}  # every moment of the portal by its name


def held(rows: QuerySet[Row], pk: Any, *related: str) -> QuerySet[Row]:
    """This one of the rows (with related ones) under its lock until the transaction ends; nothing where somebody has it."""
    return rows.filter(pk=pk).select_for_update(skip_locked=True, of=("self", *related), no_key=True)


@dataclass(frozen=True)
class Moment(Generic[Row]):
    """One kind of such work.

    `due` are the rows whose time has come by then, the earliest first. `look` does one of them in the transaction that it
    is called in, under the row's lock (`held`), after which the row is no longer due: whether there was anything to do.
    """

    name: str
    title: str | Promise  # for those who look after the portal
    due: Callable[[datetime], QuerySet[Row]]
    look: Callable[[Any, datetime], bool]

    def __post_init__(self) -> None:
        MOMENTS[self.name] = self
        Queue(
            name=self.name,
            title=self.title,
            model=Trouble,
            waiting={"moment": self.name, "is_given_up": False},
            parked={"moment": self.name, "is_given_up": True},
            problem="problem",
        )

    @property
    def troubles(self) -> Queue[Trouble]:
        """The rows that failed."""
        return QUEUES[self.name]

    def sweep(self, now: datetime | None = None) -> int:
        """Look at every row whose time has come; with how many there was anything to do. One that fails holds up no other."""
        at = now or timezone.now()
        self._forget(at)
        rows = list(self._next(at).values_list("pk", flat=True)[:BATCH])
        # So that one that takes its worker with it does not always stand before the same others.
        random.shuffle(rows)
        known = dict(self._notes().filter(row__in=map(str, rows)).values_list("row", "trace_id"))
        return sum(self._try(pk, at, known.get(str(pk))) for pk in rows)

    def _notes(self) -> QuerySet[Trouble]:
        return Trouble.objects.filter(moment=self.name)

    def _next(self, at: datetime) -> QuerySet[Row]:
        """The due rows without those that wait for their next try or are given up."""
        waiting = self._notes().filter(Q(next_at__gt=Now()) | Q(is_given_up=True))
        return self.due(at).filter(~Exists(waiting.filter(row=Cast(OuterRef("pk"), TextField()))))

    def _forget(self, at: datetime) -> None:
        """Remove the notes of rows that are no longer due: a person was faster, or they are gone."""
        due = self.due(at).order_by().values_list(Cast("pk", TextField()))
        self._notes().exclude(row__in=due).delete()

    def _try(self, pk: Any, at: datetime, trace_id: str | None) -> bool:
        """Look at one row, under the trace of its first try where that failed; whether there was anything to do."""
        with tracing.trace(trace_id or tracing.current_id()):
            try:
                with transaction.atomic():
                    done = self.look(pk, at)
                    if done and trace_id is not None:
                        self._notes().filter(row=str(pk)).delete()
                    return done
            except Exception as error:
                logger.exception("%s %s failed", self.name, pk)
                self._note(pk, type(error).__name__)
                return False

    @transaction.atomic
    def _note(self, pk: Any, problem: str) -> None:
        notes = Trouble.objects.select_for_update()
        note, _new = notes.get_or_create(moment=self.name, row=str(pk))
        note.attempts += 1
        note.save(update_fields=["attempts"])
        self.troubles.put_off(note, problem)
