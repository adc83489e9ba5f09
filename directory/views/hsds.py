"""The published directory: HSDS 3.0 at /hsds/, for everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from agencies.choices import ServiceKind
from agencies.models import Partner, PartnerQuerySet

from .. import wording
from ..choices import AddressReach
from ..hsds import ids, objects, terms
from ..hsds.answers import NotPublished, Rows, Told, answer, public, stream
from ..hsds.asking import NDJSON, Asked, asked
from ..models import Service, ServiceQuerySet
from ..search import with_words

VERSION = "3.0"
PROFILE = "https://docs.openreferral.org/en/3.0/hsds/"
OPENAPI = Path(__file__).parents[1] / "data" / "hsds-3.0" / "openapi.json"


@public
def api(request: HttpRequest) -> HttpResponseBase:
    """What this is: which version of HSDS, and where it is described."""
    url = settings.PORTAL_URL + reverse("hsds:openapi")
    return answer(request, {"version": VERSION, "profile": PROFILE, "openapi_url": url})


@public
def openapi(request: HttpRequest) -> HttpResponseBase:
    """The description of the addresses and their parameters."""
    return answer(
        request, _openapi() | {"servers": [{"url": settings.PORTAL_URL + reverse("hsds:api").rstrip("/")}]}
    )


@public
def services(request: HttpRequest) -> HttpResponseBase:
    """Services, page by page; as NDJSON all of them in one stream."""
    wanted = asked(request.GET)

    def told(rows: list[Service]) -> list[Any]:
        if wanted.full:
            names = wording.Names()
            return [objects.whole_service(row, names) for row in rows]
        return [(objects.minimal_service if wanted.minimal else objects.plain_service)(row) for row in rows]

    return _services_list(request, wanted, _services(wanted), told)


@public
def service(request: HttpRequest, pk: str) -> HttpResponseBase:
    """One service with everything."""
    row = Service.objects.published().whole().filter(pk=_id(pk)).first()
    if row is None:
        raise NotPublished
    return answer(request, objects.whole_service(row), modified=row.updated_at)


@public
def organizations(request: HttpRequest) -> HttpResponseBase:
    """Partners of which something is published, page by page."""
    wanted = asked(request.GET)
    rows = _partners().search(wanted.search).order_by("code")

    def told(rows: list[Partner]) -> list[Any]:
        if not (wanted.full or wanted.full_service):
            return [objects.organization(row) for row in rows]
        offered: dict[int, list[Service]] = {row.pk: [] for row in rows}
        for service in Service.objects.published().whole().filter(partner__in=offered).order_by("pk"):
            offered[service.partner_id].append(service)
        return [objects.organization_with(row, offered[row.pk], full=wanted.full_service) for row in rows]

    return _list(request, wanted, rows, told)


@public
def organization(request: HttpRequest, pk: str) -> HttpResponseBase:
    """One partner with its locations and services."""
    wanted = asked(request.GET)
    row = ids.partner_with(_id(pk), _partners())
    if row is None:
        raise NotPublished
    offered = list(Service.objects.published().whole().filter(partner=row).order_by("pk"))
    return answer(
        request,
        objects.organization_with(row, offered, full=wanted.full_service),
        modified=max(one.updated_at for one in offered) if offered else None,
    )


@public
def locations(request: HttpRequest) -> HttpResponseBase:
    """Places where services are, as far as the world may know them."""
    wanted = asked(request.GET)
    return _services_list(
        request, wanted, _located(wanted), lambda rows: [objects.location(row) for row in rows]
    )


@public
def location(request: HttpRequest, pk: str) -> HttpResponseBase:
    return _part(request, pk, "location", objects.location)


@public
def service_at_locations(request: HttpRequest) -> HttpResponseBase:
    """Which service is at which place."""
    wanted = asked(request.GET)
    told = objects.service_at_location if wanted.full else objects.plain_service_at_location
    return _services_list(request, wanted, _located(wanted), lambda rows: [told(row) for row in rows])


@public
def service_at_location(request: HttpRequest, pk: str) -> HttpResponseBase:
    return _part(request, pk, "at", objects.service_at_location)


@public
def taxonomies(request: HttpRequest) -> HttpResponseBase:
    return _list(request, asked(request.GET), [terms.taxonomy()], list)


@public
def taxonomy(request: HttpRequest, pk: str) -> HttpResponseBase:
    if str(_id(pk)) != terms.TAXONOMY_ID:
        raise NotPublished
    return answer(request, terms.taxonomy())


@public
def taxonomy_terms(request: HttpRequest) -> HttpResponseBase:
    """Our kinds of service."""
    wanted = asked(request.GET)
    ours = wanted.taxonomy_id is None or str(wanted.taxonomy_id) == terms.TAXONOMY_ID
    return _list(request, wanted, [terms.term(kind) for kind in ServiceKind.values] if ours else [], list)


@public
def taxonomy_term(request: HttpRequest, pk: str) -> HttpResponseBase:
    kind = terms.kind_of(_id(pk))
    if kind is None:
        raise NotPublished
    return answer(request, terms.term(kind))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotPublished from error


def _partners() -> PartnerQuerySet:
    return Partner.objects.active().filter(pk__in=Service.objects.published().values("partner"))


def _services(wanted: Asked) -> ServiceQuerySet:
    """The published services that fit the parameters."""
    found = Service.objects.published().whole()
    if wanted.search:
        found = with_words(found, wanted.search)
    if wanted.modified_after:
        found = found.filter(updated_at__gte=wanted.modified_after)
    if wanted.organization_id:
        found = found.filter(partner=ids.partner_with(wanted.organization_id, _partners()))
    if wanted.taxonomy_term_id:
        found = found.filter(kind=terms.kind_of(wanted.taxonomy_term_id) or "")
    if wanted.taxonomy_id and str(wanted.taxonomy_id) != terms.TAXONOMY_ID:
        found = found.none()
    return found


def _located(wanted: Asked) -> ServiceQuerySet:
    return _services(wanted).filter(address_reach=AddressReach.PUBLIC).exclude(address="")


def _part(request: HttpRequest, pk: str, name: str, told: Callable[[Service], Any]) -> HttpResponseBase:
    """The location, or the joint, with this id: it is made from the service's, so each is tried."""
    wanted = str(_id(pk))
    keys = _located(Asked()).prefetch_related(None).order_by("pk").values_list("pk", flat=True)
    key = next((key for key in keys.iterator() if ids.made(key, name) == wanted), None)
    if key is None:
        raise NotPublished
    row = _located(Asked()).get(pk=key)
    return answer(request, told(row), modified=row.updated_at)


def _services_list(
    request: HttpRequest, wanted: Asked, found: ServiceQuerySet, told: Told
) -> HttpResponseBase:
    modified = found.order_by().aggregate(at=Max("updated_at"))["at"]
    return _list(request, wanted, found.order_by("pk"), told, modified=modified)


def _list(
    request: HttpRequest, wanted: Asked, rows: Rows, told: Told, *, modified: datetime | None = None
) -> HttpResponseBase:
    """The page that is asked for; as NDJSON all of it."""
    if wanted.format == NDJSON:
        return stream(rows, told)
    return answer(request, _page(wanted, rows, told), modified=modified)


def _page(wanted: Asked, rows: Rows, told: Told) -> dict[str, Any]:
    """One page of HSDS: how much there is, and the objects."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    pages = max(1, -(-total // wanted.per_page))
    start = (wanted.page - 1) * wanted.per_page
    contents = told(list(rows[start : start + wanted.per_page]))
    head = {
        "total_items": total,
        "total_pages": pages,
        "page_number": wanted.page,
        "size": len(contents),
        "first_page": wanted.page == 1,
        "last_page": wanted.page >= pages,
        "empty": not contents,
    }
    return {**head, "contents": contents}


@cache
def _openapi() -> dict[str, Any]:
    """The standard's own description, with what it leaves to us: who speaks, under which licence, and `/locations`."""
    described: dict[str, Any] = json.loads(OPENAPI.read_text())
    paths = described["paths"]
    for path in ("/service_at_locations", "/service_at_locations/{id}"):
        ours = (
            json.dumps(paths[path])
            .replace("service_at_location", "location")
            .replace("ServiceAtLocation", "Location")
        )
        ours = re.sub("schema/compiled/[a-z_]+.json", "schema/location.json", ours)
        paths[path.replace("service_at_locations", "locations")] = json.loads(ours)
    described["info"] = {
        "title": f"{settings.SITE_NAME}: services",
        "version": "1",
        "summary": "Services for Indonesian migrant workers",
        "license": {"name": settings.HSDS_LICENSE},
    }
    return described
