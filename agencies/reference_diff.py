"""What an uploaded table would change: compared cell by cell with what is kept, and nothing written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import BooleanField, Count
from django.utils.translation import gettext as _

from . import rules, tables
from .actions.reference_rows import changed_fields, row_mark, value_of
from .actions.reference_tables import RowChange
from .models import District, Mandate, ReferenceRow
from .reference_cells import columns, fields_of, parsed, says_the_same
from .reference_forms import FORMS, RowForm
from .reference_kinds import Kind, title
from .reference_overlaps import shared_names
from .reference_wording import label, spoken

ROWS = 1_500  # in one table: three times what there are regencies


@dataclass(frozen=True)
class Told:
    """One field of a row: what is kept, and what the table says."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Line:
    """One row of the table: what it would change, or why it cannot be taken in."""

    number: int
    code: str
    title: str
    told: tuple[Told, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    change: RowChange | None = None
    row: ReferenceRow | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Absent:
    """A row in use that the table does not have: it stays, unless somebody ticks it to be taken out of use."""

    code: str
    title: str
    mandates: int
    change: RowChange


@dataclass(frozen=True)
class Diff:
    """Everything that the table would change, as it is shown and then approved."""

    new: tuple[Line, ...]
    changed: tuple[Line, ...]
    wrong: tuple[Line, ...]
    absent: tuple[Absent, ...]
    unchanged: int

    @property
    def changes(self) -> list[RowChange]:
        return [line.change for line in (*self.new, *self.changed) if line.change]

    @property
    def mark(self) -> str:
        """By this what is approved is known to be what was shown."""
        said = [
            [
                [line.code, line.change.mark if line.change else "", [[t.label, t.new] for t in line.told]]
                for line in lines
            ]
            for lines in (self.new, self.changed)
        ]
        absent = [[row.code, row.change.mark] for row in self.absent]
        return hashlib.sha256(json.dumps([said, absent]).encode()).hexdigest()[:16]


def read(kind: Kind, content: bytes) -> list[dict[str, Any]]:
    """The rows of a file, to be kept. Raises TableProblem when it is none that could be of this kind."""
    table = tables.read(content, columns(kind), rows=ROWS)
    return [
        {
            "number": row.number,
            "cells": dict(row.cells),
            "problems": [[problem.code, dict(problem.values)] for problem in row.problems],
        }
        for row in table.rows
    ]


def compare(kind: Kind, rows: Sequence[Mapping[str, Any]]) -> Diff:
    """What these rows would change of what is kept now."""
    kept = {str(row.pk): row for row in kind.rows("all")}
    seen: dict[str, int] = {}
    lines = [_line(kind, kept, seen, row) for row in rows]
    lines = _warned(kept, lines)
    good = [line for line in lines if not line.problems]
    return Diff(
        new=tuple(line for line in good if line.change and not line.change.mark),
        changed=tuple(line for line in good if line.change and line.change.mark),
        wrong=tuple(line for line in lines if line.problems),
        absent=_absent(kind, kept, seen),
        unchanged=sum(1 for line in good if line.change is None),
    )


def _line(
    kind: Kind, kept: Mapping[str, ReferenceRow], seen: dict[str, int], stored: Mapping[str, Any]
) -> Line:
    number, cells = stored["number"], stored["cells"]
    code = cells.get("code", "")
    problems = [tables.sentence(tables.Problem(*problem)) for problem in stored["problems"]]
    row = kept.get(code)
    if code in seen:
        problems.append(_("Row %(number)s has this code already.") % {"number": seen[code]})
    seen.setdefault(code, number)
    if row is not None and row.retired_at is not None:
        problems.append(_("This row is out of use. Bring it back on its page first, or leave it out."))
    if problems:
        return Line(number, code, title(row) if row else code, problems=tuple(problems))
    return _compared(kind, row, number, cells)


def _compared(kind: Kind, row: ReferenceRow | None, number: int, cells: Mapping[str, str]) -> Line:
    code, is_new = cells.get("code", ""), row is None
    base = row or kind.model()
    names = [name for name in fields_of(kind) if name in cells and name != "code"]
    if row is not None:
        names = [name for name in names if not says_the_same(row, name, cells[name])]
        if not names:
            return Line(number, code, title(row))
    said = {name: parsed(base, name, cells[name]) for name in names}
    form = _form(kind, base, said, code if is_new else "")
    problems = (*_no_answers(kind, said), *_problems(form, None if is_new else names))
    if problems:
        return Line(number, code, title(row) if row else code, problems=problems)
    values = form.values if is_new else {name: form.values[name] for name in names}
    changed = list(values) if is_new else changed_fields(base, values)
    if not changed:
        return Line(number, code, title(base))
    told = [
        Told(label(kind.model, name), _old(row, name), spoken(base, name, values[name])) for name in changed
    ]
    return Line(
        number,
        code,
        title(row) if row else str(form.instance),
        told=tuple(one for one in told if one.old or one.new),
        change=RowChange(code, {name: values[name] for name in changed}, row_mark(row) if row else ""),
        row=form.instance,
    )


def _old(row: ReferenceRow | None, name: str) -> str:
    return spoken(row, name, value_of(row, name)) if row else ""


def _form(kind: Kind, base: ReferenceRow, said: Mapping[str, Any], new_code: str) -> RowForm:
    """The form of the row's page, filled in with what the table says and, for the rest, with what is kept."""
    form_class = FORMS[kind.code]
    values = {
        name: "\n".join(value_of(base, name)) if name == "aliases" else value_of(base, name)
        for name in fields_of(kind)
    }
    copy = kind.model(**{f.attname: getattr(base, f.attname) for f in kind.model._meta.concrete_fields})
    copy._state.adding = bool(new_code) or base._state.adding
    sent = {**values, **said, **({"code": new_code} if new_code else {})}
    return form_class(form_class.as_sent(sent), instance=copy)


def _no_answers(kind: Kind, said: Mapping[str, Any]) -> list[str]:
    """What is neither yes nor no; a form would take any text for a tick."""
    fields = (kind.model._meta.get_field(name) for name, value in said.items() if isinstance(value, str))
    return [
        _("%(column)s: write yes or no.") % {"column": label(kind.model, field.name)}
        for field in fields
        if isinstance(field, BooleanField)
    ]


def _problems(form: RowForm, names: Sequence[str] | None) -> tuple[str, ...]:
    """Why the form refuses; of a row that is there only what the table itself says wrong."""
    found: list[str] = []
    for name, errors in form.errors.items():
        if name == NON_FIELD_ERRORS:
            found += [str(error) for error in errors]
        elif names is None or name in names:
            found += [f"{form.fields[name].label}: {error}" for error in errors]
    return tuple(found)


def _warned(kept: Mapping[str, ReferenceRow], lines: Sequence[Line]) -> list[Line]:
    """The lines, each district with a warning for every name by which another one of its country is recognised, too."""
    districts = {code: row for code, row in kept.items() if isinstance(row, District) and not row.retired_at}
    districts |= {line.code: line.row for line in lines if isinstance(line.row, District)}
    if not districts:
        return list(lines)
    shared = shared_names(districts.values())
    return [
        Line(**{**line.__dict__, "warnings": tuple(shared.get(line.code, ()))}) if line.change else line
        for line in lines
    ]


def _absent(kind: Kind, kept: Mapping[str, ReferenceRow], seen: Mapping[str, int]) -> tuple[Absent, ...]:
    missing = {code: row for code, row in kept.items() if row.retired_at is None and code not in seen}
    missing = {code: row for code, row in missing.items() if rules.can_retire(row)}
    counts: dict[Any, int] = {}
    if missing and kind.code != "outcome":
        rows = Mandate.objects.current().filter(**{f"{kind.code}__in": list(missing)}).order_by()
        counts = dict(rows.values_list(f"{kind.code}_id").annotate(n=Count("pk")))
    return tuple(
        Absent(code, title(row), counts.get(code, 0), RowChange(code, {}, row_mark(row)))
        for code, row in missing.items()
    )
