"""Enters what the demo's partners offer (offers.py)."""

from __future__ import annotations

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from agencies.models import Partner
from directory.choices import HoursKind
from directory.models import Contact, Hours, Service

from .offers import OFFERS, Offer


def add_services(partners: dict[str, Partner]) -> None:
    """Enter all of it, in three inserts."""
    services, hours, contacts = list[Service](), list[Hours](), list[Contact]()
    for offer in OFFERS:
        service = _service(offer, partners[offer.partner])
        services.append(service)
        if offer.days is not None:
            days, opens, closes = offer.days
            hours += [Hours(service=service, weekday=day, opens_at=opens, closes_at=closes) for day in days]
        contacts.append(
            Contact(
                service=service,
                position=1,
                name="Meja layanan",
                phone=offer.phone,
                is_public=offer.phone_is_public,
            )
        )
        if offer.staff_phone:
            contacts.append(
                Contact(service=service, position=2, name="Petugas jaga", phone=offer.staff_phone)
            )
    Service.objects.bulk_create(services)
    Hours.objects.bulk_create(hours)
    Contact.objects.bulk_create(contacts)


def _service(offer: Offer, partner: Partner) -> Service:
    now = timezone.now()
    service = Service(
        pk=uuid5(NAMESPACE_URL, f"demo:{offer.name_id}"),
        partner=partner,
        kind=offer.kind,
        name_id=offer.name_id,
        name_en=offer.name_en,
        description_id=offer.about,
        city=partner.city,
        province=partner.province,
        country=partner.country,
        time_zone=partner.time_zone,
        hours_kind=HoursKind.OWN if offer.days else HoursKind.OFFICE,
        checked_on=timezone.localdate() - timedelta(days=offer.checked_days_ago),
        is_published=True,
    )
    for name, value in offer.more.items():
        setattr(service, name, value)
    if service.places_free is not None:
        service.places_at = now - timedelta(hours=service.places_free)
    return service
