"""Keeping the deadlines, the calendars and the reminders right. What runs already keeps the deadline it has."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User

from ..choices import StaffVerb
from ..models import CalendarDay, Deadline, EscalationStep, Partner, PartnerDeadline
from .shared import StaleData, fresh, one_at_a_time, record

LENGTH = ("value", "unit", "counting")
HOURS = ("opens_at", "closes_at", "weekend")
Reminder = tuple[int, Sequence[str]]  # percent of the time, who is told


def mark(row: Deadline | PartnerDeadline | Partner | None) -> str:
    """A mark of what a form showed of the row, by which a later change by somebody else is noticed."""
    if row is None:
        return ""
    names = HOURS if isinstance(row, Partner) else LENGTH
    return _hash([str(getattr(row, name)) for name in names])


def reminders_mark() -> str:
    """The same of all reminders."""
    return _hash([[step.percent, *step.recipients] for step in EscalationStep.objects.order_by("level")])


@transaction.atomic
def edit_deadline(*, by: User, deadline: Deadline, value: int, unit: str, counting: str, seen: str) -> None:
    """Allow another time from now on. Nothing new is nothing done.

    Raises PermissionDenied for anybody but a portal admin, StaleData when somebody else changed it since, and
    ValidationError for no time at all or more than a year.
    """
    by = _portal_admin(by)
    current = Deadline.objects.select_for_update(no_key=True).get(pk=deadline.pk)
    before = _length(current)
    if before == (value, unit, counting):
        return
    _check(current, seen)
    current.value, current.unit, current.counting = value, unit, counting
    current.full_clean(exclude=_others(Deadline, LENGTH))
    current.save(update_fields=LENGTH)
    record(StaffVerb.DEADLINE_EDITED, by=by, partner=None, code=current.code, **_told(before, current))


@transaction.atomic
def set_own_deadline(
    *, by: User, partner: Partner, deadline: Deadline, value: int, unit: str, counting: str, seen: str
) -> PartnerDeadline:
    """Give one partner a time of its own. Raises as `edit_deadline` does."""
    by = _portal_admin(by)
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    own = PartnerDeadline.objects.filter(partner=partner, deadline=deadline).first()
    if own is not None and _length(own) == (value, unit, counting):
        return own
    _check(own, seen)
    before = _length(own) if own else None
    own = own or PartnerDeadline(partner=partner, deadline=deadline)
    own.value, own.unit, own.counting = value, unit, counting
    own.full_clean()
    own.save()
    record(StaffVerb.DEADLINE_EDITED, by=by, partner=partner, code=deadline.code, **_told(before, own))
    return own


@transaction.atomic
def drop_own_deadline(*, by: User, partner: Partner, deadline: Deadline) -> None:
    """Let the general time hold for this partner again; doing it twice is once."""
    by = _portal_admin(by)
    gone, _kinds = PartnerDeadline.objects.filter(partner=partner, deadline=deadline).delete()
    if gone:
        record(StaffVerb.DEADLINE_EDITED, by=by, partner=partner, code=deadline.code, dropped=True)


@transaction.atomic
def edit_hours(
    *, by: User, partner: Partner, opens_at: time, closes_at: time, weekend: list[int] | None, seen: str
) -> None:
    """Say when a partner is at work. `weekend` None is that of its country. Raises as `edit_deadline` does."""
    by = _portal_admin(by)
    current = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    values = {"opens_at": opens_at, "closes_at": closes_at, "weekend": weekend}
    changed = [name for name in HOURS if getattr(current, name) != values[name]]
    if not changed:
        return
    _check(current, seen)
    if closes_at <= opens_at:
        raise ValidationError({"closes_at": _("The office closes before it opens.")})
    if weekend is not None and len(set(weekend)) == 7:
        raise ValidationError({"weekend": _("On one day of the week, people have to be at work.")})
    for name in changed:
        setattr(current, name, values[name])
    current.save(update_fields=changed)
    record(StaffVerb.PARTNER_EDITED, by=by, partner=current, fields=changed)


@transaction.atomic
def add_day(
    *, by: User, day: date, name: str, is_working: bool, country: str = "", partner: Partner | None = None
) -> CalendarDay:
    """Enter a day that the published calendar does not have, or has wrong, for a country or for one partner.

    The same again returns the one that is there. Raises PermissionDenied for anybody but a portal admin and
    ValidationError when something else is kept of that day.
    """
    by = _portal_admin(by)
    one_at_a_time(partner.pk if partner else None)  # a double click is one day
    there = CalendarDay.objects.filter(country=country, partner=partner, day=day).first()
    if there is not None:
        if (there.name, there.is_working) == (name, is_working):
            return there
        raise ValidationError(
            {"day": _("“%(name)s” is kept for this day. Remove it first.") % {"name": there}}
        )
    row = CalendarDay(country=country, partner=partner, day=day, name=name, is_working=is_working)
    row.full_clean()
    row.save()
    record(StaffVerb.CALENDAR_EDITED, by=by, partner=partner, country=country, day=day.isoformat())
    return row


@transaction.atomic
def remove_day(*, by: User, row: CalendarDay) -> None:
    """Go by the published calendar again on that day; doing it twice is once."""
    by = _portal_admin(by)
    gone, _kinds = CalendarDay.objects.filter(pk=row.pk).delete()
    if gone:
        record(
            StaffVerb.CALENDAR_EDITED,
            by=by,
            partner=row.partner_id,
            country=row.country,
            day=row.day.isoformat(),
            dropped=True,
        )


@transaction.atomic
def set_reminders(*, by: User, steps: Sequence[Reminder], seen: str) -> None:
    """Put these reminders, in order, in the place of those there are. Raises as `edit_deadline` does.

    A deadline that runs already goes by them from its next reminder on.
    """
    by = _portal_admin(by)
    one_at_a_time(None)
    kept = list(EscalationStep.objects.order_by("level"))
    if [(step.percent, list(step.recipients)) for step in kept] == [(at, list(who)) for at, who in steps]:
        return
    if reminders_mark() != seen:
        raise StaleData(_changed())
    EscalationStep.objects.all().delete()
    rows = [
        EscalationStep(level=level, percent=percent, recipients=list(who))
        for level, (percent, who) in enumerate(steps, start=1)
    ]
    for row in rows:
        row.full_clean(validate_unique=False, validate_constraints=False)
    EscalationStep.objects.bulk_create(rows)
    record(StaffVerb.REMINDERS_EDITED, by=by, partner=None, percents=[percent for percent, _who in steps])


def _portal_admin(by: User) -> User:
    by = fresh(by)
    if not by.manages_partners:
        raise PermissionDenied
    return by


def _check(row: Deadline | PartnerDeadline | Partner | None, seen: str) -> None:
    if mark(row) != seen:
        raise StaleData(_changed())


def _changed() -> str:
    return _("Somebody else changed this meanwhile. Compare with what is kept now, then save again.")


def _length(row: Deadline | PartnerDeadline) -> tuple[int, str, str]:
    return row.value, row.unit, row.counting


def _told(before: tuple[int, str, str] | None, now: Deadline | PartnerDeadline) -> dict[str, Any]:
    return {"before": list(before or ()), "now": list(_length(now))}


def _others(model: type[Deadline], names: tuple[str, ...]) -> list[str]:
    return [field.name for field in model._meta.fields if field.name not in names]


def _hash(values: list[Any]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
