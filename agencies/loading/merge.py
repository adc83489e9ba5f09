"""Brings a table up to the data files without undoing what an admin did: a three-way merge per field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from ..models import ReferenceRow

Fields = Mapping[str, Any]  # by attribute name (province_id), values as JSON keeps them
_UNKNOWN = object()


@dataclass
class Tally:
    """How many rows of one kind came out which way."""

    kind: str
    added: int = 0
    changed: int = 0
    retired: int = 0  # no longer in the files
    left_alone: int = 0  # holds at least one value that an admin edited or confirmed
    unchanged: int = 0


@dataclass
class _Merge:
    model: type[ReferenceRow]
    tally: Tally
    signature: Callable[[Any], object] | None
    new: list[ReferenceRow] = field(default_factory=list)
    touched: list[ReferenceRow] = field(default_factory=list)
    touched_fields: set[str] = field(default_factory=lambda: {"loaded", "retired_at"})
    taken: dict[object, Any] = field(default_factory=dict)

    def add(self, key: str, value: str, fields: Fields) -> None:
        row = self.model(**{key: value}, **fields, loaded=dict(fields))
        if self._clashes(row):
            self.tally.left_alone += 1
            return
        self._take(row)
        self.new.append(row)
        self.tally.added += 1

    def update(self, row: ReferenceRow, fields: Fields) -> None:
        """Takes over each value that still is as the loader left it."""
        loaded, retired_at = dict(row.loaded), row.retired_at
        back = bool(loaded.pop("retired", False)) and retired_at is not None
        if back:
            row.retired_at = None
        changed, edited = {}, False
        for name, wanted in fields.items():
            current, base = getattr(row, name), self._base(row, name)
            if current == wanted:
                loaded[name] = wanted
            elif current == base and row.confirmed_at is None and not row.is_let_go:
                changed[name] = loaded[name] = wanted
            else:
                edited = True
        if (changed or back) and not self._assign(row, changed):
            changed, edited, loaded, back = {}, True, dict(row.loaded), False
            row.retired_at = retired_at
        self._count("changed" if changed or back else "left_alone" if edited else "unchanged")
        if changed or back or loaded != row.loaded:
            row.loaded = loaded
            self._touch(row, changed)

    def retire(self, row: ReferenceRow) -> None:
        """Takes a row out of use that the files no longer have, unless an admin had a hand in it."""
        if row.retired_at is not None:
            return
        brought_back = "retired" in row.loaded  # the loader took it out of use before
        edited = any(getattr(row, name) != value for name, value in row.loaded.items() if name != "retired")
        if row.confirmed_at or row.is_let_go or brought_back or edited:
            self.tally.left_alone += 1
            return
        row.retired_at = timezone.now()
        row.loaded = {**row.loaded, "retired": True}
        self.tally.retired += 1
        self._touch(row, {})

    def write(self) -> None:
        manager = self.model._default_manager
        manager.bulk_create(self.new, batch_size=500)
        if self.touched:
            manager.bulk_update(self.touched, sorted(self.touched_fields), batch_size=200)

    def _base(self, row: ReferenceRow, name: str) -> object:
        """What the loader last wrote; the default for a field it did not know yet; else nothing it could equal."""
        if name in row.loaded:
            return row.loaded[name]
        return self.model._meta.get_field(name).get_default() if row.loaded else _UNKNOWN  # type: ignore[union-attr]  # a concrete column, never a relation back

    def _assign(self, row: ReferenceRow, values: Fields) -> bool:
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        if not self._clashes(row):
            self._take(row)
            return True
        for name, value in before.items():
            setattr(row, name, value)
        return False

    def _clashes(self, row: ReferenceRow) -> bool:
        """Whether another row in use already says the same, which a unique constraint would refuse."""
        if self.signature is None or row.retired_at is not None:
            return False
        return self.taken.get(self.signature(row), row) is not row

    def _take(self, row: ReferenceRow) -> None:
        if self.signature is not None and row.retired_at is None:
            self.taken[self.signature(row)] = row

    def _touch(self, row: ReferenceRow, changed: Fields) -> None:
        self.touched.append(row)
        self.touched_fields.update(changed)

    def _count(self, way: str) -> None:
        setattr(self.tally, way, getattr(self.tally, way) + 1)


def merge(
    model: type[ReferenceRow],
    rows: Mapping[str, Fields],
    *,
    kind: str,
    key: str = "code",
    signature: Callable[[Any], object] | None = None,
) -> Tally:
    """Brings the table up to `rows` (key -> fields) and tells what came of each.

    A value that is as the loader last wrote it is taken over from the files; one that differs was edited by an admin
    and stays, as does every value of a confirmed row. Rows that left the files are retired. Rows with no key, which
    admins added, are not touched; `signature` names what no two rows may share. Run it inside a transaction.
    """
    work = _Merge(model, Tally(kind), signature)
    present = list(model._default_manager.select_for_update(of=("self",), no_key=True).order_by("pk"))
    for row in present:
        work._take(row)
    by_key = {getattr(row, key): row for row in present if getattr(row, key)}
    for value, fields in rows.items():
        if value in by_key:
            work.update(by_key[value], fields)
        else:
            work.add(key, value, fields)
    for value, row in by_key.items():
        if value not in rows and row.loaded:
            work.retire(row)
    work.write()
    return work.tally
