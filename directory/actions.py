"""The verbs of the directory. Each is one transaction with an explicit actor, and one line in the log of accounts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.actions.shared import ActRefused, StaleData, fresh, one_at_a_time, record
from agencies.choices import StaffVerb
from agencies.models import District, Partner, Province

from . import rules
from .choices import HoursKind
from .models import Contact, Hours, Service

__all__ = [
    "FIELDS",
    "ActRefused",
    "Content",
    "StaleData",
    "add_service",
    "check",
    "differing",
    "edit_service",
    "mark",
    "restore",
    "retire",
    "say_places",
]

FIELDS = (
    *("kind", "name_id", "name_en", "description_id", "description_en"),
    *("address", "city", "postal_code", "province", "country", "latitude", "longitude", "address_reach"),
    *("time_zone", "serves_everywhere", "countries", "districts", "provinces"),
    *("hours_kind", "closed_on_holidays", "valid_from", "valid_until"),
    *("audiences", "minimum_age", "maximum_age", "conditions", "languages", "is_free", "fees"),
    *("how_to_apply", "capacity", "is_published"),
)
CONTACT = ("name", "phone", "email", "is_public")
Day = tuple[int, time, time]  # of the week, Monday is 0; opens at, closes at


@dataclass(frozen=True)
class Content:
    """What a service is to be: the fields of FIELDS, its own hours, and its contacts by their position."""

    fields: Mapping[str, Any]
    hours: Sequence[Day]
    contacts: Mapping[int, Mapping[str, Any]]


def mark(service: Service) -> str:
    """A mark of what a form showed of the service, by which a later change by somebody else is noticed."""
    kept = [[str(getattr(service, name)) for name in FIELDS], _hours(service), _contacts(service)]
    return hashlib.sha256(json.dumps(kept, default=str, sort_keys=True).encode()).hexdigest()[:16]


@transaction.atomic
def add_service(*, by: User, partner: Partner, key: UUID, content: Content) -> Service:
    """Enter a service under that key; the same key again is the same service.

    Raises PermissionDenied for anybody but an admin of the partner or the portal, ActRefused at a partner that takes
    no part, and ValidationError, by field, for what cannot be kept.
    """
    by = fresh(by)
    if not rules.can_edit_services_of(by, partner.pk):
        raise PermissionDenied
    one_at_a_time(partner.pk)
    partner.refresh_from_db()
    if not partner.is_active or partner.retired_at is not None:
        raise ActRefused(_("This partner is suspended: services are entered again once it takes part."))
    if there := Service.objects.filter(pk=key).first():
        if there.partner_id != partner.pk:
            raise PermissionDenied
        return there
    service = Service(pk=key, partner=partner)
    _write(service, content)
    _log(service, by, act="added")
    return service


@transaction.atomic
def edit_service(*, by: User, service: Service, content: Content, seen: str) -> Service:
    """Keep what is new, and that all of it was looked at today. Nothing new is nothing done.

    Raises as `add_service` does, and StaleData when it is not what `seen` stands for any more.
    """
    by = fresh(by)
    current = _locked(by, service)
    changed = differing(current, content)
    if not changed:
        return current
    if mark(current) != seen:
        raise StaleData(
            _("Somebody else changed this service meanwhile. Compare with what is kept now, then save again.")
        )
    current.checked_on = timezone.localdate()
    _write(current, content)
    _log(current, by, act="edited", fields=changed)
    return current


@transaction.atomic
def check(*, by: User, service: Service) -> None:
    """Say that all of it is still right today; doing it twice is once."""
    by = fresh(by)
    current = _locked(by, service)
    today = timezone.localdate()
    if current.checked_on == today:
        return
    current.checked_on = today
    _save(current, "checked_on")
    _log(current, by, act="checked")


@transaction.atomic
def say_places(*, by: User, service: Service, free: int) -> None:
    """Say how many places are free now. The same number again is said anew: it holds later.

    Raises PermissionDenied for whoever neither works there nor manages it, ValidationError for more than there are.
    """
    by = fresh(by)
    current = Service.objects.select_for_update(no_key=True, of=("self",)).get(pk=service.pk)
    if not rules.can_say_places(by, current):
        raise PermissionDenied
    if not 0 <= free <= (current.capacity or 0):
        raise ValidationError(
            {"places_free": _("There are %(all)s places in all.") % {"all": current.capacity}}
        )
    before = current.places_free
    current.places_free, current.places_at = free, timezone.now()
    current.save(update_fields=["places_free", "places_at"])  # the world is not told when beds are counted
    if before != free:
        _log(current, by, act="places", now=free)


@transaction.atomic
def retire(*, by: User, service: Service) -> None:
    """Offer it no more; doing it twice is once."""
    by = fresh(by)
    current = _locked(by, service)
    if current.retired_at is None:
        current.retired_at = timezone.now()
        _save(current, "retired_at")
        _log(current, by, act="retired")


@transaction.atomic
def restore(*, by: User, service: Service) -> None:
    """Offer it again, inside the portal only: what it said may be old by now. Doing it twice is once."""
    by = fresh(by)
    current = _locked(by, service)
    if current.retired_at is not None:
        withdrawn = ["is_published"] if current.is_published else []
        current.retired_at, current.is_published = None, False
        _save(current, "retired_at", "is_published")
        _log(current, by, act="restored", fields=withdrawn)


def _locked(by: User, service: Service) -> Service:
    """The service as it is now, until the commit. Raises PermissionDenied for whoever does not manage it."""
    current = Service.objects.select_for_update(no_key=True, of=("self",)).get(pk=service.pk)
    if not rules.can_edit(by, current):
        raise PermissionDenied
    return current


def differing(service: Service, content: Content) -> list[str]:
    """The names of what is to be otherwise than it is, "hours" and "contacts" among them."""
    changed = [name for name in FIELDS if getattr(service, name) != content.fields[name]]
    if _hours(service) != _wanted_hours(content):
        changed.append("hours")
    if _contacts(service) != {position: _plain(row) for position, row in content.contacts.items()}:
        changed.append("contacts")
    return changed


def _write(service: Service, content: Content) -> None:
    for name in FIELDS:
        setattr(service, name, content.fields[name])
    if service.capacity is None or (service.places_free or 0) > service.capacity:
        service.places_free = service.places_at = None
    _check(service)
    service.updated_at = timezone.now()
    service.save()
    service.hours.all().delete()
    hours = [
        Hours(service=service, weekday=day, opens_at=opens, closes_at=closes)
        for day, opens, closes in _wanted_hours(content)
    ]
    Hours.objects.bulk_create(hours)
    service.contacts.all().delete()
    contacts = [Contact(service=service, position=n, **_plain(row)) for n, row in content.contacts.items()]
    for row in contacts:
        row.full_clean(exclude=["service"], validate_unique=False, validate_constraints=True)
    Contact.objects.bulk_create(contacts)


def _check(service: Service) -> None:
    service.full_clean(exclude=["id", "partner"])
    for field, model in (("districts", District), ("provinces", Province)):
        codes = set(getattr(service, field))
        known = set(model.objects.filter(code__in=codes).values_list("code", flat=True))
        if codes - known:
            raise ValidationError(
                {field: _("There is no “%(code)s”.") % {"code": sorted(codes - known)[0][:10]}}
            )


def _save(service: Service, *names: str) -> None:
    service.updated_at = timezone.now()
    service.save(update_fields=[*names, "updated_at"])


def _log(service: Service, by: User, *, act: str, **detail: Any) -> None:
    record(
        StaffVerb.SERVICE_EDITED,
        by=by,
        partner=service.partner_id,
        service=str(service.pk),
        code=service.kind,
        act=act,
        **detail,
    )


def _hours(service: Service) -> list[Day]:
    return [(row.weekday, row.opens_at, row.closes_at) for row in service.hours.all()]


def _wanted_hours(content: Content) -> list[Day]:
    return sorted(content.hours) if content.fields["hours_kind"] == HoursKind.OWN else []


def _contacts(service: Service) -> dict[int, dict[str, Any]]:
    return {row.position: {name: getattr(row, name) for name in CONTACT} for row in service.contacts.all()}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in CONTACT}
