"""Reading very many cases for an export: one statement a piece, whose rows stream by without a model instance for any of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import psycopg
from django.db import connection
from django.db.models.expressions import RawSQL

from accounts.models import User
from cases.models import Case, Worker
from privacy.in_bulk import Opener
from privacy.sealing import SealBroken
from privacy.spreadsheets import Cell

from .columns import Column

AT_ONCE = 200  # rows that libpq hands over together
KEY = ("data_key_id", "data_key__wrapped", "data_key__wrapped_by")
Cells = Sequence[Cell]
Read = tuple[int, Cells | None]  # the number of a case, and its cells; none where a seal is broken


class Reader:
    """Reads these columns of cases as this person may read them now."""

    def __init__(self, user: User, columns: Sequence[Column]) -> None:
        self.user, self.columns = user, columns
        self.asked: list[Any] = ["pk"]
        self._openers = [one for one in (self._opener(Case), self._opener(Worker)) if one]
        self._tellers: list[Callable[[Any], Cell] | None] = []
        self._places: list[int] = []
        for column in columns:
            if column.sealed is None:
                self._places.append(len(self.asked))
                self.asked.append(column.read())
                self._tellers.append(column.teller(user))

    def _opener(self, model: type[Case] | type[Worker]) -> Callable[[tuple[Any, ...]], list[str]] | None:
        """What opens the sealed columns of this model in a row; it says to the query what it needs."""
        names = [column.code for column in self.columns if column.sealed is model]
        if not names:
            return None
        way = "" if model is Case else "worker__"
        start = len(self.asked)
        number = 0 if model is Case else start
        if model is Worker:
            self.asked.append("worker_id")
        key = len(self.asked)
        self.asked += [f"{way}{name}" for name in (*KEY, *names)]
        values = slice(key + len(KEY), len(self.asked))
        texts = Opener(model, names).texts
        return lambda row: texts(row[number], row[key], row[key + 1], row[key + 2], row[values])

    def rows(self, cases: Iterable[int]) -> Iterator[Read]:
        """Of those of the cases that are open to this person, each with its cells in the order of the columns."""
        order = self._order()
        told = list(zip(self._places, self._tellers, strict=True))
        for row in self._streamed(cases):
            cells: list[Cell] = [tell(row[place]) if tell else row[place] for place, tell in told]
            try:
                for opened in self._openers:
                    cells += opened(row)
            except SealBroken:
                yield row[0], None
                continue
            yield row[0], order(cells)

    def _order(self) -> Callable[[list[Cell]], Cells]:
        """From the order in which cells are made (plain, of the case, of the worker) to that of the columns."""
        made = [
            *(column.code for column in self.columns if column.sealed is None),
            *(column.code for column in self.columns if column.sealed is Case),
            *(column.code for column in self.columns if column.sealed is Worker),
        ]
        places = [made.index(column.code) for column in self.columns]
        if len(places) == 1:
            return lambda cells: cells
        return operator.itemgetter(*places)

    def _streamed(self, cases: Iterable[int]) -> Iterator[tuple[Any, ...]]:
        """The rows as PostgreSQL sends them, which goes on reading meanwhile; inside the transaction that says who is acting."""
        found = Case.objects.visible_to(self.user).filter(pk__in=_these(cases), paused_at=None)
        statement, values = found.order_by("pk").values_list(*self.asked).query.sql_with_params()
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            yield from cursor.stream(statement.encode(), values, binary=True, size=AT_ONCE)


def _these(numbers: Iterable[int]) -> RawSQL:
    """Numbers as one value of a statement, which some thousand would make long to read."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(numbers)])
