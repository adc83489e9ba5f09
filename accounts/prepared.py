"""Queries that each process builds once. To build and to compile a query takes longer than PostgreSQL takes to answer it.

`rows` gives what the query would give that `ask` makes: `ask` is called once for each shape, with stand-ins in the place of the
reader and of the values, and what it makes is kept as text with places for them. So what it makes may differ by its key and by
the reader's rights, and by no value: of the reader it is told only those and numbers that nobody has; to look at anything else of
a stand-in fails (docs/adr/0039).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import F, Func, QuerySet, prefetch_related_objects
from django.db.models.fields import BooleanField
from django.utils import timezone

from .models import User

READER, PARTNER = -1_000_000_007, -1_000_000_009  # numbers that nobody has
LONG_AGO = datetime(1003, 2, 5, 7, 11, tzinfo=UTC)  # a moment that no row has
NOBODYS_UUID = 0xFEED << 64
KNOWN_OF_A_READER = ("id", "partner_id", "role", "is_active", "locked_at")
TODAY = object()
HOUR = timedelta(hours=1)
FOREVER = 9999  # the year of what never ends

Ask = Callable[..., QuerySet[Any, Any]]


class AnyOf(Func):
    """Whether a column is one of many numbers, which are one value of the statement however many they are."""

    template, output_field = "%(expressions)s = ANY(%%s)", BooleanField()

    def __init__(self, column: str, numbers: list[Any]) -> None:
        super().__init__(F(column))
        self.numbers = numbers

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        text, values = super().as_sql(*args, **kwargs)
        return text, (*values, self.numbers)


def rows(key: Hashable, reader: User | None, ask: Ask, /, **values: Any) -> list[Any]:
    """All rows of `ask(reader, **values)`, or of `ask(**values)` without a reader, and what they fetch beside. Values: numbers,
    texts, moments, and lists for AnyOf; each of the type that its column has."""
    shape = (key, reader and _rights(reader))
    if (kept := _kept.get(shape)) is None:
        kept = _kept[shape] = _built(reader, ask, values)
    return kept.rows(reader, values) if kept else []


def _rights(reader: User) -> Hashable:
    return reader.role, reader.is_active, reader.locked_at is None, reader.partner_id is None


@dataclass(frozen=True)
class _Kept:
    """A compiled query. `places` are those of its parameters that differ: where, and by which name they are known."""

    shell: SimpleNamespace  # what an iterable of Django's asks of a QuerySet
    iterable: Callable[[Any], Any]
    compiler: Any
    text: str
    parameters: tuple[Any, ...]
    places: tuple[tuple[int, Any], ...]
    beside: tuple[Any, ...]

    def rows(self, reader: User | None, values: Mapping[str, Any]) -> list[Any]:
        known: dict[Any, Any] = {"now": timezone.now(), TODAY: timezone.localdate(), **values}
        if reader:
            known |= {READER: reader.pk, PARTNER: reader.partner_id}
        parameters = list(self.parameters)
        for place, name in self.places:
            parameters[place] = known["now"] + name if isinstance(name, timedelta) else known[name]
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # of this thread
        compiler.as_sql = lambda *_args, **_options: (self.text, tuple(parameters))
        shell = copy(self.shell)
        shell.query = _Query(self.shell.query, compiler)
        found = list(self.iterable(shell))
        if self.beside:
            prefetch_related_objects(found, *self.beside)
        return found


class _Query:
    """A query that has been compiled."""

    def __init__(self, query: Any, compiler: Any) -> None:
        self._query, self._compiler = query, compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)

    def get_compiler(self, *_args: Any, **_options: Any) -> Any:
        return self._compiler


def _built(reader: User | None, ask: Ask, values: Mapping[str, Any]) -> _Kept | None:
    """None when nothing can be found, whatever the values are."""
    stand_ins = {name: _stand_in(value, nth) for nth, (name, value) in enumerate(values.items())}
    before = timezone.now()
    made: Any = ask(*([_somebody(reader)] if reader else []), **stand_ins)
    compiler = made.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        text, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    names: dict[Any, Any] = {id(one): name for name, one in stand_ins.items() if isinstance(one, list)}
    names |= {one: name for name, one in stand_ins.items() if not isinstance(one, list)}
    names |= {READER: READER, PARTNER: PARTNER}
    places = [(at, _name(one, names, before)) for at, one in enumerate(parameters)]
    assert set(values) <= {name for _at, name in places}, "a value that the query does not ask for"
    compiler.setup_query()
    shell = SimpleNamespace(
        db=DEFAULT_DB_ALIAS,
        model=made.model,
        query=made.query,
        _known_related_objects={},
        _fields=made._fields,
    )
    return _Kept(
        shell,
        made._iterable_class,
        compiler,
        text,
        tuple(parameters),
        tuple((at, name) for at, name in places if name is not None),
        made._prefetch_related_lookups,
    )


def _somebody(reader: User) -> User:
    known = (READER, reader.partner_id and PARTNER, reader.role, reader.is_active, reader.locked_at)
    return User.from_db(None, KNOWN_OF_A_READER, known)


def _stand_in(value: Any, nth: int) -> Any:
    if isinstance(value, list):
        return list(value)
    if isinstance(value, datetime):
        return LONG_AGO + timedelta(hours=nth)
    if isinstance(value, int) and not isinstance(value, bool):
        return READER - 100 - nth
    if isinstance(value, UUID):
        return UUID(int=NOBODYS_UUID + nth)
    assert isinstance(value, str), value
    return f"stand-in {nth}"


def _name(value: Any, names: Mapping[Any, str], before: datetime) -> Any:
    """By what a parameter is known; None for one that is always the same."""
    if isinstance(value, list):
        return names.get(id(value))
    if isinstance(value, Hashable) and value in names:
        return names[value]
    if isinstance(value, datetime):
        return None if value.year == FOREVER else _since(value, before)
    if isinstance(value, date):
        assert value == timezone.localdate(), f"a day that is neither today nor given: {value}"
        return TODAY
    return None


def _since(value: datetime, before: datetime) -> timedelta:
    """How far from now a moment is: whole hours. Any other moment that the query names by itself would be kept for good."""
    hours = round((value - before) / HOUR)
    assert before <= value - hours * HOUR <= timezone.now(), f"a moment that is not given: {value}"
    return hours * HOUR


_kept: dict[Hashable, _Kept | None] = {}
