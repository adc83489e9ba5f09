"""Sealing what was written plainly before: for migrations that turn plain columns into sealed ones.

First `SealColumns` makes bytes of the plain columns, then `seal_rows` seals these bytes where they stand. Between the two the
portal cannot run; whatever stops the second, it begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, models
from django.db.migrations.operations.base import Operation

from . import keys
from .fields import Sealed, SealedField
from .sealing import Place, filled_up, seal

BATCH = 500  # rows at a time

Row = dict[str, Any]


class SealColumns(Operation):
    """Make sealed fields of a model's plain ones; their texts stay in the columns as bytes, for `seal_rows`.

    One rewrite of the table, however many columns. It can be taken back while the table has no rows.
    """

    def __init__(self, model_name: str, fields: Sequence[tuple[str, SealedField]]) -> None:
        self.model_name, self.fields = model_name, fields

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name, self.fields], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.models[app_label, self.model_name.lower()].fields |= dict(self.fields)
        state.reload_model(app_label, self.model_name.lower(), delay=True)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._alter(app_label, schema_editor, to_state, "convert_to({column}::text, 'UTF8')")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if from_state.apps.get_model(app_label, self.model_name)._default_manager.exists():
            raise RuntimeError(f"{self.model_name} holds sealed rows, which this migration cannot turn back.")
        self._alter(app_label, schema_editor, to_state, "NULL::{type}")

    def describe(self) -> str:
        return f"Seal {', '.join(name for name, _field in self.fields)} of {self.model_name}"

    def _alter(self, app_label: str, schema_editor: Any, state: Any, using: str) -> None:
        model, quote = state.apps.get_model(app_label, self.model_name), schema_editor.quote_name
        changes = []
        for name, _field in self.fields:
            column, type_ = quote(name), model._meta.get_field(name).db_type(schema_editor.connection)
            changes.append(
                f"ALTER COLUMN {column} TYPE {type_} USING {using.format(column=column, type=type_)}"
            )
        schema_editor.execute(f"ALTER TABLE {quote(model._meta.db_table)} {', '.join(changes)}")


def seal_rows(
    model: type[models.Model],
    *names: str,
    key: str,
    also: Callable[[Row], Mapping[str, Any]] = lambda row: {},
) -> int:
    """Seal the bytes that stand plainly in these columns; how many rows there were.

    `key` is the way to the row's data key. `also` says what else is written to the row, from its plain values.
    """
    done = 0
    for rows in _batches(model, [key, *(field.attname for field in model._meta.concrete_fields)]):
        with keys.scope():
            for row in rows:
                keys.want(row[key])
                row |= {name: _plain(row[name]) for name in names}
            _write(model, [(row["pk"], _sealed(model, row, names, row[key]) | {**also(row)}) for row in rows])
        done += len(rows)
    return done


def give_keys(model: type[models.Model]) -> None:
    """A data key for every row that has none."""
    for rows in _batches(model, ["data_key_id"]):
        with keys.scope():
            bare = [row["pk"] for row in rows if row["data_key_id"] is None]
            made = keys.make_many(len(bare))
            _write(model, [(pk, {"data_key_id": one.pk}) for pk, one in zip(bare, made, strict=True)])


def sealed_for(model: type[models.Model], name: str, value: str, *, row: Any, key_id: Any) -> bytes:
    """A text as the column `name` of this row keeps it."""
    field = model._meta.get_field(name)
    assert isinstance(field, SealedField)
    place = Place(model._meta.db_table, name, str(row))
    return seal(filled_up(value), key=keys.open_(key_id), key_id=key_id, place=place) if value else b""


def _batches(model: type[models.Model], columns: list[str]) -> Iterator[list[Row]]:
    rows = model._default_manager.order_by("pk").values("pk", *columns)
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1]["pk"])[:BATCH])


def _plain(value: Any) -> str:
    return value.content.decode() if isinstance(value, Sealed) else ""


def _sealed(model: type[models.Model], row: Row, names: Sequence[str], key_id: Any) -> Row:
    return {name: sealed_for(model, name, row[name], row=row["pk"], key_id=key_id) for name in names}


def _write(model: type[models.Model], rows: list[tuple[Any, Mapping[str, Any]]]) -> None:
    if not rows:
        return
    names, quote = list(rows[0][1]), connection.ops.quote_name
    columns = ", ".join(f"{quote(name)} = %s" for name in names)
    pk = quote(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE {pk} = %s",
            [(*(values[name] for name in names), row) for row, values in rows],
        )
