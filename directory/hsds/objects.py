"""Services, organizations and locations as objects of HSDS 3.0. What is empty is left out, and nothing is null.

Only contacts marked as public and addresses meant for everybody go along; of accounts, cases and what staff alone may read
nothing is asked for here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agencies import countries
from agencies.models import Partner

from .. import languages, wording
from ..choices import AddressReach, State
from ..models import Contact, Service
from . import ids, terms
from .schedules import schedules

Object = dict[str, Any]


def organization(partner: Partner) -> Object:
    """A partner in its plain fields. What it is stands for the description that HSDS requires."""
    kind = str(partner.get_mission_type_display() or partner.get_kind_display())
    where = [part for part in (partner.city, countries.name(partner.country)) if part]
    return _filled(
        id=ids.organization(partner.code),
        name=partner.name_id,
        alternate_name=partner.name_en,
        description=", ".join([kind, *where]),
        organization_identifiers=[
            {
                "id": ids.made("identifier", partner.code),
                "identifier_scheme": "Portal PMI",
                "identifier_type": "code",
                "identifier": partner.code,
            }
        ],
    )


def organization_with(partner: Partner, services: list[Service], *, full: bool = False) -> Object:
    """A partner with the locations and services that are published of it; with `full` each service as a whole."""
    return organization(partner) | _filled(
        locations=[location(service) for service in services if is_located(service)],
        services=[(whole_service(one) if full else _mentioned(one)) for one in services],
    )


def plain_service(service: Service) -> Object:
    """A service in the fields that occur once, with its organization."""
    return _filled(
        id=str(service.pk),
        name=service.name_id,
        alternate_name=service.name_en,
        description="\n\n".join(filter(None, (service.description_id, service.description_en))),
        email=next((contact.email for contact in _public(service) if contact.email), ""),
        status="active" if service.state == State.ACTIVE else "inactive",
        application_process=service.how_to_apply,
        fees_description="Gratis" if service.is_free else service.fees,
        eligibility_description="; ".join(filter(None, (wording.for_whom(service), service.conditions))),
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        assured_date=service.checked_on.isoformat(),
        last_modified=moment(service.updated_at),
        organization=organization(service.partner),
    )


def whole_service(service: Service, names: wording.Names | None = None) -> Object:
    """A service with everything that is published of it. `names` spares reading the names of places again."""
    public = _public(service)
    place = service_at_location(service) if is_located(service) else None
    return plain_service(service) | _filled(
        phones=[_phone(contact) for contact in public if contact.phone],
        contacts=[_contact(contact) for contact in public if contact.name],
        schedules=schedules(service),
        service_areas=_areas(service, names or wording.Names()),
        service_at_locations=[place] if place else [],
        languages=[
            {"id": ids.made(service.pk, "language", code), "name": languages.name(code), "code": code}
            for code in service.languages
        ],
        cost_options=[
            {
                "id": ids.made(service.pk, "cost"),
                **(
                    {"option": "Gratis", "amount": 0}
                    if service.is_free
                    else {"amount_description": service.fees}
                ),
            }
        ],
        attributes=[
            {
                "id": ids.made(service.pk, "kind"),
                "link_id": str(service.pk),
                "link_type": "kind",
                "link_entity": "service",
                "taxonomy_term": terms.term(service.kind),
            }
        ],
    )


def minimal_service(service: Service) -> Object:
    """As little as is still a service: for those who look what has changed."""
    return {**_mentioned(service), "last_modified": moment(service.updated_at)}


def is_located(service: Service) -> bool:
    """Whether the world may know where it is. Of a shelter it never may, which the database makes sure of, too."""
    return service.address_reach == AddressReach.PUBLIC and bool(service.address)


def location(service: Service) -> Object:
    """The place of a service that the world may know."""
    place = ids.made(service.pk, "location")
    return _filled(
        id=place,
        location_type="physical",
        name=service.name_id,
        latitude=None if service.latitude is None else float(service.latitude),
        longitude=None if service.longitude is None else float(service.longitude),
        addresses=[
            {
                "id": ids.made(service.pk, "address"),
                "address_1": service.address,
                "city": service.city,
                "state_province": str(service.province or ""),
                "postal_code": service.postal_code,
                "country": service.country,
                "address_type": "physical",
            }
        ],
    )


def service_at_location(service: Service) -> Object:
    return {"id": ids.made(service.pk, "at"), "location": location(service)}


def plain_service_at_location(service: Service) -> Object:
    """The same by the ids of what it joins."""
    return {
        "id": ids.made(service.pk, "at"),
        "service_id": str(service.pk),
        "location_id": ids.made(service.pk, "location"),
    }


def moment(at: datetime) -> str:
    """To the second, in UTC (RFC 3339)."""
    return f"{at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def _mentioned(service: Service) -> Object:
    status = "active" if service.state == State.ACTIVE else "inactive"
    return {"id": str(service.pk), "name": service.name_id, "status": status}


def _public(service: Service) -> list[Contact]:
    return [contact for contact in service.contacts.all() if contact.is_public]


def _phone(contact: Contact) -> Object:
    key = ids.made(contact.service_id, "phone", contact.position)
    return _filled(id=key, number=contact.phone, type="voice", description=contact.name)


def _contact(contact: Contact) -> Object:
    return _filled(
        id=ids.made(contact.service_id, "contact", contact.position),
        name=contact.name,
        email=contact.email,
        phones=[_phone(contact)] if contact.phone else [],
    )


def _areas(service: Service, names: wording.Names) -> list[Object]:
    """Each place by its code (ISO 3166, ours for parts of countries, the Home Ministry's for provinces) and its name."""
    if service.serves_everywhere:
        return [{"id": ids.made(service.pk, "area"), "name": wording.area(service, names)}]
    places = [(code, names.districts.get(code, code)) for code in service.districts]
    places += [(code, names.provinces.get(code, code)) for code in service.provinces]
    places += [(code, countries.name(code)) for code in service.countries]
    return [
        {"id": ids.made(service.pk, "area", code), "name": name, "extent": code, "extent_type": "text"}
        for code, name in places
    ]


def _filled(**fields: Any) -> Object:
    return {
        name: value for name, value in fields.items() if value is not None and value != "" and value != []
    }
