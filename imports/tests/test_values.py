"""Cells as people write them: days, sex, countries, places, topics, numbers, money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agencies.models import Outcome, Topic
from agencies.tests.factories import make_province, make_regency, make_topic
from imports import cells, columns, dates, places, words
from imports.trouble import Wrong

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31/12/1990", date(1990, 12, 31)),
        ("31-12-90", date(1990, 12, 31)),
        ("31.12.1990", date(1990, 12, 31)),
        ("31 12 1990", date(1990, 12, 31)),
        ("1/2/1990", date(1990, 2, 1)),
        ("12/31/1990", date(1990, 12, 31)),
        ("1990-12-31", date(1990, 12, 31)),
        ("1990-12-31T00:00:00", date(1990, 12, 31)),
        ("31 Desember 1990", date(1990, 12, 31)),
        ("31 des 90", date(1990, 12, 31)),
        ("31-Des-1990", date(1990, 12, 31)),
        ("5 Pebruari 1988", date(1988, 2, 5)),
        ("17 Agt 1995", date(1995, 8, 17)),
        ("Senin, 31 Desember 1990", date(1990, 12, 31)),
        ("December 31, 1990", date(1990, 12, 31)),
        ("33238", date(1990, 12, 31)),
        ("33238.0", date(1990, 12, 31)),
        ("1-1-05", date(2005, 1, 1)),
        ("1-1-50", date(1950, 1, 1)),
    ],
)
def test_days_are_read_as_people_write_them(text: str, day: date) -> None:
    assert dates.day_of(text, today=TODAY, birth=True) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1990", "year_alone"),
        ("Desember 1990", "year_alone"),
        ("31/02/1990", "no_such_day"),
        ("00/00/0000", "no_such_day"),
        ("kemarin", "no_date"),
        ("12", "no_date"),
        ("1/1/2030", "to_come"),
        ("1/1/1800", "long_ago"),
        ("3.2E+10", "no_date"),
        ("'; DROP TABLE", "no_date"),
    ],
)
def test_what_is_no_day_says_why(text: str, code: str) -> None:
    with pytest.raises(Wrong) as wrong:
        dates.day_of(text, today=TODAY)
    assert wrong.value.code == code


def test_a_column_with_both_orders_makes_only_the_unclear_days_errors() -> None:
    assert [dates.order_in(text) for text in ("31/12/1990", "12/31/1990", "03/04/1990")] == ["d", "m", ""]
    assert dates.day_of("03/04/1990", today=TODAY) == date(1990, 4, 3)
    assert dates.day_of("03/04/1990", orders="m", today=TODAY) == date(1990, 3, 4)
    assert dates.day_of("31/12/1990", orders="dm", today=TODAY) == date(1990, 12, 31)
    assert dates.day_of("04/04/1990", orders="dm", today=TODAY) == date(1990, 4, 4)
    with pytest.raises(Wrong) as wrong:
        dates.day_of("03/04/1990", orders="dm", today=TODAY)
    assert (wrong.value.code, wrong.value.values["first"]) == ("two_dates", "1990-04-03")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("sex", "P", "female"),
        ("sex", "laki-laki", "male"),
        ("sex", "Wanita", "female"),
        ("sex", "L/P", ""),
        ("sector", "PRT", "domestic_work"),
        ("sector", "ABK", "fishing_crew"),
        ("procedural_status", "Non Prosedural", "nonprocedural"),
        ("urgency", "Mendesak", "urgent"),
        ("urgency", "ya", "urgent"),
        ("reporter_relation", "Suami", "spouse"),
        ("channel", "WA", "social_media"),
        ("stage", "Purna", "after"),
    ],
)
def test_words_of_coded_lists(field: str, text: str, code: str) -> None:
    assert words.code_of(field, text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Malaysia", "MY"),
        ("hongkong", "HK"),
        ("Arab Saudi", "SA"),
        ("Saudi Arabia", "SA"),
        ("UEA", "AE"),
        ("Korsel", "KR"),
        ("TW", "TW"),
        ("Indonesia", ""),
        ("Atlantis", ""),
    ],
)
def test_countries(text: str, code: str) -> None:
    assert places.country_of(text) == code


@pytest.mark.django_db
def test_places_by_their_names_today_and_before() -> None:
    java, ntb = (
        make_province(code="32", name="Jawa Barat"),
        make_province(code="52", name="Nusa Tenggara Barat"),
    )
    make_regency(code="3209", province=java, name="Kabupaten Cirebon")
    make_regency(code="3274", province=java, name="Kota Cirebon")
    make_regency(code="3212", province=java, name="Kabupaten Indramayu")
    south = make_province(code="73", name="Sulawesi Selatan")
    make_regency(code="7371", province=south, name="Kota Makassar")
    homes = places.Homes()
    assert [homes.province_of(text) for text in ("NTB", "Prov. Jawa Barat", "jabar", "Narnia")] == [
        ntb,
        java,
        java,
        None,
    ]

    def code(text: str) -> str:
        found = homes.regency_of(text, None)
        return found.regency.pk if found.regency else found.province_code

    texts = ("Indramayu", "Kab. Indramayu", "Kota Cirebon", "Cirebon", "Ujung Pandang", "Narnia")
    assert [code(text) for text in texts] == ["3212", "3212", "3274", "32", "7371", ""]
    assert homes.regency_of("Cirebon", None).both


@pytest.mark.django_db
def test_topics_by_name_and_by_the_words_people_use() -> None:
    for topic in ("GAJI_TIDAK_DIBAYAR", "PENAHANAN_DOKUMEN", "KEKERASAN_SEKSUAL", "TAHANAN", "KEDARURATAN"):
        make_topic(code=topic, name_id=topic.replace("_", " ").title(), name_en="")
    Topic.objects.filter(pk="KEDARURATAN").update(name_id="Kedaruratan (bencana, konflik)")
    named = words.topics()
    assert named.all_in("Gaji tidak dibayar") == (["GAJI_TIDAK_DIBAYAR"], False)
    assert named.all_in("Kedaruratan (bencana, konflik)") == (["KEDARURATAN"], False)
    assert named.all_in("gaji tdk dibayar & paspor ditahan")[0] == ["PENAHANAN_DOKUMEN", "GAJI_TIDAK_DIBAYAR"]
    assert named.all_in("Pelecehan") == (["KEKERASAN_SEKSUAL"], True)
    assert named.all_in("entahlah") == ([], True)
    assert Outcome.objects.count() == 0
    assert words.outcomes().all_in("dipulangkan") == ([], True)  # none that is not there


def test_statuses() -> None:
    assert [
        words.is_closed(text) for text in ("Selesai", "CLOSED", "Dalam proses", "Belum selesai", "?!")
    ] == [
        True,
        True,
        False,
        False,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("81234567890", "081234567890"),
        ("0812-3456-7890", "0812-3456-7890"),
        ("6281234567890", "+6281234567890"),
        ("'081234567890", "081234567890"),
        ("+60 12 345 6789", "+60 12 345 6789"),
        ("nama@contoh.example", "nama@contoh.example"),
    ],
)
def test_a_telephone_number_gets_its_lost_zero_back(text: str, number: str) -> None:
    assert cells.phone(text) == number


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Rp 1.500.000", (Decimal("1500000"), "IDR")),
        ("Rp. 1.500.000,-", (Decimal("1500000"), "IDR")),
        ("RM 2,500.50", (Decimal("2500.50"), "MYR")),
        ("NT$ 20000", (Decimal("20000"), "TWD")),
        ("1500000", (Decimal("1500000"), "")),
    ],
)
def test_amounts(text: str, amount: tuple[Decimal, str]) -> None:
    assert cells.money(text) == amount


@pytest.mark.parametrize("text", ["banyak", "1.5.0", "Rp", "-5", "1e9"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(Wrong):
        cells.money(text)


@pytest.mark.parametrize("text", ["3.27E+15", "3,2712E+15", "3.27e15"])
def test_a_nik_that_the_spreadsheet_spoiled_says_so(text: str) -> None:
    with pytest.raises(Wrong) as wrong:
        cells.nik_of(text)
    assert wrong.value.code == "scientific"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Nama PMI", "name"),
        ("NAMA_PMI", "name"),
        ("No. Paspor", "passport_number"),
        ("Tgl lahir", "birth_date"),
        ("Tempat/Tgl. Lahir", "birth_date"),
        ("Negara penempatan", "country"),
        ("Masalah", "topics"),
        ("Kronologi", "chronology"),
        ("Status", "status"),
        ("L/P", "sex"),
        ("Jenis Kelamin (L/P)", "sex"),
        ("No. HP PMI", "contact"),
        ("No HP Pelapor", "reporter_contact"),
        ("Kab./Kota", "home_regency"),
        ("Keterangan", "note"),
        ("No", ""),
        ("No.", ""),
        ("", ""),
        ("Ukuran sepatu", ""),
    ],
)
def test_columns_by_what_tables_call_them(name: str, code: str) -> None:
    assert columns.target_of(name) == code


def test_each_target_is_guessed_once_and_notes_as_often_as_there_are() -> None:
    assert columns.guess(["Nama", "Nama lengkap", "Catatan", "Keterangan"], {}) == [
        "name",
        "",
        "note",
        "note",
    ]
