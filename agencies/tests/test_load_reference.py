"""`manage.py load_reference`: complete, repeatable, and never against what an admin did."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from agencies.choices import AgencyCode, PartnerKind, SourceStatus
from agencies.loading import Tally, csvfiles, load_all
from agencies.loading.partners import prefix_of
from agencies.matching import normalise
from agencies.models import Deadline, District, Mandate, Outcome, Partner, Province, Regency, Topic

from .factories import make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(db: None) -> None:
    load_all()


@pytest.fixture
def edit_file(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes one data file look as the given function changes its rows."""

    def edit(name: str, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
        real = csvfiles.read

        def read(file: str) -> list[dict[str, str]]:
            return change(real(file)) if file == name else real(file)

        for module in ("codes", "mandates", "partners", "places"):
            monkeypatch.setattr(f"agencies.loading.{module}.read", read)

    return edit


def tally(kind: str) -> Tally:
    """Loads again and tells what became of one kind."""
    return next(tally for tally in load_all() if tally.kind == kind)


@pytest.mark.usefixtures("loaded")
class TestWhatIsLoaded:
    def test_places(self) -> None:
        assert Province.objects.count() == 38
        assert Regency.objects.count() == 514
        assert Regency.objects.get(code="3573").name == "Kota Malang"

    def test_partners_of_every_kind(self) -> None:
        kinds = {kind: Partner.objects.of_kind(kind).count() for kind in PartnerKind.values}
        assert kinds == {"ngo": 1, "bp3mi": 23, "disnaker": 38, "kemlu": 1, "mission": 133, "other": 6}

    def test_codes(self) -> None:
        assert Topic.objects.count() == 33
        assert Outcome.objects.count() == 19
        assert Deadline.objects.count() == 19

    def test_topics_restricted_to_named_staff(self) -> None:
        restricted = Topic.objects.filter(restricted=True).values_list("code", flat=True)
        assert set(restricted) == {"KEKERASAN_SEKSUAL", "TPPO", "ONLINE_SCAM"}

    def test_topics_keep_the_order_of_their_agencies_and_of_the_file(self) -> None:
        assert Topic.objects.get(code="PULANG").typical_agencies == ["PERWAKILAN", "KEMLU_PWNI", "BP3MI"]
        assert Topic.objects.first() == Topic.objects.get(code="PULANG")

    def test_every_agency_of_a_topic_is_a_known_code(self) -> None:
        named = {
            code for agencies in Topic.objects.values_list("typical_agencies", flat=True) for code in agencies
        }
        assert named <= set(AgencyCode.values)

    def test_suara_perempuan_registers_cases_as_sp(self) -> None:
        partner = Partner.objects.get(code="SP")
        assert (partner.name, partner.kind, partner.reference_prefix) == ("Suara Perempuan", "ngo", "SP")

    def test_every_partner_can_register_cases_under_a_prefix_of_its_own(self) -> None:
        prefixes = list(Partner.objects.values_list("reference_prefix", flat=True))
        assert all(prefixes)
        assert len(set(prefixes)) == len(prefixes)
        assert Partner.objects.get(code="BP3MI_JATIM").reference_prefix == "BP3MI-JATIM"

    def test_every_row_passes_its_fields_own_checks(self) -> None:
        for model in (Province, Regency, District, Topic, Outcome, Deadline, Partner, Mandate):
            for row in model._default_manager.all():
                row.clean_fields(exclude=[f.name for f in model._meta.fields if f.is_relation])

    def test_every_partner_lives_in_a_time_zone(self) -> None:
        zones = dict(Partner.objects.values_list("code", "time_zone"))
        assert set(zones.values()) <= zoneinfo.available_timezones()
        assert zones["KJRI_KOTA_KINABALU"] == "Asia/Kuching"
        assert zones["KJRI_PERTH"] == "Australia/Perth"
        assert zones["BP3MI_NTB"] == "Asia/Makassar"
        assert zones["BP3MI_KALSEL"] == "Asia/Makassar"  # its seat is in Kalimantan Selatan, not Tengah
        assert zones["DISNAKER_91"] == "Asia/Jayapura"

    def test_missions_to_organisations_have_no_mandate(self) -> None:
        assert not Mandate.objects.filter(partner__mission_type="PTRI").exists()

    def test_every_other_mission_has_a_mandate(self) -> None:
        missions = Partner.objects.of_kind(PartnerKind.MISSION).exclude(mission_type="PTRI")
        assert not missions.filter(mandates=None).exists()

    def test_a_divided_country_is_mandated_by_its_parts_only(self) -> None:
        divided = Mandate.objects.filter(country__in=["MY", "SA", "AE"])
        assert not divided.filter(district=None).exists()
        assert divided.count() == District.objects.count() == 37

    def test_every_row_of_consular_districts_is_used(self) -> None:
        named = {row["mission_code"] for row in csvfiles.read("consular_districts.csv")}
        parted = {row["mission_code"] for row in csvfiles.read("districts.csv")}
        assert named - parted == {"KJRI_HONG_KONG"}  # Hong Kong and Macau are countries in ISO 3166
        assert parted <= named

    def test_aliases_are_normalised(self) -> None:
        for district in District.objects.all():
            assert [normalise(alias) for alias in district.aliases] == district.aliases

    def test_every_province_but_kalimantan_timur_has_a_bp3mi(self) -> None:
        served = Mandate.objects.filter(agency_code="BP3MI").values("province")
        assert list(Province.objects.exclude(code__in=served).values_list("name", flat=True)) == [
            "Kalimantan Timur"
        ]

    def test_rows_without_a_source_wait_for_confirmation(self) -> None:
        assert Partner.objects.get(code="KBRI_KABUL").needs_confirmation
        assert not Partner.objects.get(code="KBRI_PHNOM_PENH").needs_confirmation
        assert Mandate.objects.get(district="SA-MAKKAH").source_status == SourceStatus.UNCONFIRMED
        assert not Mandate.objects.get(country="MO").needs_confirmation
        assert Mandate.objects.unconfirmed().filter(province="19", agency_code="BP3MI").exists()

    def test_disrupted_missions_are_not_referred_to(self) -> None:
        inactive = Partner.objects.filter(is_active=False).values_list("code", flat=True)
        assert set(inactive) == {"KBRI_KABUL", "KBRI_KHARTOUM"}


@pytest.mark.usefixtures("loaded")
class TestLoadingAgain:
    def test_changes_nothing(self) -> None:
        rows = {
            tally.kind: (tally.added, tally.changed, tally.retired, tally.left_alone) for tally in load_all()
        }
        assert set(rows.values()) == {(0, 0, 0, 0)}
        assert len(rows) == 10

    def test_leaves_alone_what_an_admin_edited(self) -> None:
        Partner.objects.filter(code="KBRI_DOHA").update(name_id="KBRI Doha (baru)", email="doha@example.org")
        assert tally("partners").left_alone == 1
        partner = Partner.objects.get(code="KBRI_DOHA")
        assert (partner.name_id, partner.email) == ("KBRI Doha (baru)", "doha@example.org")

    def test_does_not_count_what_it_never_writes(self) -> None:
        Partner.objects.filter(code="KBRI_DOHA").update(phone="+974 000")
        assert tally("partners").left_alone == 0

    def test_takes_over_what_changed_in_the_files(self, edit_file: Callable[..., None]) -> None:
        edit_file("missions.csv", lambda rows: [_with(r, "KBRI_DOHA", city="Al Wakrah") for r in rows])
        assert tally("partners").changed == 1
        assert Partner.objects.get(code="KBRI_DOHA").city == "Al Wakrah"
        assert tally("partners").unchanged == 202

    def test_takes_over_one_field_beside_an_edited_one(self, edit_file: Callable[..., None]) -> None:
        Partner.objects.filter(code="KBRI_DOHA").update(name_id="KBRI di Doha")
        edit_file("missions.csv", lambda rows: [_with(r, "KBRI_DOHA", city="X", name_id="Y") for r in rows])
        tally("partners")
        partner = Partner.objects.get(code="KBRI_DOHA")
        assert (partner.name_id, partner.city) == ("KBRI di Doha", "X")

    def test_leaves_alone_what_an_admin_confirmed(self, edit_file: Callable[..., None]) -> None:
        Partner.objects.filter(code="KBRI_SUVA").update(
            confirmed_at=timezone.now(), confirmed_by="a@example.org"
        )
        edit_file("missions.csv", lambda rows: [_with(r, "KBRI_SUVA", city="X") for r in rows])
        assert tally("partners").left_alone == 1
        assert Partner.objects.get(code="KBRI_SUVA").city == "Suva"

    def test_does_not_bring_back_a_mandate_that_an_admin_moved_or_retired(self) -> None:
        moved = Mandate.objects.get(district="SA-TABUK")
        moved.partner, before = Partner.objects.get(code="KBRI_RIYADH"), Mandate.objects.count()
        moved.save()
        Mandate.objects.filter(district="SA-NAJRAN").update(retired_at=timezone.now())
        assert tally("mandates").left_alone == 1
        assert Mandate.objects.count() == before
        assert Mandate.objects.get(district="SA-TABUK").partner.code == "KBRI_RIYADH"
        assert Mandate.objects.get(district="SA-NAJRAN").retired_at

    def test_retires_what_left_the_files_and_brings_it_back(
        self, edit_file: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context():
            edit_file("outcomes.csv", lambda rows: [r for r in rows if r["code"] != "DUPLIKAT"])
            assert tally("outcomes").retired == 1
        assert not Outcome.objects.current().filter(code="DUPLIKAT").exists()
        monkeypatch.undo()
        assert tally("outcomes").changed == 1
        assert Outcome.objects.current().filter(code="DUPLIKAT").exists()

    def test_adds_again_nothing_that_an_admin_already_added(self, edit_file: Callable[..., None]) -> None:
        doha = Partner.objects.get(code="KBRI_DOHA")
        Mandate.objects.create(partner=doha, agency_code="PERWAKILAN", stage="during", country="BH")
        edit_file("missions.csv", lambda rows: [_with(r, "KBRI_DOHA", accredited_iso2="QA;BH") for r in rows])
        assert tally("mandates").left_alone == 1
        assert Mandate.objects.filter(partner=doha, country="BH").count() == 1

    def test_brings_nothing_back_that_an_admin_added_again_meanwhile(
        self, edit_file: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        doha = Partner.objects.get(code="KBRI_DOHA")
        with monkeypatch.context():
            edit_file("missions.csv", lambda rows: [r for r in rows if r["code"] != "KBRI_DOHA"])
            assert tally("mandates").retired == 1
        monkeypatch.undo()
        row = Mandate.objects.get(partner=doha)
        Mandate.objects.create(partner=doha, agency_code="PERWAKILAN", stage="during", country="QA")
        for _start in range(2):
            assert tally("mandates").left_alone == 1
            again = Mandate.objects.get(pk=row.pk)
            assert again.retired_at == row.retired_at
            assert again.loaded["retired"]

    def test_leaves_partners_of_admins_in_peace(self) -> None:
        make_partner(code="LBH_MALANG", name_id="LBH Malang")
        assert tally("partners").left_alone == 0
        assert Partner.objects.get(code="LBH_MALANG").retired_at is None


def test_a_prefix_that_an_admin_gave_away_is_not_taken_twice() -> None:
    make_partner(code="MINE", reference_prefix="BP3MI-JATIM")
    load_all()
    assert Partner.objects.get(code="BP3MI_JATIM").reference_prefix == ""


def test_a_failing_load_writes_nothing(edit_file: Callable[..., None]) -> None:
    edit_file("provinces.csv", lambda rows: [_with(r, "11", bp3mi_code="NOWHERE") for r in rows])
    with pytest.raises(KeyError):
        load_all()
    assert not Province.objects.exists()


def test_the_command_prints_what_it_did() -> None:
    out = StringIO()
    call_command("load_reference", stdout=out)
    call_command("load_reference", stdout=out)
    lines = out.getvalue().splitlines()
    assert "provinces: 38 added, 0 changed, 0 retired, 0 left alone, 0 unchanged" in lines
    assert "partners: 0 added, 0 changed, 0 retired, 0 left alone, 202 unchanged" in lines


def test_loading_takes_few_queries(django_assert_max_num_queries: Callable[..., object]) -> None:
    started = time.perf_counter()
    with django_assert_max_num_queries(40):  # type: ignore[attr-defined]  # a pytest fixture without types
        load_all()
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]  # a pytest fixture without types
        load_all()
    assert time.perf_counter() - started < 5  # seconds, both; about 0.5 here


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("SP", "SP"),
        ("KJRI_JOHOR_BAHRU", "KJRI-JOHOR-BAHRU"),
        ("KBRI_BANDAR_SERI_BEGAWAN", "KBRI-BANDAR-SERI"),
    ],
)
def test_a_prefix_is_the_code_in_at_most_twenty_characters(code: str, prefix: str) -> None:
    assert prefix_of(code) == prefix


@pytest.mark.parametrize(
    ("source", "status", "text"),
    [
        ("V: PP 59/2021", "V", "PP 59/2021"),
        ("own addition", "own", ""),
        ("own addition (follows a law)", "own", "(follows a law)"),
    ],
)
def test_a_source_begins_with_its_status(source: str, status: str, text: str) -> None:
    assert csvfiles.marked(source) == {"source": text, "source_status": status}


def test_a_source_without_a_status_is_a_mistake_in_the_file() -> None:
    with pytest.raises(ValueError, match="No status mark"):
        csvfiles.marked("Various papers")


def _with(row: dict[str, str], code: str, **cells: str) -> dict[str, str]:
    return {**row, **cells} if row["code"] == code else row
