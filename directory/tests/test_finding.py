"""Finding services: what is typed is understood, what fits is found, and who finds nothing is told what to leave out."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.roles import DataProtectionOfficer, Officer, PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies.loading.places import load_districts, load_provinces, load_regencies
from agencies.models import District, Partner
from agencies.tests.factories import make_partner
from directory.models import Service
from directory.places import Atlas, Place
from directory.search import Search, find, with_words
from directory.understanding import Understood, understand
from referrals.wording import ranking

from .factories import make_service

pytestmark = pytest.mark.django_db

TODAY = date(2027, 2, 17)  # a Wednesday
SEARCH = "/services/"
QUERIES = 13


@pytest.fixture
def map_(db: None) -> None:
    load_provinces()
    load_regencies()
    load_districts()
    make_partner(
        code="KJRI_HONG_KONG", kind="mission", mission_type="KJRI", city="Causeway Bay", country="HK"
    )


@pytest.fixture
def atlas(map_: None) -> Atlas:
    return Atlas()


@pytest.fixture
def reader(db: None) -> User:
    return make_user(partner=make_partner(code="SP"))


@pytest.fixture
def page(client: Client, reader: User, map_: None) -> Client:
    client.force_login(reader)
    return client


def place(atlas: Atlas, text: str) -> Place:
    found = atlas.resolve(text)
    assert found is not None
    return found


class TestUnderstanding:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("penampungan di Johor malam ini", {"kind": "shelter", "place": "Johor", "when": "tonight"}),
            ("shelter in Johor tonight", {"kind": "shelter", "place": "Johor", "when": "tonight"}),
            ("Rumah aman, Johor Bahru, sekarang!", {"kind": "shelter", "place": "Johor", "when": "now"}),
            ("bantuan hukum di Surabaya", {"kind": "legal_aid", "place": "Kota Surabaya"}),
            ("legal aid near malang jawa timur", {"kind": "legal_aid", "place": "malang jawa timur"}),
            (
                "dokter di jatim besok",
                {"kind": "medical", "place": "Jawa Timur", "when": "at", "day": TODAY + timedelta(1)},
            ),
            ("lawyer Hong Kong", {"kind": "legal_aid", "place": "Hong Kong SAR China"}),
            ("pengacara causeway bay", {"kind": "legal_aid", "place": "Hong Kong SAR China"}),
            (
                "konseling sabtu malam",
                {"kind": "psychosocial", "when": "at", "day": date(2027, 2, 20), "hour": time(21)},
            ),
            ("klinik jam 8 malam", {"kind": "medical", "when": "at", "day": TODAY, "hour": time(20)}),
            (
                "clinic at 8 pm tomorrow",
                {"kind": "medical", "when": "at", "day": TODAY + timedelta(1), "hour": time(20)},
            ),
            ("paspor pukul 09.30", {"kind": "document", "when": "at", "day": TODAY, "hour": time(9, 30)}),
            ("hotline 24 jam", {"words": "hotline", "when": "always"}),
            ("penampungan perempuan bahasa Jawa", {"kind": "shelter", "audience": "women", "language": "jv"}),
            (
                "shelter for children, speaks Arabic",
                {"kind": "shelter", "audience": "children", "language": "ar"},
            ),
            ("penampungan bantuan hukum", {"kind": "shelter", "words": "bantuan hukum"}),
            ("rumah aman shelter penampungan", {"kind": "shelter"}),
            ("Suara Perempuan", {"audience": "women", "words": "suara"}),
            ("jam 25 malam", {"when": "at", "day": TODAY, "hour": time(21), "words": "25"}),
            ("", {}),
            ("??? !!!", {}),
        ],
    )
    def test_a_sentence(self, atlas: Atlas, text: str, meant: dict[str, Any]) -> None:
        assert understand(text, today=TODAY, atlas=atlas) == Understood(**meant)

    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
    )
    @given(
        text=st.text()
        | st.lists(
            st.sampled_from(
                ["jam", "pukul", "8", "20", "99", "pm", "malam", "besok", "di", "johor", "sabah", "senin"]
            )
        ).map(" ".join)
    )
    def test_anything_at_all_is_understood_somehow(self, atlas: Atlas, text: str) -> None:
        understood = understand(text, today=TODAY, atlas=atlas)
        assert understood.when in ("", "now", "tonight", "always", "at")
        assert (understood.when == "at") == (understood.day is not None)
        if understood.place:
            assert atlas.resolve(understood.place) is not None


class TestPlaces:
    def test_the_finer_of_two_names_is_meant(self, atlas: Atlas) -> None:
        assert place(atlas, "Johor, Malaysia").districts == ("MY-JOHOR",)
        assert place(atlas, "Tawau, Sabah").districts == ("MY-SABAH-EAST",)
        assert place(atlas, "Sabah").districts == ("MY-SABAH-EAST", "MY-SABAH-WEST")
        assert place(atlas, "Malang, Jawa Timur").provinces == ["35"]
        assert place(atlas, "Surabaya, Indonesia").provinces == ["35"]

    def test_a_country_is_all_of_its_parts(self, atlas: Atlas) -> None:
        malaysia = place(atlas, "Malaysia")
        assert set(malaysia.districts) == set(
            District.objects.filter(country="MY").values_list("code", flat=True)
        )
        assert malaysia.countries == ["MY"]

    def test_nobody_knows_atlantis(self, atlas: Atlas) -> None:
        assert atlas.resolve("Atlantis") is None

    def test_every_place_of_the_reference_data_is_found_by_its_own_name(self, atlas: Atlas) -> None:
        for district in District.objects.all():
            for name in (district.name_id, district.name_en, *district.aliases):
                assert not name or district.code in place(atlas, name).districts


class TestFinding:
    def names(self, user: User, **asked: Any) -> list[str]:
        found, _more = find(Search(**asked), user)
        return [one.service.name_id for one in found]

    def test_the_place_itself_comes_before_its_country_and_everywhere(
        self, reader: User, atlas: Atlas
    ) -> None:
        make_service(name_id="Di mana pun", serves_everywhere=True)
        make_service(name_id="Malaysia", countries=["MY"])
        make_service(name_id="Johor", districts=["MY-JOHOR"])
        make_service(name_id="Penang", districts=["MY-PENANG"])
        make_service(name_id="Saudi", countries=["SA"])
        make_service(name_id="Jawa Timur", provinces=["35"])
        assert self.names(reader, place=place(atlas, "Johor")) == ["Johor", "Malaysia", "Di mana pun"]
        assert set(self.names(reader, place=place(atlas, "Malaysia"))) == {
            "Johor",
            "Malaysia",
            "Penang",
            "Di mana pun",
        }
        assert self.names(reader, place=place(atlas, "Surabaya")) == ["Jawa Timur", "Di mana pun"]
        assert self.names(reader, place=place(atlas, "Indonesia")) == ["Jawa Timur", "Di mana pun"]

    def test_asked_about_tonight_those_that_are_open_come_first(
        self, reader: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = datetime(2027, 2, 17, 3, tzinfo=UTC)  # 11:00 in Johor, 06:00 in Riyadh
        monkeypatch.setattr(timezone, "now", lambda: now)
        johor = make_partner(country="MY", time_zone="Asia/Kuala_Lumpur")
        zone: dict[str, Any] = {"partner": johor, "time_zone": "Asia/Kuala_Lumpur"}
        make_service(name_id="A siang", hours_kind="own", hours=[(2, time(8), time(16))], **zone)
        make_service(name_id="B malam", hours_kind="own", hours=[(2, time(20), time(4))], **zone)
        make_service(
            name_id="C penuh",
            hours_kind="always",
            kind="shelter",
            capacity=5,
            places_free=0,
            places_at=now,
            **zone,
        )
        assert self.names(reader, when="tonight") == ["B malam", "C penuh", "A siang"]
        assert self.names(reader, when="now") == ["A siang", "C penuh", "B malam"]
        assert self.names(reader, when="at", day=date(2027, 2, 18), hour=time(3)) == [
            "B malam",
            "C penuh",
            "A siang",
        ]
        assert self.names(reader, when="always") == ["C penuh"]

    def test_the_night_is_that_of_the_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(timezone, "now", lambda: datetime(2027, 2, 17, 19, tzinfo=UTC))
        tonight = Search(when="tonight")
        assert tonight.moment("Asia/Kuala_Lumpur") == datetime(
            2027, 2, 17, 19, tzinfo=UTC
        )  # 03:00: it is that night
        assert tonight.moment("America/New_York") == datetime(2027, 2, 18, 2, tzinfo=UTC)  # 14:00: at nine
        assert tonight.moment("Asia/Riyadh") == datetime(2027, 2, 17, 19, tzinfo=UTC)  # 22:00: it has begun

    def test_by_audience_language_and_kind(self, reader: User) -> None:
        make_service(name_id="Semua", kind="medical")
        make_service(name_id="Perempuan", audiences=["women"], languages=["id", "ar"])
        make_service(name_id="Anak", audiences=["children"])
        assert self.names(reader, audience="women") == ["Perempuan", "Semua"]
        assert self.names(reader, language="ar") == ["Perempuan"]
        assert self.names(reader, kind="medical") == ["Semua"]

    def test_words_are_found_in_other_forms_in_both_languages_and_in_partners_names(
        self, reader: User
    ) -> None:
        make_service(name_id="Pendampingan korban", description_id="Kami mendampingi pekerja yang dianiaya.")
        make_service(name_id="Lain", name_en="Counselling of survivors", description_id="Uraian.")
        make_service(name_id="Milik mitra", partner=make_partner(name_id="Yayasan Melati"))
        assert self.names(reader, words="penganiayaan") == ["Pendampingan korban"]
        assert self.names(reader, words="survivor") == ["Lain"]
        assert self.names(reader, words="melati yayasan") == ["Milik mitra"]
        assert self.names(reader, words="' OR 1=1 -- <->") == []

    def test_words_are_looked_up_in_their_index(self) -> None:
        make_service(name_id="Bantuan hukum")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "service_words" in with_words(Service.objects.all(), "bantuan").explain()

    def test_a_search_takes_the_same_queries_for_one_service_or_many(
        self, reader: User, atlas: Atlas, django_assert_num_queries: Any
    ) -> None:
        johor = place(atlas, "Johor")
        for number in range(3):
            make_service(districts=["MY-JOHOR"], contacts=[{"phone": f"+60 7 555 010{number}"}])
        with django_assert_num_queries(4):  # services, hours, contacts, calendars
            found, _more = find(Search(place=johor, when="tonight"), reader)
            assert [[str(contact) for contact in one.service.contacts.all()] for one in found]

    def test_what_is_retired_ended_or_of_a_suspended_partner_is_not_found(self, reader: User) -> None:
        make_service(retired_at=timezone.now())
        make_service(valid_until=timezone.localdate() - timedelta(1))
        make_service(partner=make_partner(is_active=False))
        assert self.names(reader) == []
        assert self.names(make_portal_admin()) == []


class TestThePage:
    def test_a_sentence_finds_the_shelter_and_whom_to_call(self, page: Client) -> None:
        make_service(
            kind="shelter",
            name_id="Rumah Aman Contoh",
            districts=["MY-JOHOR"],
            hours_kind="always",
            capacity=12,
            places_free=3,
            places_at=timezone.now(),
            contacts=[{"phone": "+60 7 555 0100"}],
        )
        make_service(kind="shelter", name_id="Rumah Aman Penang", districts=["MY-PENANG"])
        text = page.get(SEARCH, {"q": "penampungan di Johor malam ini"}).content.decode()
        assert "Rumah Aman Contoh" in text
        assert "Rumah Aman Penang" not in text
        for understood in ("Safe shelter", "Johor", "Tonight"):
            assert f'<span class="understood-part">{understood}</span>' in text
        assert 'href="tel:+6075550100"' in text
        assert "3 of 12 places free" in text
        assert "Open day and night" in text
        assert 'value="Johor"' in text  # in the field, to correct

    @pytest.mark.parametrize("number", [1, 8])
    def test_it_asks_the_database_as_often_for_many_as_for_one(
        self, page: Client, number: int, django_assert_num_queries: Any
    ) -> None:
        for _service in range(number):
            make_service(
                districts=["MY-JOHOR"], partner=make_partner(country="MY"), contacts=[{"phone": "555 0100"}]
            )
        with django_assert_num_queries(QUERIES):
            assert page.get(SEARCH, {"q": "di Johor malam ini"}).context["rows"]

    def test_fields_in_the_address_go_before_what_was_typed(self, page: Client) -> None:
        make_service(kind="legal_aid", name_id="Hukum", districts=["MY-JOHOR"])
        text = page.get(SEARCH, {"q": "penampungan di Johor", "kind": "legal_aid"}).content.decode()
        assert "Hukum" in text

    def test_who_finds_nothing_is_told_what_to_leave_out(self, page: Client) -> None:
        make_service(kind="shelter", name_id="Rumah Aman Penang", districts=["MY-PENANG"])
        answer = page.get(SEARCH, {"q": "penampungan di Johor malam ini"})
        [offer] = answer.context["wider"]
        assert (offer["label"], offer["count"]) == ("in every place", 1)
        text = page.get(offer["url"]).content.decode()
        assert "Rumah Aman Penang" in text

    def test_who_finds_only_closed_ones_sees_when_they_open(self, page: Client) -> None:
        make_service(name_id="Nanti", valid_from=timezone.localdate() + timedelta(3), hours_kind="always")
        text = page.get(SEARCH, {"when": "now"}).content.decode()
        assert "None of these is open then" in text
        assert "Nanti" in text

    def test_a_place_that_nobody_knows_is_looked_for_in_the_cities(self, page: Client) -> None:
        make_service(name_id="Di Gunungsari", city="Gunungsari Contoh")
        text = page.get(SEARCH, {"place": "gunungsari"}).content.decode()
        assert "No place called “gunungsari” is known here" in text
        assert "Di Gunungsari" in text

    @pytest.mark.parametrize(
        ("query", "why"),
        [
            ({"kind": "spa"}, "not one of the available choices"),
            ({"when": "someday"}, "not one of the available choices"),
            ({"day": "2026-02-30"}, "valid date"),
            ({"day": "1990-01-01"}, "within a year"),
            ({"hour": "25:00"}, "valid time"),
            ({"words": "x" * 5000}, "at most 100"),
            ({"q": "x" * 5000}, "at most 100"),
            ({"q": "a\x00b"}, "Null characters"),
            ({"place": "\x00"}, "Null characters"),
        ],
    )
    def test_a_filter_that_is_wrong_says_so_and_filters_nothing(
        self, page: Client, query: dict[str, str], why: str
    ) -> None:
        make_service(name_id="Ada")
        answer = page.get(SEARCH, query)
        assert answer.status_code == 200
        assert why in answer.content.decode()
        assert "Ada" in answer.content.decode()

    @pytest.mark.parametrize("role", [Officer.code, PartnerAdmin.code, DataProtectionOfficer.code])
    def test_everybody_who_works_here_may_look(self, client: Client, role: str) -> None:
        client.force_login(make_user(partner=make_partner(), role=role))
        assert client.get(SEARCH).status_code == 200

    def test_more_than_fits_on_the_page_is_said(self, page: Client) -> None:
        partner = make_partner()
        Service.objects.bulk_create(
            Service(
                kind="other",
                partner=partner,
                name_id=f"Layanan {n}",
                description_id="u",
                serves_everywhere=True,
            )
            for n in range(60)
        )
        answer = page.get(SEARCH)
        assert len(answer.context["rows"]) == 50
        assert "Narrow it down" in answer.content.decode()


def test_the_ranking_of_agencies_leads_to_what_they_offer(db: None) -> None:

    rich, poor = make_partner(), make_partner()
    make_service(partner=rich)
    make_service(partner=poor, retired_at=timezone.now())
    kept = [{"partner_id": partner.pk, "reasons": [], "unconfirmed": False} for partner in (rich, poor)]
    assert [one.services_url for one in ranking(kept)] == [f"/services/of/{rich.code}/", ""]
    assert Partner.objects.count() == 2
