"""Plain functions that make services for tests; whatever is not given is plausible."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any
from uuid import uuid4

from agencies.choices import ServiceKind
from agencies.tests.factories import make_partner
from directory.actions import CONTACT, FIELDS, Content
from directory.models import Contact, Hours, Service

_number = count(1)


def make_service(
    *, hours: Iterable[tuple[int, Any, Any]] = (), contacts: Iterable[dict[str, Any]] = (), **fields: Any
) -> Service:
    number = next(_number)
    fields.setdefault("kind", ServiceKind.LEGAL_AID)
    fields.setdefault("name_id", f"Layanan {number}")
    fields.setdefault("description_id", f"Uraian layanan {number}.")
    if not {"countries", "districts", "provinces"} & set(fields):
        fields.setdefault("serves_everywhere", True)
    if "partner" not in fields:
        fields["partner"] = make_partner()
    service = Service.objects.create(**fields)
    Hours.objects.bulk_create(
        Hours(service=service, weekday=day, opens_at=opens, closes_at=closes) for day, opens, closes in hours
    )
    for position, contact in enumerate(contacts, start=1):
        Contact.objects.create(service=service, position=position, **contact)
    return Service.objects.whole().get(pk=service.pk)


def content(service: Service | None = None, **fields: Any) -> Content:
    """What the form would send for this service (else for a new one), but for what is given."""
    blank = service or Service(
        kind=ServiceKind.SHELTER,
        name_id="Rumah Aman Contoh",
        description_id="Tempat tinggal sementara.",
        serves_everywhere=True,
    )
    hours, contacts = fields.pop("hours", None), fields.pop("contacts", None)
    if service is not None and hours is None:
        hours = [(row.weekday, row.opens_at, row.closes_at) for row in service.hours.all()]
    if service is not None and contacts is None:
        contacts = {
            row.position: {name: getattr(row, name) for name in CONTACT} for row in service.contacts.all()
        }
    values = {name: getattr(blank, name) for name in FIELDS}
    return Content(values | fields, hours or [], contacts or {})


def posted(**fields: Any) -> dict[str, Any]:
    """A form as a browser sends it: the least that is accepted, but for what is given."""
    least = {
        "key": str(uuid4()),
        "seen": "",
        "kind": "shelter",
        "name_id": "Rumah Aman Contoh",
        "description_id": "Tempat tinggal sementara.",
        "country": "MY",
        "time_zone": "Asia/Kuala_Lumpur",
        "serves_everywhere": "on",
        "address_reach": "own",
        "hours_kind": "always",
        "is_free": "on",
    }
    return {name: value for name, value in (least | fields).items() if value is not None}
