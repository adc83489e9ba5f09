"""Writing many rows that differ in one statement: they travel as one JSON text, which PostgreSQL takes apart.

For rows that the portal writes by itself. Nothing sealed is written this way: a row's seals are made by its own model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, models

Row = Mapping[str, Any]  # values by the names of columns; the same names in each row


def update_all(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Write each row's values into the row of the table that has its primary key."""
    if not rows:
        return
    table, names = _quoted(model._meta.db_table), list(rows[0])
    key = str(model._meta.pk.column)
    changes = ", ".join(f"{_quoted(name)} = changed.{_quoted(name)}" for name in names if name != key)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {changes} FROM {recordset(model, names, 'changed')} "
            f"WHERE {table}.{_quoted(key)} = changed.{_quoted(key)}",
            [as_json(rows)],
        )


def recordset(model: type[models.Model], names: Sequence[str], alias: str, **more: str) -> str:
    """What stands behind FROM for rows of `as_json` with these columns of the model, and `more` of these types."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    types = {name: str(fields[name].db_type(connection)) for name in names} | more
    columns = ", ".join(f"{_quoted(name)} {kind}" for name, kind in types.items())
    return f"json_to_recordset(%s::json) AS {alias}({columns})"


def as_json(rows: Sequence[Row]) -> str:
    """The one parameter of such a statement."""
    return json.dumps(rows, default=_said, separators=(",", ":"))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _said(value: Any) -> Any:
    """What JSON has no word for, as PostgreSQL reads it, to the microsecond."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.days} days {value.seconds}.{value.microseconds:06} seconds"
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not written this way")
