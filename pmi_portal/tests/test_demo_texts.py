"""The demo's texts: every topic has some, and all of them can be filled in."""

import csv
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from agencies.choices import ServiceKind, Stage
from pmi_portal.demo.cases import SECTORS
from pmi_portal.demo.figures import Figures
from pmi_portal.demo.places import COUNTRIES, REGENCIES
from pmi_portal.demo.wording import load, months, with_capitals
from referrals.choices import DeclineReason

BLANKS = "kota negara kerja majikan tempat asal lama bulan sejak kejadian gaji tunggakan juta kerabat pmi"
BLANKS += " nama mitra instansi kasus hari nomor"  # of papers and of the police report
SLOTS = with_capitals(dict.fromkeys(BLANKS.split(), "x"))


def codes(name: str) -> set[str]:
    with (settings.BASE_DIR / "agencies" / "data" / name).open(encoding="utf-8") as file:
        return {row["code"] for row in csv.DictReader(file)}


def every_text(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from every_text(one)
    elif isinstance(value, list):
        for one in value:
            yield from every_text(one)


@pytest.mark.parametrize("name", ["topics", "themes", "desks", "together", "rights"])
def test_every_blank_can_be_filled_in(name: str) -> None:
    for text in every_text(load(name)):
        assert "{" not in text.format_map(SLOTS)


def test_every_topic_has_stories_and_a_theme() -> None:
    topics, themes = load("topics"), load("themes")
    assert topics.keys() == codes("complaint_categories.csv")
    for code, topic in topics.items():
        assert topic["theme"] in themes, code
        assert topic["stories"].keys() <= set(Stage.values), code
        assert all(topic["stories"].values()), code
        assert topic["demands"], code


def test_every_theme_can_be_worked_on() -> None:
    for name, theme in load("themes").items():
        assert "any" in theme["requests"], name
        assert theme["progress"].keys() == theme["endings"].keys(), name
        assert all(len(pair) == 2 for pair in theme["questions"]), name


def test_services_outcomes_and_reasons_are_known() -> None:
    desks = load("desks")
    work = [*load("themes").values(), *(desk for desk in desks.values() if "endings" in desk)]
    asked = {service for one in work for services in one.get("services", []) for service in services}
    assert asked <= set(ServiceKind.values)
    endings = [
        place
        for one in work
        for place in (one["endings"].values() if isinstance(one["endings"], dict) else [one["endings"]])
    ]
    assert {end[0] for place in endings for end in place} <= codes("outcomes.csv")
    assert desks["declined"].keys() == set(DeclineReason.values) - {DeclineReason.OTHER}


def test_the_figures_reach_every_topic_and_only_known_places() -> None:
    figures = Figures()
    assert figures.topics.keys() == codes("complaint_categories.csv")
    assert figures.topics["PULANG"] == 136  # BP2MI, first half of 2024
    assert figures.countries.keys() <= COUNTRIES.keys()
    assert figures.sectors.keys() == SECTORS.keys()
    assert figures.sexes == {"female": 750, "male": 712}
    assert {code for some in REGENCIES.values() for code in some} <= codes("regencies.csv")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "sebulan"),
        (4, "empat bulan"),
        (12, "setahun"),
        (14, "setahun"),
        (17, "setahun lebih"),
        (24, "dua tahun"),
    ],
)
def test_stretches_of_time_are_said_as_people_say_them(number: int, said: str) -> None:
    assert months(number) == said
