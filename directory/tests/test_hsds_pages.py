"""The published directory, as the world reads it."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_user
from agencies.models import Partner
from agencies.tests.factories import make_district, make_partner, make_province
from directory.hsds import answers, ids, terms
from directory.models import Contact, Hours, Service
from pmi_portal import pace
from pmi_portal.pace import Limit

from .factories import make_service
from .hsds_schemas import problems

pytestmark = pytest.mark.django_db

LISTS = {
    "services": "service",
    "organizations": "organization",
    "locations": "location",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
CANARY = "Kenari"


@pytest.fixture
def world(client: Client) -> Client:
    """Somebody outside, who has never signed in."""
    return client


@pytest.fixture
def partner() -> Partner:
    return make_partner(
        code="KJRI_CONTOH",
        kind="mission",
        mission_type="KJRI",
        name_id="KJRI Contoh",
        city="Johor Bahru",
        country="MY",
        email=f"{CANARY}@kjri.example",
        phone=f"+60 {CANARY}",
    )


@pytest.fixture
def shelter(partner: Partner) -> Service:
    make_district(code="MY-JOHOR", name_id="Johor")
    return make_service(
        partner=partner,
        kind="shelter",
        name_id="Rumah Aman Contoh",
        name_en="Example Safe House",
        districts=["MY-JOHOR"],
        address=f"Jalan {CANARY} 7",
        address_reach="staff",
        capacity=12,
        languages=["id", "ms"],
        audiences=["women", "children"],
        hours_kind="always",
        is_published=True,
        contacts=[
            {"name": "Meja jaga", "phone": "+60 7 555 0100", "is_public": True},
            {"name": f"Ibu {CANARY}", "phone": "+60 7 555 0199", "email": "kenari@kjri.example"},
        ],
    )


@pytest.fixture
def office() -> Service:
    return make_service(
        partner=make_partner(code="LBH_CONTOH", name_id="LBH Contoh", city="Surabaya"),
        kind="legal_aid",
        name_id="Bantuan Hukum Contoh",
        provinces=["35"],
        province=make_province(code="35", name="Jawa Timur"),
        address="Jalan Contoh 1",
        city="Surabaya",
        address_reach="public",
        latitude="-7.25",
        longitude="112.75",
        hours_kind="own",
        hours=[(0, time(8), time(16))],
        is_free=False,
        fees="Rp 50.000",
        is_published=True,
        contacts=[{"phone": "+62 31 555 0100", "email": "lbh@contoh.example", "is_public": True}],
    )


def read(world: Client, address: str, **query: Any) -> Any:
    answer = world.get(f"/hsds/{address}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


class TestEverybodyReadsIt:
    def test_it_says_what_it_is(self, world: Client) -> None:
        told = read(world, "")
        assert told == {
            "version": "3.0",
            "profile": "https://docs.openreferral.org/en/3.0/hsds/",
            "openapi_url": "http://localhost:8000/hsds/openapi.json",
        }
        described = read(world, "openapi.json")
        assert described["servers"] == [{"url": "http://localhost:8000/hsds"}]
        assert {f"/{name}" for name in LISTS} < set(described["paths"])
        assert "REQUIRED" not in json.dumps(described["info"])

    def test_without_signing_in_without_a_cookie_from_any_site(self, world: Client, shelter: Service) -> None:
        answer = world.get(f"/hsds/services/{shelter.pk}")
        assert answer.status_code == 200
        assert not answer.cookies
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert answer.headers["Content-Type"] == "application/json"

    def test_a_person_who_is_signed_in_reads_the_same(
        self, client: Client, shelter: Service, partner: Partner
    ) -> None:
        before = client.get(f"/hsds/services/{shelter.pk}").content
        client.force_login(make_user(partner=partner, role=PartnerAdmin.code, language="en"))
        assert client.get(f"/hsds/services/{shelter.pk}").content == before

    def test_what_has_not_changed_is_not_sent_again(self, world: Client, shelter: Service) -> None:
        for address in (f"/hsds/services/{shelter.pk}", "/hsds/services", "/hsds/organizations", "/hsds/"):
            etag = world.get(address).headers["ETag"]
            again = world.get(address, headers={"If-None-Match": etag})
            assert (again.status_code, again.content) == (304, b"")
        Service.objects.update(name_id="Nama Baru", updated_at=timezone.now())
        assert world.get(f"/hsds/services/{shelter.pk}", headers={"If-None-Match": etag}).status_code == 200

    def test_a_changed_partner_counts_as_changed(
        self, world: Client, shelter: Service, partner: Partner
    ) -> None:
        etag = world.get("/hsds/services").headers["ETag"]
        Partner.objects.filter(pk=partner.pk).update(name_id="KJRI Baru")
        again = world.get("/hsds/services", headers={"If-None-Match": etag})
        assert again.json()["contents"][0]["organization"]["name"] == "KJRI Baru"

    def test_it_says_when_it_was_last_changed(self, world: Client, shelter: Service) -> None:
        answer = world.get(f"/hsds/services/{shelter.pk}")
        assert answer.headers["Last-Modified"].endswith("GMT")
        assert answer.json()["last_modified"].endswith("Z")

    def test_nothing_is_sent_there(self, world: Client) -> None:
        for name in ("", *LISTS):
            assert world.post(f"/hsds/{name}", {}).status_code == 405
            assert world.head(f"/hsds/{name}").status_code == 200

    def test_whoever_asks_for_too_much_waits(
        self, world: Client, settings: LazySettings, monkeypatch: Any
    ) -> None:
        settings.PACE_LIMITED = True
        monkeypatch.setattr(pace, "WORLD", Limit(3, 300))
        cache.clear()
        assert [world.get("/hsds/services").status_code for _turn in range(4)] == [200, 200, 200, 429]
        assert world.get("/hsds/services", REMOTE_ADDR="192.0.2.7").status_code == 200
        turns = [
            world.get("/hsds/services", REMOTE_ADDR=f"2001:db8::{turn}").status_code for turn in range(4)
        ]
        assert turns == [200, 200, 200, 429]
        assert world.get("/hsds/services", REMOTE_ADDR="2001:db8:0:1::1").status_code == 200
        monkeypatch.setattr(pace, "STREAMS", Limit(1, 300))
        stream = {"format": "ndjson"}
        assert [world.get("/hsds/services", stream).status_code for _turn in range(2)] == [200, 429]
        assert world.get("/accounts/login/").status_code == 200
        cache.clear()


class TestEveryObjectIsValid:
    @pytest.mark.parametrize("query", [{}, {"full": "true"}, {"minimal": "true"}, {"full_service": "true"}])
    @pytest.mark.parametrize(("name", "kind"), LISTS.items())
    def test_in_lists(
        self, world: Client, shelter: Service, office: Service, name: str, kind: str, query: dict[str, str]
    ) -> None:
        told = read(world, name, **query)
        assert told["contents"]
        assert [problem for one in told["contents"] for problem in problems(kind, one)] == []
        streamed = world.get(f"/hsds/{name}", query | {"format": "ndjson"})
        assert streamed.headers["Content-Type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in streamed.getvalue().splitlines()]
        assert {one["id"]: one for one in lines} == {one["id"]: one for one in told["contents"]}

    @pytest.mark.parametrize(("name", "kind"), LISTS.items())
    def test_by_their_ids(
        self, world: Client, shelter: Service, office: Service, name: str, kind: str
    ) -> None:
        for one in read(world, name)["contents"]:
            whole = read(world, f"{name}/{one['id']}")
            assert whole["id"] == one["id"]
            assert problems(kind, whole) == []

    def test_a_whole_service_says_all_that_is_public(self, world: Client, office: Service) -> None:
        told = read(world, f"services/{office.pk}")
        assert told["name"] == "Bantuan Hukum Contoh"
        assert told["organization"]["id"] == ids.organization("LBH_CONTOH")
        assert told["phones"][0]["number"] == "+62 31 555 0100"
        assert told["email"] == "lbh@contoh.example"
        assert told["fees_description"] == "Rp 50.000"
        [place] = told["service_at_locations"]
        assert place["location"]["addresses"][0]["state_province"] == "Jawa Timur"
        assert place["location"]["latitude"] == -7.25
        assert told["service_areas"][0]["extent"] == "35"
        assert told["attributes"][0]["taxonomy_term"]["code"] == "legal_aid"

    def test_an_organization_names_its_services_or_tells_them_whole(
        self, world: Client, office: Service
    ) -> None:
        address = f"organizations/{ids.organization('LBH_CONTOH')}"
        [named] = read(world, address)["services"]
        assert named == {"id": str(office.pk), "name": office.name_id, "status": "active"}
        [whole] = read(world, address, full_service="true")["services"]
        assert whole["schedules"][0]["byday"] == "MO"


class TestWhatStaysInside:
    def everything(self, world: Client) -> str:
        """Every byte that the world can get."""
        addresses = ["", "openapi.json"]
        for name in LISTS:
            found = read(world, name)["contents"]
            addresses += [f"{name}/{one['id']}{more}" for one in found for more in ("", "?full_service=true")]
            addresses += [
                f"{name}?{more}"
                for more in ("full=true", "full_service=true", "minimal=true", "format=ndjson")
            ]
        return "\n".join(world.get(f"/hsds/{address}").getvalue().decode() for address in addresses)

    def test_contacts_of_staff_secret_addresses_accounts_and_office_data(
        self, world: Client, shelter: Service, office: Service, partner: Partner
    ) -> None:
        make_user(partner=partner, full_name=f"Petugas {CANARY}", email="kenari@example.org")
        make_service(partner=partner, name_id=f"Belum terbit {CANARY}")
        retired: dict[str, Any] = {"retired_at": timezone.now(), "is_published": True}
        make_service(partner=partner, name_id=f"Lama {CANARY}", **retired)
        ended: dict[str, Any] = {"valid_until": timezone.localdate() - timedelta(2), "is_published": True}
        make_service(partner=partner, name_id=f"Lewat {CANARY}", **ended)
        suspended = make_partner(is_active=False, name_id=f"Mitra {CANARY}")
        make_service(partner=suspended, is_published=True)
        make_partner(name_id=f"Tanpa layanan {CANARY}")
        told = self.everything(world)
        assert shelter.name_id in told
        assert "Meja jaga" in told
        assert CANARY.lower() not in told.lower()
        assert "+60 7 555 0199" not in told
        assert "places_free" not in told

    def test_what_stops_being_published_is_gone_at_once(self, world: Client, shelter: Service) -> None:
        Service.objects.filter(pk=shelter.pk).update(is_published=False)
        assert world.get(f"/hsds/services/{shelter.pk}").status_code == 404
        assert read(world, "services")["empty"] is True
        assert read(world, "organizations")["contents"] == []

    @pytest.mark.parametrize("reach", ["staff", "own"])
    def test_a_place_that_is_not_for_everybody_has_no_location(
        self, world: Client, office: Service, reach: str
    ) -> None:
        [place] = read(world, "locations")["contents"]
        Service.objects.filter(pk=office.pk).update(address_reach=reach)
        assert read(world, "locations")["contents"] == []
        assert world.get(f"/hsds/locations/{place['id']}").status_code == 404
        assert "Jalan Contoh" not in json.dumps(read(world, f"services/{office.pk}"))


class TestPages:
    @pytest.fixture(autouse=True)
    def seven(self) -> None:
        partner = make_partner(code="SP")
        for _number in range(7):
            make_service(partner=partner, is_published=True)

    def test_each_service_is_on_one_page(self, world: Client) -> None:
        pages = [read(world, "services", per_page=3, page=number) for number in (1, 2, 3, 4)]
        assert [page["size"] for page in pages] == [3, 3, 1, 0]
        assert [(page["first_page"], page["last_page"], page["empty"]) for page in pages] == [
            (True, False, False),
            (False, False, False),
            (False, True, False),
            (False, True, True),
        ]
        assert {(page["total_items"], page["total_pages"]) for page in pages} == {(7, 3)}
        found = [one["id"] for page in pages for one in page["contents"]]
        assert (len(found), set(found)) == (
            7,
            {str(pk) for pk in Service.objects.values_list("pk", flat=True)},
        )

    @pytest.mark.parametrize(
        ("query", "why"),
        [
            ({"page": "0"}, "page: a whole number from 1"),
            ({"page": "-1"}, "page: a whole number"),
            ({"page": "9" * 400}, "page: a whole number"),
            ({"per_page": "501"}, "per_page: a whole number from 1 to 500"),
            ({"per_page": "all"}, "per_page: a whole number"),
            ({"format": "xml"}, "format: one of json, ndjson"),
            ({"full": "maybe"}, "full: true or false"),
            ({"organization_id": "SP"}, "organization_id: a UUID"),
            ({"modified_after": "yesterday"}, "modified_after: a date and time"),
            ({"modified_after": "2026-02-30"}, "modified_after: a date and time"),
            ({"modified_after": "0001-01-01T00:00:00+14:00"}, "modified_after: a date and time"),
        ],
    )
    def test_what_cannot_be_meant_is_told(self, world: Client, query: dict[str, str], why: str) -> None:
        answer = world.get("/hsds/services", query)
        assert answer.status_code == 400
        assert why in answer.json()["error"]
        assert "Cache-Control" in answer.headers
        assert "public" not in answer.headers["Cache-Control"]

    @pytest.mark.parametrize("name", LISTS)
    @pytest.mark.parametrize("pk", ["48102e86-bb50-41c4-8f1e-e269368c41d1", "1", "x" * 500, "%00", "..%2f.."])
    def test_what_is_not_there_is_404_for_machines(self, world: Client, name: str, pk: str) -> None:
        answer = world.get(f"/hsds/{name}/{pk}")
        assert answer.status_code in (400, 404)
        assert "Traceback" not in answer.content.decode()

    def test_an_answer_takes_the_same_queries_for_one_service_or_many(self, world: Client) -> None:
        def queries(per_page: int) -> int:
            with CaptureQueriesContext(
                connection,
            ) as caught:
                read(world, "services", full="true", per_page=per_page)
            return len(caught)

        assert queries(1) == queries(7)


class TestFilters:
    def names(self, world: Client, **query: Any) -> set[str]:
        return {one["name"] for one in read(world, "services", **query)["contents"]}

    def test_by_words_organization_term_and_time(
        self, world: Client, shelter: Service, office: Service
    ) -> None:
        both = {shelter.name_id, office.name_id}
        assert self.names(world) == both
        assert self.names(world, search="bantuan") == {office.name_id}
        assert self.names(world, organization_id=ids.organization("KJRI_CONTOH")) == {shelter.name_id}
        assert self.names(world, organization_id=str(uuid4())) == set()
        assert self.names(world, taxonomy_term_id=terms.term_id("shelter")) == {shelter.name_id}
        assert self.names(world, taxonomy_term_id=str(uuid4())) == set()
        assert self.names(world, taxonomy_id=terms.TAXONOMY_ID) == both
        assert self.names(world, taxonomy_id=str(uuid4())) == set()
        Service.objects.filter(pk=office.pk).update(updated_at=timezone.now() - timedelta(days=9))
        since = (timezone.now() - timedelta(days=1)).isoformat()
        assert self.names(world, modified_after=since) == {shelter.name_id}

    def test_six_words_are_looked_for_and_no_more(self, world: Client, office: Service) -> None:
        assert self.names(world, search="bantuan " * 6 + "tiada") == {office.name_id}
        assert self.names(world, search="bantuan " * 5 + "tiada") == set()


class TestTenThousand:
    """A directory that does not fit into memory is read all the same."""

    NUMBER = 10_000

    @pytest.fixture(autouse=True)
    def directory(self) -> None:
        make_district(code="MY-JOHOR", name_id="Johor")
        partners = [make_partner(code=f"MITRA_{number}") for number in range(40)]
        rows = Service.objects.bulk_create(
            [
                Service(
                    partner=partners[number % 40],
                    kind="legal_aid" if number % 3 else "shelter",
                    name_id=f"Layanan {number}",
                    description_id="Uraian yang panjang. " * 9,
                    districts=["MY-JOHOR"],
                    address="Jalan Contoh 1" if number % 3 else "",
                    address_reach="public" if number % 3 else "own",
                    hours_kind="own",
                    languages=["id", "en", "ms"],
                    is_published=True,
                )
                for number in range(self.NUMBER)
            ],
            batch_size=2000,
        )
        Hours.objects.bulk_create(
            (Hours(service=row, weekday=0, opens_at=time(8), closes_at=time(16)) for row in rows),
            batch_size=5000,
        )
        Contact.objects.bulk_create(
            (
                Contact(service=row, position=1, name="Meja", phone="+60 7 555 0100", is_public=True)
                for row in rows
            ),
            batch_size=5000,
        )

    def test_they_stream_whole_and_valid_in_flat_memory_and_few_queries(self, world: Client) -> None:
        with CaptureQueriesContext(connection) as caught:
            answer = world.get("/hsds/services", {"full": "true", "format": "ndjson"})
            assert answer.streaming
            peaks, seen = [], set[str]()
            gc.collect()
            gc.freeze()  # what the suite keeps is not looked through again for each chunk, nor later
            tracemalloc.start()
            try:
                for number, chunk in enumerate(_chunks(answer)):
                    told = [json.loads(line) for line in chunk.splitlines()]
                    seen |= {one["id"] for one in told}
                    assert problems("service", told[number % len(told)]) == []
                    peaks.append(tracemalloc.get_traced_memory()[1])
                    gc.collect()  # rows and what was fetched for them point at each other; when Python looks is chance
                    tracemalloc.reset_peak()
            finally:
                tracemalloc.stop()
        assert len(seen) == self.NUMBER
        assert len(peaks) == self.NUMBER // answers.CHUNK
        half, ids_kept_here = len(peaks) // 2, self.NUMBER * 200  # bytes
        assert max(peaks[half:]) < 1.1 * max(peaks[:half]) + ids_kept_here
        assert max(peaks) < 25_000_000
        assert len(caught) <= 6 * len(peaks)
        told = read(world, "services", page=20, per_page=500)
        assert (told["total_items"], told["size"], told["last_page"]) == (self.NUMBER, 500, True)


def _chunks(answer: Any) -> Iterator[bytes]:
    yield from answer.streaming_content
