"""Naming who stands in for a person that is out of office."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.absences import Absence
from accounts.models import User

from .. import rules
from ..choices import StaffVerb
from .shared import ActRefused, fresh, one_at_a_time, record


@transaction.atomic
def set_deputy(*, by: User, person: User, deputy: User, first_day: date, last_day: date) -> Absence:
    """Let a colleague stand in for this person; the same again is nothing new.

    Raises PermissionDenied for anybody but the person and their admins, ActRefused for a deputy that does not fit.
    """
    by, current = _begin(by, person)
    stand_in = User.objects.filter(pk=deputy.pk).first()
    if stand_in is None or not rules.can_stand_in(stand_in, current):
        raise ActRefused(_("Choose a colleague of the same partner who works on cases."))
    fields = {"deputy": stand_in, "first_day": first_day, "last_day": last_day}
    earlier = Absence.objects.filter(person=current).first()
    if earlier is not None and all(getattr(earlier, name) == value for name, value in fields.items()):
        return earlier
    absence, _new = Absence.objects.update_or_create(person=current, defaults=fields)
    record(
        StaffVerb.DEPUTY_SET,
        by=by,
        partner=current.partner_id,
        subject=current,
        deputy=stand_in.pk,
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
    )
    return absence


@transaction.atomic
def drop_deputy(*, by: User, person: User) -> None:
    """The person is back; twice is once."""
    by, current = _begin(by, person)
    gone, _kinds = Absence.objects.filter(person=current).delete()
    if gone:
        record(StaffVerb.DEPUTY_SET, by=by, partner=current.partner_id, subject=current, dropped=True)


def _begin(by: User, person: User) -> tuple[User, User]:
    one_at_a_time(person.partner_id)
    by = fresh(by)
    current = User.objects.select_related("partner").get(pk=person.pk)
    if not rules.can_set_deputy(by, current):
        raise PermissionDenied
    return by, current
