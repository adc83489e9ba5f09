"""Confirming reference data that no source carries."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

from ..choices import StaffVerb
from ..models import Mandate, Partner, ReferenceRow
from ..reference_kinds import KINDS, code_of, kind_of, title
from .shared import ActRefused, fresh, record


@transaction.atomic
def confirm(*, by: User, rows: Sequence[ReferenceRow], source: str, on: date) -> None:
    """Note that these rows are right as they stand, according to `source` on that day. All of them or none.

    What this very person confirmed with this very source before is passed over. Raises PermissionDenied for anybody
    but a portal admin, ActRefused when a row was confirmed by somebody else meanwhile.
    """
    by = _portal_admin(by)
    at = min(timezone.make_aware(datetime.combine(on, time.min)), timezone.now())
    for row in sorted(rows, key=_turn):
        current = _lock(row)
        if current.confirmed_at is None:
            current.confirmed_at, current.confirmed_by, current.confirmed_source = at, by.email, source
            current.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_source"])
            _record(StaffVerb.CONFIRMED, current, by)
        elif (current.confirmed_by, current.confirmed_source) != (by.email, source):
            text = _("“%(row)s” was confirmed by %(email)s meanwhile.")
            raise ActRefused(text % {"row": title(current), "email": current.confirmed_by})


@transaction.atomic
def take_back(*, by: User, row: ReferenceRow) -> None:
    """Mark a row unconfirmed again; taking back twice is once. Raises PermissionDenied for all but portal admins."""
    by = _portal_admin(by)
    current = _lock(row)
    if current.confirmed_at is not None:
        current.confirmed_at, current.confirmed_by, current.confirmed_source = None, "", ""
        current.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_source"])
        _record(StaffVerb.UNCONFIRMED, current, by)


def _turn(row: ReferenceRow) -> tuple[int, int | str]:
    """In which order rows are locked: partners before mandates, then by key, as the loader does; so no deadlock."""
    return list(KINDS).index(kind_of(row).code), row.pk


def _portal_admin(by: User) -> User:
    by = fresh(by)
    if not by.manages_partners:
        raise PermissionDenied
    return by


def _lock(row: ReferenceRow) -> ReferenceRow:
    rows = kind_of(row).model._default_manager.select_for_update(no_key=True)
    return rows.get(pk=row.pk)


def _record(verb: StaffVerb, row: ReferenceRow, by: User) -> None:
    partner = row.pk if isinstance(row, Partner) else row.partner_id if isinstance(row, Mandate) else None
    record(verb, by=by, partner=partner, kind=kind_of(row).code, code=code_of(row))
