"""Taking in a whole table of reference data, after somebody has read what it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

from ..models import ReferenceRow, ReferenceUpload
from ..reference_kinds import Kind
from .reference_rows import enter, one_kind_at_a_time, portal_admin, retire, row_mark, write
from .shared import StaleData

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class RowChange:
    """One row of a table: its new values, by field, as a form has checked them. `mark` is that of the row it was compared with; empty: it is new."""

    code: str
    values: Mapping[str, Any]
    mark: str = ""


@transaction.atomic
def keep_table(*, by: User, kind: Kind, rows: Sequence[Mapping[str, Any]]) -> ReferenceUpload:
    """Keep an uploaded table until its uploader approves it, in the place of any other of theirs.

    What nobody approved within a day goes. Raises PermissionDenied for anybody but a portal admin.
    """
    by = portal_admin(by)
    ReferenceUpload.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    ReferenceUpload.objects.filter(by=by, taken_at=None).delete()
    return ReferenceUpload.objects.create(by=by, kind=kind.code, rows=list(rows))


@transaction.atomic
def take_in(
    *,
    by: User,
    upload: ReferenceUpload,
    kind: Kind,
    changes: Sequence[RowChange],
    retired: Sequence[RowChange],
) -> None:
    """Make all these changes and take these rows out of use, or do nothing. Approving twice is once.

    Raises PermissionDenied for anybody but a portal admin, StaleData when a row is not what it was compared with any
    more, ActRefused for a row that has to stay in use.
    """
    by = portal_admin(by)
    current = ReferenceUpload.objects.visible_to(by).select_for_update().filter(pk=upload.pk).first()
    if current is None:
        raise StaleData(_("You uploaded another table since. Only the newest can be approved."))
    if current.taken_at is not None:
        return
    one_kind_at_a_time(kind)
    rows = _locked(kind, [*changes, *retired])
    for change in changes:
        row = rows.get(change.code)
        if row is None:
            enter(kind.model(**{"code": change.code, **change.values}), by=by, checked=True)
        else:
            write(row, change.values, by=by, checked=True)
    for change in retired:
        retire(rows[change.code], by=by)
    current.taken_at, current.rows = timezone.now(), []
    current.save(update_fields=["taken_at", "rows"])


def _locked(kind: Kind, changes: Sequence[RowChange]) -> dict[str, ReferenceRow]:
    """The rows that are there, in the order in which the loader locks them; each still as it was compared."""
    codes = [change.code for change in changes]
    found = kind.model._default_manager.select_for_update(no_key=True).filter(pk__in=codes).order_by("pk")
    rows = {str(row.pk): row for row in found}
    if any((row_mark(rows[code]) if code in rows else "") != mark for code, mark in _marks(changes)):
        raise StaleData(
            _("This data was changed since you looked. Read what the table changes now, then approve.")
        )
    return rows


def _marks(changes: Sequence[RowChange]) -> list[tuple[str, str]]:
    return [(change.code, change.mark) for change in changes]
