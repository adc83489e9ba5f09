"""Very many rows at once: a row is prepared once as Django would save it, and copied with what differs.

PostgreSQL's COPY takes them without asking triggers; indexes are left out while it does and made again afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg import sql

from privacy import sealing
from privacy.fields import SealedField

Row = list[Any]


class Prepared:
    """A row of `model` with some values for good; `row` gives it with others, in the order of the table's columns.

    Sealed values are named with `sealed`, and sealed for the row's own number with its own key.
    """

    def __init__(self, model: type[models.Model], **values: Any) -> None:
        self.model = model
        instance = model(**values)
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        self.columns = [str(field.column) for field in fields]
        self.place = {field.attname: number for number, field in enumerate(fields)}
        self.fixed = [self._prepared(field, getattr(instance, field.attname)) for field in fields]

    def _prepared(self, field: Any, value: Any) -> Any:
        if isinstance(field, SealedField):
            return b""
        if isinstance(field, models.JSONField):
            return json.dumps(value)
        if hasattr(value, "as_sql"):  # a value of the database's own, such as Now(): to be given with `row`
            return None
        if isinstance(value, list):
            return array(value)
        return field.get_prep_value(value)

    def row(
        self, *, sealed: dict[str, str] | None = None, by: tuple[UUID, bytes] | None = None, **values: Any
    ) -> Row:
        """`by` is the data key that seals: its id and the key itself."""
        row = self.fixed.copy()
        for name, value in values.items():
            row[self.place[name]] = value
        if sealed:
            assert by is not None
            table, number = self.model._meta.db_table, str(row[self.place["id"]])
            for name, text in sealed.items():
                content = sealing.filled_up(text)
                place = sealing.Place(table, name, number)
                row[self.place[name]] = sealing.seal(content, key=by[1], key_id=by[0], place=place)
        return row

    def copy(self, rows: Iterable[Row]) -> None:
        """Bring rows into the table, as the database's owner."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self.model._meta.db_table),
            sql.SQL(", ").join([sql.Identifier(column) for column in self.columns]),
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def array(values: Iterable[Any]) -> str:
    """As PostgreSQL writes an array of numbers or codes."""
    return f"{{{','.join(map(str, values))}}}"


@contextmanager
def without_indexes(tables: Iterable[str]) -> Iterator[None]:
    """Leave out the indexes that no constraint needs, and every check of foreign keys, until the block ends."""
    names = list(tables)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND NOT EXISTS "
            "(SELECT FROM pg_constraint WHERE conname = indexname)",
            [names],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        yield
        for _name, definition in indexes:
            cursor.execute(definition)


def number_on(model: type[models.Model], last: int) -> None:
    """Let the table's own numbers go on behind `last`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [f'"{model._meta.db_table}"', last]
        )
