"""The coded lists and the places as tables for a spreadsheet: a row as texts, and a text as what a form expects."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from privacy import spreadsheets

from .actions.reference_rows import EDITED, value_of
from .models import ReferenceRow
from .reference_kinds import Kind
from .tables import Column, folded

SEVERAL = "; "  # between the values of a cell that holds several


def fields_of(kind: Kind) -> tuple[str, ...]:
    """The columns of the kind's table, by field."""
    return ("code", *EDITED[kind.code])


def columns(kind: Kind) -> list[Column]:
    """The same as the reader of tables wants them: known by code and by name in each language. Only the code is a must."""
    return [
        Column(
            name, (_field(kind.model, name).verbose_name, *_names(kind.model, name)), required=name == "code"
        )
        for name in fields_of(kind)
    ]


def header(kind: Kind) -> list[str]:
    """The names of the columns in the reader's language."""
    return [capfirst(str(_field(kind.model, name).verbose_name)) for name in fields_of(kind)]


def cell(row: ReferenceRow, name: str) -> str:
    """What stands in one cell: codes where there are codes, yes and no in the reader's language."""
    value = value_of(row, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return SEVERAL.join(value)
    return str(value)


def lines(kind: Kind) -> Iterator[list[str]]:
    """All rows in use."""
    for row in kind.rows().iterator():
        yield [cell(row, name) for name in fields_of(kind)]


def says_the_same(row: ReferenceRow, name: str, text: str) -> bool:
    """Whether a cell that came back holds what went out, or would have gone out in another language."""
    gone_out = cell(row, name)
    if text in (_as_read(gone_out), _as_read(spreadsheets.csv_text(gone_out))):
        return True
    return parsed(row, name, text) == value_of(row, name)


def parsed(row: ReferenceRow, name: str, text: str) -> Any:
    """What a form expects in the place of a cell's text. What makes no sense stays, for the form to say so."""
    text = spreadsheets.typed_text(text)
    field = _field(type(row), name)
    if isinstance(field, models.BooleanField):
        return _yes_or_no().get(text.casefold(), text)
    if name == "aliases":
        return "\n".join(part.strip() for part in text.split(";"))
    if hasattr(field, "base_field"):
        return [part.strip() for part in text.split(";") if part.strip()]
    if field.choices:
        return _choices(type(row), name).get(folded(text), text)
    return text


def _as_read(text: str) -> str:
    return " ".join(text.split())


def _field(model: type[ReferenceRow], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


@cache
def _names(model: type[ReferenceRow], name: str) -> tuple[str, ...]:
    return _in_each_language(_field(model, name).verbose_name)


@cache
def _choices(model: type[ReferenceRow], name: str) -> dict[str, str]:
    """Codes by what people may write for them."""
    known: dict[str, str] = {}
    for code, label in _field(model, name).flatchoices:
        known |= {folded(said): code for said in (code, *_in_each_language(label))}
    return known


@cache
def _yes_or_no() -> dict[str, bool]:
    """What people, and spreadsheets, write for yes and no."""
    return {
        **dict.fromkeys(("ya", "yes", "y", "true", "benar", "1"), True),
        **dict.fromkeys(("tidak", "no", "n", "false", "salah", "0", ""), False),
    }


def _in_each_language(said: Any) -> tuple[str, ...]:
    found = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.append(str(said))
    return tuple(found)
