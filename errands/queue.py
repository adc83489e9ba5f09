"""Work that rows ask of a worker: taken by one, done once, tried again later, and in the end put before a person.

The row is the truth. A claim takes rows whose time has come with FOR UPDATE SKIP LOCKED, so that no two workers get the
same one, and in a transaction of its own moves their time behind the lease: should the worker die, another takes the row
when the lease is over. Each claim raises the row's `fence`; whoever ends or puts off the row does so under the fence of
their own claim (`mine`), so that a worker that slept through its lease changes nothing any more. What is done outside the
database may then have been done twice, and carries an id by which its receiver can tell.

Times are those of the database, since the clocks of several machines differ.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Func, Model, QuerySet, UUIDField, Value, When, Window
from django.db.models.functions import Now, RowNumber
from django.utils.functional import Promise

from privacy import tracing

from .patience import A_DAY, Patience

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)

SLACK = timedelta(seconds=5)  # that clocks are set right by without anybody minding
QUEUES: dict[str, Queue[Any]] = {}  # every queue of the portal by its name


class Failed(Exception):
    """Raised by what is done with a row when it failed as such things do; the text says how, in a word or two that name nobody."""


class Halt(Failed):
    """Raised by what is done with a row when it would fail with every other one, too, such as a server that is away.

    The row is put off, and the others are left as they are.
    """


@dataclass(frozen=True)
class Queue(Generic[Row]):
    """The rows of one model that wait to be acted on, and how.

    `waiting` and `parked` are the values of columns that say that a row waits, or was tried too often; without `parked`,
    `give_up` says what becomes of it. `rank` names a column, lowest first; among rows of the same rank the values of
    `share` (such as the partner) take turns, so that one that has many holds up nobody else (with a `rank`, and UUIDs as keys).
    """

    name: str
    title: str | Promise  # for those who look after the portal
    model: type[Row]
    waiting: Mapping[str, Any]
    parked: Mapping[str, Any] = field(default_factory=dict)
    give_up: Callable[[Row], None] | None = None
    only: Callable[[Any], QuerySet[Row]] = lambda rows: rows  # such as: of no case that is paused
    again: Callable[[Any], QuerySet[Row]] = lambda rows: rows  # which of those given up somebody still wants
    with_: tuple[str, ...] = ()  # related rows that are read together with a claimed one
    prefix: str = ""  # of the names of the columns of `models.Errand`
    problem: str = ""  # a column for the kind of the last error
    rank: str = ""
    share: str = ""
    lease: timedelta = timedelta(seconds=20)
    patience: Patience = A_DAY
    batch: int = 10

    def __post_init__(self) -> None:
        QUEUES[self.name] = self

    # The columns

    @property
    def at(self) -> str:
        return f"{self.prefix}at" if self.prefix else "next_at"

    @property
    def attempts(self) -> str:
        return f"{self.prefix}attempts"

    @property
    def fence(self) -> str:
        return f"{self.prefix}fence"

    @property
    def trace_id(self) -> str:
        return f"{self.prefix}trace_id"

    # What there is

    def all_waiting(self) -> QuerySet[Row]:
        """Every row that is still to be done, whoever has it and whenever its time comes."""
        return self.model._default_manager.filter(**self.waiting)

    def due(self) -> QuerySet[Row]:
        """The rows whose time has come and that nobody has."""
        return self.only(self.all_waiting().filter(**{f"{self.at}__lte": Now()}))

    def too_far_ahead(self) -> QuerySet[Row]:
        """The rows that wait for a time to which neither a lease nor a failed try can have put them."""
        longest = {tries: self.patience.most_after(tries) for tries in range(self.patience.most + 1)}
        by_tries = Case(
            *(
                When(**{self.attempts: tries}, then=Value(max(wait, self.lease)))
                for tries, wait in longest.items()
            ),
            default=Value(max(self.patience.last, self.lease)),
        )
        return self.all_waiting().filter(**{f"{self.at}__gt": Now() + SLACK + by_tries})

    def given_up(self) -> QuerySet[Row]:
        """The rows that were tried too often and that somebody still wants."""
        rows = self.model._default_manager
        return self.again(rows.filter(**self.parked)) if self.parked else rows.none()

    # Taking and giving back

    @transaction.atomic
    def claim(self, limit: int, *, of: QuerySet[Row] | None = None, bare: bool = False) -> list[Row]:
        """Take up to `limit` due rows, the most urgent first; nobody else gets them until the lease ends. `bare` ones come
        with nothing but the columns of this queue."""
        wanted = self._next(self.due() if of is None else of, limit)
        wanted = wanted.only("pk", self.attempts, self.fence, self.trace_id) if bare else wanted
        held = wanted.select_for_update(skip_locked=True, no_key=True, of=("self",))
        rows = list(held.select_related(*self.with_)[:limit] if self.with_ else held[:limit])
        if rows:
            taken = self.model._default_manager.filter(pk__in=[row.pk for row in rows])
            taken.update(
                **{
                    self.at: Now() + self.lease,
                    self.attempts: F(self.attempts) + 1,
                    self.fence: F(self.fence) + 1,
                }
            )
        for row in rows:
            setattr(row, self.attempts, getattr(row, self.attempts) + 1)
            setattr(row, self.fence, getattr(row, self.fence) + 1)
        return rows

    def _next(self, rows: QuerySet[Row], limit: int) -> QuerySet[Row]:
        if not self.share:
            return rows.order_by(*([self.rank] if self.rank else []), self.at)
        turn = Window(RowNumber(), partition_by=[F(self.rank), F(self.share)], order_by=self.at)
        first = rows.annotate(turn=turn).order_by(self.rank, "turn", self.at).values_list("pk", flat=True)
        # A window cannot be locked, and others may hold what it shows first: so more is looked at than is taken.
        found = list(first[: 4 * limit])
        place = Func(Value(found, ArrayField(UUIDField())), F("pk"), function="array_position")
        return self.due().filter(pk__in=found).order_by(place)

    def mine(self, row: Row) -> QuerySet[Row]:
        """The row, if no later claim has taken it over and it still waits."""
        return self.all_waiting().filter(pk=row.pk, **{self.fence: getattr(row, self.fence)})

    def renew(self, row: Row) -> bool:
        """Let the lease begin anew; whether the row is still ours."""
        return bool(self.mine(row).update(**{self.at: Now() + self.lease}))

    def give_back(self, row: Row) -> None:
        """Undo the claim of a row that was not tried."""
        self.mine(row).update(**{self.at: Now(), self.attempts: F(self.attempts) - 1})

    def put_off(self, row: Row, problem: str) -> None:
        """Let a row that failed wait for its next try, or give it up."""
        if getattr(row, self.attempts) >= self.patience.most:
            self._park(row, problem)
            return
        wait = self.patience.after(getattr(row, self.attempts))
        self.mine(row).update(**{self.at: Now() + wait}, **self._noted(problem))

    def _park(self, row: Row, problem: str) -> None:
        logger.error("%s %s is given up after %s tries", self.name, row.pk, getattr(row, self.attempts))
        if self.give_up is not None:
            self.give_up(row)
        else:
            self.mine(row).update(**self.parked, **self._noted(problem))

    def _noted(self, problem: str) -> dict[str, str]:
        return {self.problem: problem} if self.problem else {}

    @property
    def anew(self) -> dict[str, Any]:
        """What the columns of a row hold that is to be tried as if it were new."""
        return {**self.waiting, self.at: Now(), self.attempts: 0, **self._noted("")}

    def retry(self, pk: Any) -> bool:
        """Try a row again that was given up, as if it were new; whether there was anything to do. Twice is once."""
        try:
            with transaction.atomic():
                return bool(self.given_up().filter(pk=pk).update(**self.anew))
        except IntegrityError:  # somebody asked for the same anew, and that waits already
            return False

    def retry_all(self, most: int) -> int:
        """Try up to so many rows again that were given up; how many there were."""
        return sum(
            self.retry(pk) for pk in self.given_up().order_by("pk").values_list("pk", flat=True)[:most]
        )

    # Doing

    def carry_out(
        self, do: Callable[[Row], object], *, seconds: float = 20, of: QuerySet[Row] | None = None
    ) -> int:
        """Do what is due, batch by batch, until nothing is left or the time is up; how many rows were taken up.

        One that fails is put off and holds up no other.
        """
        end, done = time.monotonic() + seconds, 0
        while time.monotonic() < end and (rows := self.claim(self.batch, of=of)):
            tried = self._do_each(rows, do, end)
            done += tried
            if tried < len(rows):
                break
        return done

    def _do_each(self, rows: Sequence[Row], do: Callable[[Row], object], end: float) -> int:
        for number, row in enumerate(rows):
            late = time.monotonic() >= end
            if late or not self.take_up(row, do, first=number == 0):
                for rest in rows[number + (not late) :]:
                    self.give_back(rest)
                return number + (not late)
        return len(rows)

    def take_up(self, row: Row, do: Callable[[Row], object], *, first: bool) -> bool:
        """Do one row; whether the others may follow."""
        with tracing.trace(getattr(row, self.trace_id) or tracing.current_id()):
            return self._try_traced(row, do, first=first)

    def _try_traced(self, row: Row, do: Callable[[Row], object], *, first: bool) -> bool:
        if getattr(row, self.attempts) > self.patience.most:  # it takes its workers with it
            self._park(row, "WorkerDied")
            return True
        if not first and not self.renew(row):
            return True
        try:
            do(row)
        except Failed as failed:
            logger.warning(
                "%s %s failed (try %s): %s", self.name, row.pk, getattr(row, self.attempts), str(failed)
            )
            self.put_off(row, str(failed))
            return not isinstance(failed, Halt)
        except Exception as error:
            logger.exception("%s %s failed (try %s)", self.name, row.pk, getattr(row, self.attempts))
            self.put_off(row, type(error).__name__)
        return True
