"""Keeping the coded lists and the places right: adding, changing, retiring and bringing back a row."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

from .. import rules
from ..choices import StaffVerb
from ..models import Mandate, Office, Partner, ReferenceRow
from ..reference_kinds import Kind, code_of, kind_of, title
from ..reference_uses import Use, uses
from .shared import ActRefused, StaleData, fresh, record

# What an admin may change of a row, kind by kind. Its code stays: other rows, old cases and the loader know it by that.
EDITED: dict[str, tuple[str, ...]] = {
    "topic": (
        *("name_id", "name_en", "stage", "default_urgency", "typical_agencies"),
        *("restricted", "position", "source"),
    ),
    "outcome": ("name_id", "name_en", "outcome_class", "extra_fields", "position", "source"),
    "district": ("country", "name_id", "name_en", "aliases", "source"),
    "province": ("name", "source"),
    "regency": ("province", "name", "source"),
}
NO_CLAIM = frozenset({"position"})  # of the page, not of the world: a change of it needs no new confirmation


def value_of(row: ReferenceRow, name: str) -> Any:
    """What the row holds in a field, as JSON keeps it: of a row that it points to the key."""
    return getattr(row, _key(row, name))


def row_mark(row: ReferenceRow) -> str:
    """A mark of what a form showed of the row, by which a later change by somebody else is noticed."""
    values = [value_of(row, name) for name in EDITED[kind_of(row).code]]
    return _hash([*values, row.retired_at is None])


def uses_mark(row: ReferenceRow, found: list[Use]) -> str:
    """The same of the row together with what uses it."""
    return _hash([row_mark(row), *([use.code, use.count] for use in found)])


def edited_fields(row: ReferenceRow) -> list[str]:
    """The fields that hold something else than the loader last wrote there."""
    return [
        name
        for name in EDITED[kind_of(row).code]
        if (key := _key(row, name)) in row.loaded and value_of(row, name) != row.loaded[key]
    ]


@transaction.atomic
def add_row(*, by: User, kind: Kind, code: str, values: Mapping[str, Any]) -> ReferenceRow:
    """Enter a new row; `values` may hold the fields of EDITED. The same once more returns the one that is there.

    Raises PermissionDenied for anybody but a portal admin, ValidationError for a code that is taken or values that
    cannot be kept.
    """
    by = portal_admin(by)
    one_kind_at_a_time(kind)
    row = kind.model(**{"code": code, **values})
    there = kind.model._default_manager.filter(pk=row.pk).first()
    if there is not None:
        if row_mark(there) == row_mark(row):
            return there
        raise ValidationError({"code": _("There is “%(row)s” with this code already.") % {"row": there}})
    enter(row, by=by)
    return row


@transaction.atomic
def edit_row(*, by: User, row: ReferenceRow, changes: Mapping[str, Any], seen: str) -> ReferenceRow:
    """Keep what an admin corrected. Nothing new is nothing done. A confirmation does not outlive what it confirmed.

    Raises PermissionDenied for anybody but a portal admin, StaleData when the row is not what `seen` stands for any
    more, ValidationError for values that cannot be kept.
    """
    by = portal_admin(by)
    current = locked(row)
    changed = changed_fields(current, changes)
    if not changed:
        return current
    if row_mark(current) != seen:
        raise StaleData(_stale())
    write(current, {name: changes[name] for name in changed}, by=by)
    return current


@transaction.atomic
def reset_row(*, by: User, row: ReferenceRow, seen: str) -> ReferenceRow:
    """Put back what the loader last wrote, in every field that an admin edited. Raises as `edit_row` does.

    A confirmation ends here as well: nobody confirmed what was put back.
    """
    by = portal_admin(by)
    current = locked(row)
    edited = edited_fields(current)
    if not edited:
        return current
    if row_mark(current) != seen:
        raise StaleData(_stale())
    for name in edited:
        key = _key(current, name)
        setattr(current, key, current.loaded[key])
    current.full_clean(validate_unique=False)
    _save(current, edited, by=by, reset=True)
    return current


@transaction.atomic
def retire_row(*, by: User, row: ReferenceRow, seen: str) -> ReferenceRow:
    """Take a row out of use: old cases keep it, new ones are not offered it. Doing it twice is once.

    Raises PermissionDenied for anybody but a portal admin, ActRefused for a row that rules of the portal go by, and
    StaleData when the row or what uses it is not what `seen` stands for any more.
    """
    by = portal_admin(by)
    current = locked(row)
    if current.retired_at is not None:
        return current
    if uses_mark(current, uses(current)) != seen:
        raise StaleData(_("The row, or what uses it, has changed meanwhile. Look once more, then go on."))
    retire(current, by=by)
    return current


@transaction.atomic
def restore_row(*, by: User, row: ReferenceRow) -> ReferenceRow:
    """Bring a row back into use; doing it twice is once.

    Raises PermissionDenied for all but portal admins, ValidationError when its place is taken meanwhile.
    """
    by = portal_admin(by)
    current = locked(row)
    if current.retired_at is not None:
        restore(current, by=by)
    return current


def changed_fields(row: ReferenceRow, changes: Mapping[str, Any]) -> list[str]:
    """Which of the new values, by field, are not those of the row."""
    return [
        name
        for name in EDITED[kind_of(row).code]
        if name in changes and getattr(changes[name], "pk", changes[name]) != value_of(row, name)
    ]


def enter(row: ReferenceRow, *, by: User, checked: bool = False) -> None:
    """Save a new row, with its line in the log. Raises ValidationError for values that cannot be kept.

    `checked` says that a form has looked at them: then the database is not asked once more, which counts for thousands.
    """
    if not checked:
        row.full_clean()
    row.save(force_insert=True)
    recorded(StaffVerb.REFERENCE_EDITED, row, by, fields=[], added=True)


def write(row: ReferenceRow, changes: Mapping[str, Any], *, by: User, checked: bool = False) -> None:
    """Save changes of a locked row, with its line in the log. Raises and is told what is checked as `enter`."""
    for name, value in changes.items():
        setattr(row, name, value)
    if not checked:
        row.full_clean(validate_unique=False)
    _save(row, list(changes), by=by)


def retire(row: ReferenceRow, *, by: User) -> None:
    """Take a locked row out of use, with its line in the log. Raises ActRefused for one that rules go by."""
    if not rules.can_retire(row):
        text = _("Rules that protect workers go by “%(row)s”: it stays in use.")
        raise ActRefused(text % {"row": title(row)})
    row.retired_at = timezone.now()
    row.loaded.pop(
        "retired", None
    )  # from now on it is out of use because an admin says so, and not the files
    row.save(update_fields=["retired_at", "loaded"])
    recorded(StaffVerb.REFERENCE_RETIRED, row, by)


def restore(row: ReferenceRow, *, by: User) -> None:
    """Bring a locked row back into use, with its line in the log. Raises ValidationError when its place is taken."""
    row.retired_at = None
    row.full_clean()
    row.save(update_fields=["retired_at"])
    recorded(StaffVerb.REFERENCE_RESTORED, row, by)


def portal_admin(by: User) -> User:
    """The actor as they are now. Raises PermissionDenied for anybody but a portal admin."""
    by = fresh(by)
    if not by.manages_partners:
        raise PermissionDenied
    return by


def one_kind_at_a_time(kind: Kind) -> None:
    """Let whatever adds rows of one kind wait for each other until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"reference:{kind.code}"])


def locked(row: ReferenceRow) -> ReferenceRow:
    """The row as it is now, kept so until the transaction ends."""
    return kind_of(row).model._default_manager.select_for_update(no_key=True).get(pk=row.pk)


def recorded(verb: StaffVerb, row: ReferenceRow, by: User, **detail: Any) -> None:
    """Write a line of the log that tells of one row of reference data."""
    record(verb, by=by, partner=_partner_of(row), kind=kind_of(row).code, code=code_of(row), **detail)


def _save(row: ReferenceRow, fields: list[str], *, by: User, **detail: Any) -> None:
    """Save these fields, without the confirmation of what stood there before, with what the log tells of it."""
    taken_back = row.confirmed_at is not None and bool(set(fields) - NO_CLAIM)
    ended: tuple[str, ...] = ()
    if taken_back:
        row.confirmed_at, row.confirmed_by, row.confirmed_source = None, "", ""
        ended = ("confirmed_at", "confirmed_by", "confirmed_source")
    row.save(update_fields=[*fields, *ended])
    recorded(StaffVerb.REFERENCE_EDITED, row, by, fields=fields, **detail)
    if taken_back:
        recorded(StaffVerb.UNCONFIRMED, row, by)


def _partner_of(row: ReferenceRow) -> int | None:
    """Whose log tells of it; nobody's in particular where the row is everybody's."""
    if isinstance(row, Partner):
        return row.pk
    return row.partner_id if isinstance(row, Mandate | Office) else None


def _key(row: ReferenceRow, name: str) -> str:
    """What the loader calls a field: of a row that it points to the key."""
    return row._meta.get_field(name).attname  # type: ignore[union-attr]  # a concrete column, never a relation back


def _stale() -> str:
    return _("Somebody else changed this meanwhile. Compare with what is kept now, then save again.")


def _hash(values: list[Any]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
