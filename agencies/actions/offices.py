"""Keeping a partner's offices and its duty roster."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

from .. import rules
from ..choices import StaffVerb
from ..models import Duty, Office, Partner
from .shared import ActRefused, StaleData, fresh, record

OFFICE_FIELDS = ("name", "address", "city", "province", "district", "phone", "hours")


def seen_office(office: Office | None) -> str:
    """A mark of what the form showed, by which a later change by somebody else is noticed."""
    if office is None:
        return ""
    values = [str(getattr(office, name)) for name in OFFICE_FIELDS] + [str(office.retired_at)]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


@transaction.atomic
def edit_office(
    *, by: User, partner: Partner, office: Office | None, changes: Mapping[str, Any], seen: str
) -> Office:
    """Keep an office, a new one without `office`. The same values again are nothing new.

    Raises PermissionDenied for anybody but an admin of the partner, StaleData when somebody changed it meanwhile,
    ValidationError for values that cannot be kept.
    """
    by = _begin(by, partner)
    if office is None:
        same = {name: changes[name] for name in OFFICE_FIELDS}
        if earlier := Office.objects.current().filter(partner=partner, **same).first():
            return earlier
        current = Office(partner=partner)
    else:
        current = Office.objects.select_for_update(no_key=True).get(pk=office.pk)
        if all(getattr(current, name) == changes[name] for name in OFFICE_FIELDS):
            return current
        if seen_office(current) != seen:
            raise StaleData(_("Somebody else changed this office meanwhile. Look at it, then save again."))
    for name in OFFICE_FIELDS:
        setattr(current, name, changes[name])
    current.full_clean()
    current.save()
    record(StaffVerb.OFFICE_EDITED, by=by, partner=partner, office=current.pk)
    return current


@transaction.atomic
def close_office(*, by: User, partner: Partner, office: Office) -> Office:
    """Take an office out of use; twice is once."""
    by = _begin(by, partner)
    current = Office.objects.select_for_update(no_key=True).get(pk=office.pk)
    if current.retired_at is None:
        current.retired_at = timezone.now()
        current.save(update_fields=["retired_at"])
        record(StaffVerb.OFFICE_EDITED, by=by, partner=partner, office=current.pk, closed=True)
    return current


@transaction.atomic
def add_duty(*, by: User, partner: Partner, **fields: Any) -> Duty:
    """Put a duty into the roster; the same again is the first one. Raises PermissionDenied, ActRefused, ValidationError."""
    by = _begin(by, partner)
    person = fields.get("person")
    if person is not None and (person.partner_id != partner.pk or not person.is_active):
        raise ActRefused(_("Choose an active person of this partner, or type a name."))
    if earlier := Duty.objects.filter(partner=partner, **fields).first():
        return earlier
    new = Duty(partner=partner, **fields)
    new.full_clean()
    new.save()
    record(StaffVerb.ROSTER_EDITED, by=by, partner=partner, subject=person)
    return new


@transaction.atomic
def remove_duty(*, by: User, partner: Partner, duty: int) -> None:
    """Take a duty out of the roster; twice is once."""
    by = _begin(by, partner)
    removed, _kinds = Duty.objects.filter(pk=duty, partner=partner).delete()
    if removed:
        record(StaffVerb.ROSTER_EDITED, by=by, partner=partner, removed=True)


def _begin(by: User, partner: Partner) -> User:
    """The actor as they are now; acts on one partner's offices and roster follow each other."""
    list(Partner.objects.filter(pk=partner.pk).select_for_update(no_key=True).values_list("pk"))
    by = fresh(by)
    if not rules.can_manage_people_of(by, partner.pk):
        raise PermissionDenied
    return by
