"""Who is asked, on the reference data as it is loaded: a table, every line of it thought through by hand.

"unconfirmed" beside a line: the data behind it is background knowledge or inferred (agencies/data/README.md); an admin
should confirm it, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from agencies.loading import load_all
from agencies.matching import Answer, Question, ask, explain

DURING = {"stage": "during"}
BEFORE = {"stage": "before"}
AFTER = {"stage": "after"}
WAGES = {**DURING, "topics": ("GAJI_TIDAK_DIBAYAR",)}


@dataclass(frozen=True)
class Line:
    """A question, and the partner it goes to, or why a person chooses and between which best ones."""

    when: str
    question: dict[str, Any]
    clear: str = ""
    why_not: str | None = None
    best: tuple[str, ...] = ()


AUSTRALIA = ("KBRI_CANBERRA", "KJRI_MELBOURNE", "KJRI_PERTH", "KJRI_SYDNEY", "KRI_DARWIN")
MALAYSIA = (
    "KBRI_KUALA_LUMPUR",
    "KJRI_JOHOR_BAHRU",
    "KJRI_KOTA_KINABALU",
    "KJRI_KUCHING",
    "KJRI_PENANG",
    "KRI_TAWAU",
)

TABLE = [
    # Malaysia, divided among six missions
    Line("unpaid wages in Johor", {**WAGES, "country": "MY", "place": "Johor"}, "KJRI_JOHOR_BAHRU"),
    Line("… in Johor Bahru", {**WAGES, "country": "MY", "place": "Johor Bahru"}, "KJRI_JOHOR_BAHRU"),
    Line(
        "… on an estate near Batu Pahat, oddly written",
        {**WAGES, "country": "my", "place": "  Ladang sawit, BATU-PAHAT (Johore)"},
        "KJRI_JOHOR_BAHRU",
    ),
    Line("… in Melaka, written Malacca", {**WAGES, "country": "MY", "place": "Malacca"}, "KJRI_JOHOR_BAHRU"),
    Line("… in Penang", {**WAGES, "country": "MY", "place": "George Town"}, "KJRI_PENANG"),
    Line("… in Kuching", {**WAGES, "country": "MY", "place": "Kuching"}, "KJRI_KUCHING"),  # unconfirmed
    Line(
        "… in Selangor", {**WAGES, "country": "MY", "place": "Shah Alam"}, "KBRI_KUALA_LUMPUR"
    ),  # unconfirmed
    Line(
        "… in Kota Bharu, which is not Johor Bahru",
        {**WAGES, "country": "MY", "place": "Kota Bharu"},
        "KBRI_KUALA_LUMPUR",
    ),  # unconfirmed
    Line(  # unconfirmed: the boundary between the two
        "… somewhere in Sabah",
        {**WAGES, "country": "MY", "place": "Sabah"},
        why_not="several",
        best=("KJRI_KOTA_KINABALU", "KRI_TAWAU"),
    ),
    Line("… in Tawau", {**WAGES, "country": "MY", "place": "Tawau"}, "KRI_TAWAU"),  # unconfirmed
    Line(
        "… in Lahad Datu, Sabah", {**WAGES, "country": "MY", "place": "Lahad Datu, Sabah"}, "KRI_TAWAU"
    ),  # unconfirmed
    Line(
        "… in Kota Kinabalu", {**WAGES, "country": "MY", "place": "Kota Kinabalu"}, "KJRI_KOTA_KINABALU"
    ),  # unconfirmed
    Line("… on Labuan", {**WAGES, "country": "MY", "place": "Labuan"}, "KJRI_KOTA_KINABALU"),  # unconfirmed
    Line("… in Malaysia, place unknown", {**WAGES, "country": "MY"}, why_not="several", best=MALAYSIA),
    Line(
        "… between two named states of different missions",
        {**WAGES, "country": "MY", "place": "Johor or Selangor"},
        why_not="several",
        best=("KBRI_KUALA_LUMPUR", "KJRI_JOHOR_BAHRU"),
    ),
    # The Gulf and around
    Line("… in Jeddah", {**WAGES, "country": "SA", "place": "Jeddah"}, "KJRI_JEDDAH"),  # unconfirmed
    Line(
        "… in Makkah, written Mekkah", {**WAGES, "country": "SA", "place": "Mekkah"}, "KJRI_JEDDAH"
    ),  # unconfirmed
    Line("… in Ta'if", {**WAGES, "country": "SA", "place": "Ta'if"}, "KJRI_JEDDAH"),  # unconfirmed
    Line("… in Riyadh", {**WAGES, "country": "SA", "place": "Riyadh"}, "KBRI_RIYADH"),  # unconfirmed
    Line("… in Dammam", {**WAGES, "country": "SA", "place": "Ad-Dammam"}, "KBRI_RIYADH"),  # unconfirmed
    Line(  # unconfirmed
        "… in Saudi Arabia, place unknown",
        {**WAGES, "country": "SA"},
        why_not="several",
        best=("KBRI_RIYADH", "KJRI_JEDDAH"),
    ),
    Line("… in Dubai", {**WAGES, "country": "AE", "place": "Dubai"}, "KJRI_DUBAI"),  # unconfirmed
    Line("… in Sharjah", {**WAGES, "country": "AE", "place": "Sharjah"}, "KJRI_DUBAI"),  # unconfirmed
    Line("… in Abu Dhabi", {**WAGES, "country": "AE", "place": "Abu Dhabi"}, "KBRI_ABU_DHABI"),  # unconfirmed
    Line("… in Qatar", {**WAGES, "country": "QA", "place": "Doha"}, "KBRI_DOHA"),
    Line("… in Yemen, which Muscat serves", {**WAGES, "country": "YE", "place": "Sana'a"}, "KBRI_MUSCAT"),
    Line("… in Palestine, which Amman serves", {**WAGES, "country": "PS"}, "KBRI_AMMAN"),
    # East Asia
    Line("… in Taipei", {**WAGES, "country": "TW", "place": "Taipei"}, "KDEI_TAIPEI"),
    Line("… in Kaohsiung, the same office", {**WAGES, "country": "TW", "place": "Kaohsiung"}, "KDEI_TAIPEI"),
    Line("… in Hong Kong", {**WAGES, "country": "HK", "place": "Kowloon"}, "KJRI_HONG_KONG"),
    Line("… in Macau, which Hong Kong serves", {**WAGES, "country": "MO"}, "KJRI_HONG_KONG"),
    Line("… in Singapore", {**WAGES, "country": "SG"}, "KBRI_SINGAPORE"),  # unconfirmed: accreditation
    Line("… in South Korea", {**WAGES, "country": "KR", "place": "부산"}, "KBRI_SEOUL"),
    Line(  # unconfirmed
        "… in Japan, place unknown",
        {**WAGES, "country": "JP"},
        why_not="several",
        best=("KBRI_TOKYO", "KJRI_OSAKA"),
    ),
    Line(
        "… in Osaka, where there is an office", {**WAGES, "country": "JP", "place": "Osaka-shi"}, "KJRI_OSAKA"
    ),  # unconfirmed
    # Elsewhere
    Line("… in Timor-Leste", {**WAGES, "country": "TL", "place": "Dili"}, "KBRI_DILI"),  # unconfirmed
    Line(
        "… in Papua New Guinea's Vanimo", {**WAGES, "country": "PG", "place": "Vanimo"}, "KRI_VANIMO"
    ),  # unconfirmed
    Line("… in Australia, place unknown", {**WAGES, "country": "AU"}, why_not="several", best=AUSTRALIA),
    Line("… in Nepal, which Dhaka serves", {**WAGES, "country": "NP"}, "KBRI_DHAKA"),  # unconfirmed
    Line(
        "… in Switzerland, where the mission to the UN has no consular role",
        {**WAGES, "country": "CH", "place": "Geneva"},
        "KBRI_BERN",  # unconfirmed: accreditation
    ),
    Line("… in Greenland, where nobody is accredited", {**WAGES, "country": "GL"}, "KEMLU_PWNI"),
    Line("… in Afghanistan, whose mission was disrupted", {**WAGES, "country": "AF"}, "KEMLU_PWNI"),
    Line(
        "… in Sudan, whose mission was disrupted",
        {**WAGES, "country": "SD", "place": "Khartoum"},
        "KEMLU_PWNI",
    ),
    Line("… in a country nobody knows", {**WAGES, "country": ""}, why_not="country_unknown"),
    Line("… in a country that does not exist", {**WAGES, "country": "ZZ"}, why_not="country_unknown"),
    # Topics abroad
    Line(
        "forced scam work in Cambodia",
        {**DURING, "topics": ("ONLINE_SCAM", "TPPO"), "country": "KH", "home_province": "12"},
        "KBRI_PHNOM_PENH",  # and not the police, though the topic of trafficking names them first
    ),
    Line(
        "sexual violence in Hong Kong",
        {**DURING, "topics": ("KEKERASAN_SEKSUAL",), "country": "HK", "home_province": "33"},
        "KJRI_HONG_KONG",
    ),
    Line(
        "a death sentence in Jeddah, where the ministry leads",
        {**DURING, "topics": ("ANCAMAN_HUKUMAN_MATI",), "country": "SA", "place": "Jeddah"},
        "KEMLU_PWNI",
    ),
    Line(
        "unpaid wages and a death sentence: the more urgent topic decides",
        {**DURING, "topics": ("GAJI_TIDAK_DIBAYAR", "ANCAMAN_HUKUMAN_MATI"), "country": "TW"},
        "KEMLU_PWNI",
    ),
    Line(
        "a placement fee too high, told from Taiwan",
        {**DURING, "topics": ("BIAYA_BERLEBIH",), "country": "TW", "home_province": "33"},
        "KDEI_TAIPEI",
    ),
    Line(
        "social security, told from Taiwan: the fund's own matter wherever the worker is",
        {**DURING, "topics": ("JAMINAN_SOSIAL",), "country": "TW", "home_province": "33"},
        "BPJSTK",  # unconfirmed
    ),
    Line(
        "something else in Brunei",
        {**DURING, "topics": ("LAINNYA",), "country": "BN"},
        "KBRI_BANDAR_SERI_BEGAWAN",
    ),
    Line("no topic yet in Brunei", {**DURING, "country": "BN"}, "KBRI_BANDAR_SERI_BEGAWAN"),
    Line(
        "an unknown topic in Brunei",
        {**DURING, "topics": ("?", "X"), "country": "BN"},
        "KBRI_BANDAR_SERI_BEGAWAN",
    ),
    # Before departure
    Line(
        "a recruiter's fraud in Lombok",
        {**BEFORE, "topics": ("PENIPUAN_PELUANG_KERJA",), "home_province": "52", "home_regency": "5203"},
        "BP3MI_NTB",
    ),
    Line(
        "the same with only the regency given",
        {**BEFORE, "topics": ("PENIPUAN_PELUANG_KERJA",), "home_regency": "5203"},
        "BP3MI_NTB",
    ),
    Line(
        "illegal recruitment in Kupang for work in Malaysia",
        {**BEFORE, "topics": ("REKRUT_ILEGAL",), "home_province": "53", "country": "MY", "place": "Johor"},
        "BP3MI_NTT",
    ),
    Line(
        "trafficking found before departure: people decide when to go to the police",
        {**BEFORE, "topics": ("TPPO",), "home_province": "32"},
        "BP3MI_JABAR",
    ),
    Line(
        "a failed departure from Jambi, which Riau serves",
        {**BEFORE, "topics": ("GAGAL_BERANGKAT",), "home_province": "15"},
        "BP3MI_RIAU",  # unconfirmed: dated 2023
    ),
    Line(
        "a recruiter's fraud in Kalimantan Timur, which has no BP3MI",
        {**BEFORE, "topics": ("PENIPUAN_PELUANG_KERJA",), "home_province": "64"},
        why_not="gap",
        best=("POLRI",),
    ),
    Line(
        "overcharging in Kalimantan Timur",
        {**BEFORE, "topics": ("BIAYA_BERLEBIH",), "home_province": "64"},
        why_not="gap",
        best=("DISNAKER_64",),
    ),
    Line(
        "overcharging, home unknown",
        {**BEFORE, "topics": ("BIAYA_BERLEBIH",)},
        why_not="home_unknown",
    ),
    # After return
    Line(
        "a return to Malang",
        {**AFTER, "topics": ("DEPORTASI",), "home_province": "35", "home_regency": "3573"},
        "BP3MI_JATIM",
    ),
    Line(
        "unpaid wages, told after return",
        {**AFTER, "topics": ("GAJI_TIDAK_DIBAYAR",), "home_province": "35"},
        "BP3MI_JATIM",
    ),
    Line(
        "deported to Nunukan",
        {**AFTER, "topics": ("DEPORTASI",), "home_province": "65", "country": "MY", "place": "Tawau"},
        "BP3MI_KALTARA",
    ),
    Line(
        "deported to Kalimantan Timur",
        {**AFTER, "topics": ("DEPORTASI",), "home_province": "64"},
        why_not="gap",
        best=("KEMENSOS",),
    ),
    Line("returned ill to Jayapura", {**AFTER, "topics": ("SAKIT",), "home_province": "91"}, "BP3MI_SULSEL"),
    Line(
        "returned ill to Merauke", {**AFTER, "topics": ("SAKIT",), "home_province": "93"}, "BP3MI_SULSEL"
    ),  # unconfirmed
    Line("returned ill to Ambon", {**AFTER, "topics": ("SAKIT",), "home_province": "81"}, "BP3MI_SULUT"),
    Line(
        "returned from scam work: home again, BP3MI comes first and not the police",
        {**AFTER, "topics": ("ONLINE_SCAM", "TPPO"), "home_province": "12"},
        "BP3MI_SUMUT",
    ),
    Line(
        "sexual violence, told after return to Kupang",
        {**AFTER, "topics": ("KEKERASAN_SEKSUAL",), "home_province": "53"},
        "BP3MI_NTT",
    ),
    Line(
        "social security after return",
        {**AFTER, "topics": ("JAMINAN_SOSIAL",), "home_province": "33"},
        "BPJSTK",
    ),  # unconfirmed
    Line("a return, home unknown", {**AFTER, "topics": ("DEPORTASI",)}, why_not="home_unknown"),
    Line(
        "a return to a province that does not exist",
        {**AFTER, "topics": ("DEPORTASI",), "home_province": "99"},
        why_not="gap",
    ),
    Line("a return with no topic yet", {**AFTER, "home_province": "51"}, "BP3MI_BALI"),
]


@pytest.fixture(scope="module")
def answers(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Answer]]:
    """Every line's answer, on the reference data loaded once and taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_all()
        yield {line.when: ask(Question(**line.question)) for line in TABLE}
        transaction.set_rollback(True)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.when)
def test_the_responsible_partner(line: Line, answers: dict[str, Answer]) -> None:
    answer = answers[line.when]
    assert (answer.clear.partner_code if answer.clear else "") == line.clear
    assert answer.why_not == line.why_not
    if line.best:
        assert tuple(sorted(c.partner_code for c in answer.ranking if c.tier == 1)) == tuple(
            sorted(line.best)
        )


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.when)
def test_every_candidate_and_every_unclear_answer_says_why(line: Line, answers: dict[str, Answer]) -> None:
    answer = answers[line.when]
    with translation.override("en"):
        for candidate in answer.ranking:
            assert candidate.reasons
            assert all(explain(reason).endswith(".") for reason in candidate.reasons)
            assert not any("…" in explain(reason) for reason in candidate.reasons)
        assert bool(answer.reasons) == (answer.clear is None)
        assert all(explain(reason).endswith(".") for reason in answer.reasons)


def test_the_table_names_each_question_once() -> None:
    assert len({line.when for line in TABLE}) == len(TABLE) >= 40


def _sentences(answer: Answer, partner_code: str) -> list[str]:
    with translation.override("en"):
        return [
            explain(reason) for c in answer.ranking if c.partner_code == partner_code for reason in c.reasons
        ]


def test_a_consular_district_is_explained_by_its_name(answers: dict[str, Answer]) -> None:
    assert _sentences(answers["… in Johor Bahru"], "KJRI_JOHOR_BAHRU") == [
        "Responsible for workers in Johor (consular district of KJRI Johor Bahru).",
        "Usually responsible for “Unpaid wages”.",
    ]


def test_a_home_province_is_explained_by_its_name(answers: dict[str, Answer]) -> None:
    assert _sentences(answers["a return to Malang"], "BP3MI_JATIM") == [
        "BP3MI for home province Jawa Timur.",
        "Usually responsible for “Deportation or repatriation”.",
    ]


def test_an_unconfirmed_mandate_says_so(answers: dict[str, Answer]) -> None:
    assert "No source confirms this responsibility fully yet." in _sentences(
        answers["… in Jeddah"], "KJRI_JEDDAH"
    )


def test_the_ministry_says_that_it_stands_in_for_a_mission(answers: dict[str, Answer]) -> None:
    assert (
        "No mission that can be asked is responsible for Greenland, so the ministry answers itself."
        in _sentences(answers["… in Greenland, where nobody is accredited"], "KEMLU_PWNI")
    )


def test_a_gap_names_the_agency_and_the_province(answers: dict[str, Answer]) -> None:
    answer = answers["overcharging in Kalimantan Timur"]
    with translation.override("en"):
        assert [explain(reason) for reason in answer.reasons] == [
            "BP3MI would come first, but no office is known for home province Kalimantan Timur; please choose."
        ]


def test_the_ranking_goes_on_after_the_first(answers: dict[str, Answer]) -> None:
    answer = answers["a recruiter's fraud in Lombok"]
    assert [(c.tier, c.partner_code) for c in answer.ranking] == [
        (1, "BP3MI_NTB"),
        (2, "POLRI"),
        (3, "DISNAKER_52"),
        (4, "KP2MI"),
    ]


def test_before_departure_no_mission_is_asked(answers: dict[str, Answer]) -> None:
    answer = answers["illegal recruitment in Kupang for work in Malaysia"]
    assert not [c.partner_code for c in answer.ranking if c.agency_code in ("PERWAKILAN", "KEMLU_PWNI")]
