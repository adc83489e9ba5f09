"""Confirming reference data that no source carries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

from ..choices import StaffVerb
from ..models import ReferenceRow
from ..reference_kinds import KINDS, kind_of, title
from .reference_rows import portal_admin, recorded
from .shared import ActRefused, StaleData

NO_CLAIMS = frozenset(
    {"loaded", "retired_at", "confirmed_at", "confirmed_by", "confirmed_source", "position"}
)


def said_mark(rows: Iterable[ReferenceRow]) -> str:
    """A mark of everything that these rows say, by which a change since somebody read them is noticed."""
    said = [
        [kind_of(row).code, *(str(getattr(row, field.attname)) for field in _claims(row))]
        for row in sorted(rows, key=_turn)
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


@transaction.atomic
def confirm(
    *, by: User, rows: Sequence[ReferenceRow], source: str, on: date, seen: str | None = None
) -> None:
    """Note that these rows are right as they stand, according to `source` on that day. All of them or none.

    What this very person confirmed with this very source before is passed over. Raises PermissionDenied for anybody
    but a portal admin, ActRefused when a row was confirmed by somebody else meanwhile, StaleData when they do not say
    any more what `seen` stands for.
    """
    by = portal_admin(by)
    at = min(timezone.make_aware(datetime.combine(on, time.min)), timezone.now())
    locked = [_lock(row) for row in sorted(rows, key=_turn)]
    if seen is not None and said_mark(locked) != seen:
        raise StaleData(_("Somebody changed this meanwhile. Read what it says now, then confirm."))
    for current in locked:
        if current.confirmed_at is None:
            current.confirmed_at, current.confirmed_by, current.confirmed_source = at, by.email, source
            current.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_source"])
            recorded(StaffVerb.CONFIRMED, current, by)
        elif (current.confirmed_by, current.confirmed_source) != (by.email, source):
            text = _("“%(row)s” was confirmed by %(email)s meanwhile.")
            raise ActRefused(text % {"row": title(current), "email": current.confirmed_by})


@transaction.atomic
def take_back(*, by: User, row: ReferenceRow) -> None:
    """Mark a row unconfirmed again; taking back twice is once. Raises PermissionDenied for all but portal admins."""
    by = portal_admin(by)
    current = _lock(row)
    if current.confirmed_at is not None:
        current.confirmed_at, current.confirmed_by, current.confirmed_source = None, "", ""
        current.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_source"])
        recorded(StaffVerb.UNCONFIRMED, current, by)


def _claims(row: ReferenceRow) -> list[Field[Any, Any]]:
    """Everything that a row says of the world; not what is known of its confirmation."""
    return [field for field in row._meta.concrete_fields if field.name not in NO_CLAIMS]


def _turn(row: ReferenceRow) -> tuple[int, int | str]:
    """In which order rows are locked: partners before mandates, then by key, as the loader does; so no deadlock."""
    return list(KINDS).index(kind_of(row).code), row.pk


def _lock(row: ReferenceRow) -> ReferenceRow:
    rows = kind_of(row).model._default_manager.select_for_update(no_key=True)
    return rows.get(pk=row.pk)
