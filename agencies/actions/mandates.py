"""Giving a partner a mandate, changing and ending one: from a day on, never back in time.

Nothing is overwritten. A change ends the row on the day before and begins another, so that the history tells what held when.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from copy import copy
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User

from ..choices import StaffVerb
from ..models import Mandate, Partner
from ..models.reference import SourceStatus
from ..today import today
from .shared import ActRefused, StaleData, fresh, one_at_a_time, record

SAYS = ("agency_code", "topic", "stage", "country", "district", "province", "regency")
PLACED = ("district", "province", "regency")
WRITTEN = (*SAYS, "valid_from", "valid_until", "source")
LATEST = 3 * 365  # days ahead that a mandate may begin
A_DAY = timedelta(days=1)


def seen_mandate(row: Mandate) -> str:
    """A mark of what a page showed of the row, by which a later change by somebody else is noticed."""
    names = (*(_column(name) for name in WRITTEN), "partner_id", "retired_at", "confirmed_at")
    values = json.dumps([str(getattr(row, name)) for name in names])
    return hashlib.sha256(values.encode()).hexdigest()


def proposed(partner: Partner, values: Mapping[str, Any], *, instead_of: Mandate | None = None) -> Mandate:
    """The mandate that these values (of `WRITTEN`) would make, not saved.

    It follows the one in whose place it comes; where that will never have held, what that one was to follow.
    """
    return Mandate(
        partner=partner,
        replaces=_followed(instead_of, values["valid_from"])[-1] if instead_of else None,
        source_status=SourceStatus.VERIFIED,
        **{name: values[name] for name in WRITTEN},
    )


@transaction.atomic
def add_mandate(*, by: User, partner: Partner, values: Mapping[str, Any]) -> Mandate:
    """Make a partner responsible for something from `valid_from` on; a double click is one mandate.

    Raises PermissionDenied for anybody but a portal admin, ActRefused for a partner that is out of use, and
    ValidationError, by field, for what is past, covers nothing or is said already.
    """
    by = _begin(by, partner)
    new = proposed(partner, values)
    if there := twin(new):
        return there
    check(new)
    new.save()
    _tell(by, new, "added", new.valid_from)
    return new


@transaction.atomic
def change_mandate(*, by: User, mandate: Mandate, values: Mapping[str, Any], seen: str) -> Mandate:
    """Let a mandate say something else from `valid_from` on; until the day before, it holds as it is.

    Raises as `add_mandate` does, StaleData when somebody else changed or ended it meanwhile, and ActRefused when it
    is over or a change of it is set already.
    """
    by = _begin(by, mandate.partner)
    current = _lock(mandate)
    new = proposed(mandate.partner, values, instead_of=current)
    if there := twin(new, but=current):
        return there
    check_open(current, seen)
    check(new, but=current)
    assert new.valid_from is not None
    for row in giving_way(current, new.valid_from):
        _close(row, new.valid_from)
    new.save()
    _tell(by, new, "changed", new.valid_from)
    return new


@transaction.atomic
def end_mandate(*, by: User, mandate: Mandate, on: date, seen: str) -> None:
    """Let a mandate hold no more from that day on. One that has not begun is taken back, and what it was to follow goes on.

    Ending it twice on the same day is once. Raises as `change_mandate` does.
    """
    by = _begin(by, mandate.partner)
    current = _lock(mandate)
    if is_ended(current, on):
        return
    check_open(current, seen)
    check_end(current, on)
    before = reopened_by(current, on)
    _close(current, on)
    if before is not None:
        before.save(update_fields=["valid_until"])
    _tell(by, current, "ended", on)


def check(new: Mandate, *, but: Mandate | None = None) -> None:
    """Whether the mandate may be saved, in the place of `but`. Raises ValidationError, by field."""
    assert new.valid_from is not None
    _check_day(new.valid_from)
    if but is not None:
        earlier = but.valid_from is not None and new.valid_from < but.valid_from
        same = all(
            getattr(new, _column(name)) == getattr(but, _column(name)) for name in (*SAYS, "valid_until")
        )
        if same and not earlier:
            raise ValidationError(
                _("Nothing is different from what holds already. Change something, or go back.")
            )
        if but.valid_until is not None and but.valid_until < new.valid_from:
            raise ValidationError({"valid_from": _("The mandate is over by then. Choose an earlier day.")})
    new.full_clean(exclude=["replaces"], validate_constraints=False)
    if new.valid_until is not None and new.valid_until < new.valid_from:
        raise ValidationError({"valid_until": _("A mandate ends on the day it begins, or later.")})
    ending = [row.pk for row in giving_way(but, new.valid_from)] if but else []
    if _same(new, Mandate.objects.exclude(pk__in=ending)).exists():
        raise ValidationError(_("The partner already has this mandate."))


def check_end(current: Mandate, on: date) -> None:
    """Whether it may hold no more from that day on. Raises ValidationError, or ActRefused as things stand."""
    _check_day(on)
    if current.valid_until is not None and current.valid_until < on:
        raise ValidationError({"valid_from": _("The mandate is over by then. Choose an earlier day.")})
    before = reopened_by(current, on)
    if before is not None and _same(before, Mandate.objects.exclude(pk__in=[before.pk, current.pk])).exists():
        raise ActRefused(
            _("What held before cannot go on: the partner has the same mandate again. End that one first.")
        )


def check_open(current: Mandate, seen: str) -> None:
    """Whether it is as the page showed it, and may still change. Raises StaleData or ActRefused."""
    if seen_mandate(current) != seen:
        raise StaleData(
            _("Somebody else changed this meanwhile. Compare with what is kept now, then save again.")
        )
    if current.retired_at is not None or (current.valid_until is not None and current.valid_until < today()):
        raise ActRefused(_("This mandate is over. Add a new one instead."))
    if current.replaced_by.filter(retired_at=None).exists():
        raise ActRefused(_("A change of this mandate is set already. Change or take back that one."))


def is_ended(row: Mandate, on: date) -> bool:
    """Whether it has been ended for that day already; of one that never began, whether it was taken back."""
    return row.valid_until == on - A_DAY or row.retired_at is not None


def giving_way(current: Mandate, on: date) -> list[Mandate]:
    """What ends for a mandate that comes in the place of this one on that day: it, and what was to end for it."""
    rows = _followed(current, on)
    return [current, *(before for after, before in pairwise(rows) if _ends_for(before, after))]


def reopened_by(current: Mandate, on: date) -> Mandate | None:
    """What would go on if this mandate ended on that day: where it has not begun by then, the one that it was to follow,
    not saved."""
    if current.valid_from is None or current.valid_from <= today() or current.valid_from < on:
        return None
    if current.replaces is None or not _ends_for(current.replaces, current):
        return None
    before = copy(current.replaces)
    before.valid_until = current.valid_until
    return before


def twin(new: Mandate, *, but: Mandate | None = None) -> Mandate | None:
    """The very mandate, where it is saved already, in the place of `but`: somebody clicked twice."""
    said = {_column(name): getattr(new, _column(name)) for name in (*WRITTEN, "partner", "replaces")}
    rows = Mandate.objects.filter(**said, retired_at=None)
    return (rows.exclude(pk=but.pk) if but else rows).first()


def _followed(current: Mandate, on: date) -> list[Mandate]:
    """This mandate and, as long as the last of them does not begin before that day, the one that it was to follow."""
    rows = [current]
    while _never_holds(rows[-1], on) and rows[-1].replaces is not None:
        rows.append(rows[-1].replaces)
    return rows


def _ends_for(before: Mandate, after: Mandate) -> bool:
    """Whether the one ends only because the other begins."""
    begins = after.valid_from
    return before.retired_at is None and begins is not None and before.valid_until == begins - A_DAY


def _same(new: Mandate, among: Any) -> Any:
    """Mandates that say the same on a day on which this one holds (constraint mandate_is_said_once)."""
    said = {_column(name): getattr(new, _column(name)) for name in (*SAYS, "partner")}
    rows = among.filter(**said, retired_at=None)
    rows = rows.exclude(valid_until__lt=new.valid_from) if new.valid_from else rows
    return rows.exclude(valid_from__gt=new.valid_until) if new.valid_until else rows


def _check_day(on: date) -> None:
    if on < today():
        text = _("This day has passed. A mandate changes today (%(today)s) at the earliest.")
        raise ValidationError({"valid_from": text % {"today": date_format(today())}})
    if on > today() + timedelta(days=LATEST):
        raise ValidationError({"valid_from": _("Choose a day within the next three years.")})


def _close(current: Mandate, on: date) -> None:
    """Let it hold until the day before; what never held at all is out of use."""
    if _never_holds(current, on):
        current.retired_at = timezone.now()
        current.save(update_fields=["retired_at"])
    else:
        current.valid_until = on - A_DAY
        current.save(update_fields=["valid_until"])


def _never_holds(row: Mandate, on: date) -> bool:
    """Whether it will not have begun before that day."""
    return row.valid_from is not None and row.valid_from >= on


def _lock(mandate: Mandate) -> Mandate:
    rows = Mandate.objects.select_related("replaces").select_for_update(no_key=True, of=("self",))
    return rows.get(pk=mandate.pk)


def _begin(by: User, partner: Partner) -> User:
    one_at_a_time(partner.pk)
    by = fresh(by)
    if not by.manages_partners:
        raise PermissionDenied
    if Partner.objects.filter(pk=partner.pk).exclude(retired_at=None).exists():
        raise ActRefused(_("This partner is out of use: it has no mandates any more."))
    return by


def _tell(by: User, row: Mandate, what: str, on: date | None) -> None:
    place = row.regency_id or row.province_id or row.district_id or row.country or "*"
    code = ":".join((row.agency_code, row.topic_id or "*", row.stage or "*", place))
    day = on.isoformat() if on else ""
    record(StaffVerb.MANDATE_EDITED, by=by, partner=row.partner_id, what=what, code=code, day=day)


def _column(name: str) -> str:
    """The attribute that holds the value itself: of a topic or place its key."""
    return f"{name}_id" if name in (*PLACED, "topic", "partner", "replaces") else name
