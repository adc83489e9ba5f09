"""Whatever a service is like, what is published of it is valid HSDS 3.0."""

from __future__ import annotations

import json
from datetime import UTC, date, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies import countries
from agencies.choices import MissionType, PartnerKind, ServiceKind
from agencies.models import Partner, Province
from directory import languages
from directory.choices import AddressReach, Audience, HoursKind
from directory.hsds import objects, terms
from directory.models import Contact, Hours, Service

from .hsds_schemas import EXAMPLES, problems, valid

NAMES: Any = SimpleNamespace(districts={"MY-JOHOR": "Johor"}, provinces={"35": "Jawa Timur"})
SIGNS = st.characters(codec="utf-8", exclude_characters="\x00")
WORD = st.text(SIGNS, min_size=1, max_size=60)
MAYBE = st.text(SIGNS, max_size=60)
COUNTRY = st.sampled_from([code for code, _name in countries.choices()])
ZONES = st.sampled_from(["Asia/Jakarta", "Asia/Kuala_Lumpur", "Asia/Kathmandu", "America/St_Johns", "UTC"])
AGES = st.none() | st.integers(0, 120)
LANGUAGE = st.sampled_from(sorted(languages._names("en")))

CONTACTS = st.builds(
    Contact,
    name=MAYBE,
    phone=st.from_regex(r"\A\+?[0-9]{3,20}\Z") | st.just(""),
    email=st.emails() | st.just(""),
    is_public=st.booleans(),
)
HOURS = st.dictionaries(st.integers(0, 6), st.tuples(st.times(), st.times()))


@st.composite
def services(draw: st.DrawFn) -> Service:
    """A service as odd as the database allows, without one."""
    kind = draw(st.sampled_from(PartnerKind))
    partner = Partner(
        pk=1,
        code=draw(st.from_regex(r"\A[A-Z0-9]{1,10}(_[A-Z0-9]{1,10})?\Z")),
        kind=kind,
        mission_type=draw(st.sampled_from(MissionType)) if kind == PartnerKind.MISSION else "",
        name_id=draw(WORD),
        name_en=draw(MAYBE),
        city=draw(MAYBE),
        country=draw(COUNTRY),
        weekend=draw(st.none() | st.lists(st.integers(0, 6), max_size=7)),
    )
    area = draw(st.sampled_from(["everywhere", "districts", "provinces", "countries"]))
    service = Service(
        partner=partner,
        id=draw(st.uuids()),
        kind=draw(st.sampled_from(ServiceKind)),
        name_id=draw(WORD),
        name_en=draw(MAYBE),
        description_id=draw(WORD),
        description_en=draw(MAYBE),
        address=draw(MAYBE),
        city=draw(MAYBE),
        postal_code=draw(MAYBE),
        province=draw(st.none() | st.just(Province(code="35", name="Jawa Timur"))),
        country=draw(COUNTRY),
        latitude=draw(st.none() | st.decimals(-90, 90, places=5)),
        longitude=Decimal("112.75"),
        address_reach=draw(st.sampled_from(AddressReach)),
        time_zone=draw(ZONES),
        serves_everywhere=area == "everywhere",
        districts=["MY-JOHOR", "XX-GONE"] if area == "districts" else [],
        provinces=["35", "99"] if area == "provinces" else [],
        countries=draw(st.lists(COUNTRY, min_size=1, max_size=60)) if area == "countries" else [],
        hours_kind=draw(st.sampled_from(HoursKind)),
        valid_from=draw(st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))),
        valid_until=draw(st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))),
        audiences=draw(st.lists(st.sampled_from(Audience), unique=True)),
        minimum_age=draw(AGES),
        maximum_age=draw(AGES),
        conditions=draw(MAYBE),
        languages=draw(st.lists(LANGUAGE, unique=True, max_size=183)),
        is_free=draw(st.booleans()),
        fees=draw(MAYBE),
        how_to_apply=draw(MAYBE),
        is_published=True,
        checked_on=draw(st.dates(date(2000, 1, 1), date(2100, 1, 1))),
        updated_at=draw(st.datetimes(timezones=st.just(UTC))),
    )
    week = draw(HOURS)
    contacts = draw(st.lists(CONTACTS, max_size=4))
    for position, contact in enumerate(contacts, start=1):
        contact.position, contact.service_id = position, service.pk
    service._prefetched_objects_cache = {  # type: ignore[attr-defined]  # where Django looks first
        "hours": [
            Hours(weekday=day, opens_at=opens, closes_at=closes) for day, (opens, closes) in week.items()
        ],
        "contacts": contacts,
    }
    return service


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(service=services())
def test_any_service_is_valid_in_every_form(service: Service) -> None:
    for told in (
        objects.whole_service(service, NAMES),
        objects.plain_service(service),
        objects.minimal_service(service),
    ):
        assert problems("service", json.loads(json.dumps(told))) == []
    assert problems("organization", objects.organization(service.partner)) == []
    assert problems("organization", objects.organization_with(service.partner, [service])) == []
    assert problems("location", objects.location(service)) == []
    assert problems("service_at_location", objects.service_at_location(service)) == []
    assert problems("service_at_location", objects.plain_service_at_location(service)) == []


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(service=services())
def test_ids_are_the_same_every_time_and_no_two_things_share_one(service: Service) -> None:
    first, second = objects.whole_service(service, NAMES), objects.whole_service(service, NAMES)
    assert first == second
    seen: dict[str, Any] = {}
    for thing in _with_ids(
        {name: value for name, value in first.items() if name not in ("phones", "service_areas")}
    ):
        assert seen.setdefault(thing["id"], thing) == thing


@pytest.mark.parametrize("kind", ServiceKind.values)
def test_every_kind_of_service_is_a_term(kind: str) -> None:
    told = terms.term(kind)
    assert problems("taxonomy_term", told) == []
    assert terms.kind_of(UUID(told["id"])) == kind


def test_the_taxonomy_is_valid() -> None:
    assert problems("taxonomy", terms.taxonomy()) == []


def test_a_term_is_called_as_a_referral_calls_it() -> None:
    assert (terms.term("shelter")["name"], terms.term("shelter")["description"]) == (
        "Rumah aman",
        "Safe shelter",
    )


def test_an_id_never_changes() -> None:
    """Whoever copied the directory knows things by these; another namespace or another spelling would lose them all."""
    partner = Partner(
        code="KJRI_JOHOR_BAHRU", name_id="KJRI Johor Bahru", kind="mission", mission_type="KJRI"
    )
    assert objects.organization(partner)["id"] == "aa41a8d6-3eb4-5c1f-987f-4069d487f276"
    assert terms.term("shelter")["id"] == "d8f262f7-cdf8-50d7-b76a-e7fe167e98b0"


class TestTheHours:
    def told(self, **fields: Any) -> list[dict[str, Any]]:
        hours = fields.pop("hours", [])
        partner = Partner(country="SA", time_zone="Asia/Riyadh", opens_at=time(8), closes_at=time(15))
        fields = {"time_zone": "Asia/Riyadh"} | fields
        service = Service(partner=partner, is_free=True, kind="other", **fields)
        service._prefetched_objects_cache = {  # type: ignore[attr-defined]  # where Django looks first
            "hours": [Hours(weekday=day, opens_at=opens, closes_at=closes) for day, opens, closes in hours]
        }
        told: list[dict[str, Any]] = objects.schedules(service)
        return told

    def test_days_of_the_same_hours_are_one_rule_with_the_offset_from_utc(self) -> None:
        week = [(6, time(8), time(12)), (0, time(8), time(12)), (3, time(20), time(4))]
        first, second = self.told(hours_kind="own", hours=week)
        assert (first["byday"], first["opens_at"], first["closes_at"]) == (
            "SU,MO",
            "08:00+03:00",
            "12:00+03:00",
        )
        assert (second["byday"], second["freq"], second["timezone"]) == ("TH", "WEEKLY", 3)

    def test_the_weekend_is_that_of_the_partners_country(self) -> None:
        [only] = self.told(hours_kind="office")
        assert (only["byday"], only["opens_at"], only["closes_at"]) == (
            "MO,TU,WE,TH,SU",
            "08:00+03:00",
            "15:00+03:00",
        )

    def test_working_hours_are_in_the_time_of_the_partner_and_not_of_the_service(self) -> None:
        [only] = self.told(hours_kind="office", time_zone="Asia/Jakarta")
        assert (only["opens_at"], only["closes_at"], only["timezone"]) == ("08:00+03:00", "15:00+03:00", 3)

    def test_day_and_night_is_every_day(self) -> None:
        [only] = self.told(hours_kind="always")
        assert (only["byday"], only["opens_at"]) == ("MO,TU,WE,TH,FR,SA,SU", "00:00+03:00")


class TestTheJudge:
    """The schemas do refuse what is wrong; else all of the above would say nothing."""

    def example(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((EXAMPLES / "service_full.json").read_text())
        return told

    @pytest.mark.parametrize(
        ("kind", "name"),
        [("service", "service_full"), ("organization", "organization_full"), ("location", "location")],
    )
    def test_the_standards_own_examples_are_valid(self, kind: str, name: str) -> None:
        assert valid(kind, json.loads((EXAMPLES / f"{name}.json").read_text()))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"id": "7"},
            {"name": None},
            {"status": "open"},
            {"email": "nobody"},
            {"url": "no address"},
            {"minimum_age": "18"},
            {"places_free": 3},
            {"phones": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1"}]},
            {"schedules": [{"id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "freq": "DAILY"}]},
        ],
    )
    def test_what_is_wrong_is_found(self, wrong: dict[str, Any]) -> None:
        assert problems("service", self.example() | wrong)

    @pytest.mark.parametrize("name", ["id", "name", "status"])
    def test_what_is_missing_is_found(self, name: str) -> None:
        told = self.example()
        del told[name]
        assert problems("service", told)


def _with_ids(value: Any) -> Any:
    if isinstance(value, dict):
        if "id" in value:
            yield value
        for inner in value.values():
            yield from _with_ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _with_ids(inner)
