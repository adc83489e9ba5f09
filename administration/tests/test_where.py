"""Where would this go? The same answer as a caseworker gets, for whoever is signed in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.tests.factories import make_portal_admin, make_user
from agencies.loading import load_all
from agencies.models import Partner, Topic
from agencies.tests.factories import make_partner
from cases.tests.factories import make_case

pytestmark = pytest.mark.django_db
ADDRESS = "/where/"
JOHOR = {"stage": "during", "country": "MY", "place": "Johor Bahru", "topics": "GAJI_TIDAK_DIBAYAR"}


@pytest.fixture
def page(client: Client) -> Client:
    load_all()
    client.force_login(make_portal_admin())
    return client


def names(answer: Any) -> list[str]:
    return [candidate.partner.code for candidate in answer.context["candidates"]]


def test_the_empty_page_asks_and_accuses_nobody(page: Client) -> None:
    answer = page.get(ADDRESS)
    assert answer.status_code == 200
    assert "candidates" not in answer.context
    assert not answer.context["form"].errors


def test_it_answers_with_the_ranking_and_the_reasons(page: Client) -> None:
    answer = page.get(ADDRESS, JOHOR)
    assert names(answer)[0] == "KJRI_JOHOR_BAHRU"
    assert "Responsible for workers in Johor (consular district of KJRI Johor Bahru)." in answer.text
    assert "nobody there reads the portal yet" in answer.context["would"]


def test_a_caseworker_sees_on_a_case_what_the_simulator_says(client: Client) -> None:
    load_all()
    johor = Partner.objects.get(code="KJRI_JOHOR_BAHRU")
    make_user(partner=johor, role="officer")
    caseworker = make_user(partner=make_partner())
    case = make_case(
        by=caseworker,
        stage="during",
        country="MY",
        place="Johor Bahru",
        topics=list(Topic.objects.filter(code="GAJI_TIDAK_DIBAYAR")),
    )
    client.force_login(caseworker)
    on_the_case = client.get(f"/cases/{case.reference}/refer/")
    home = case.worker.home_province_id
    simulated = client.get(ADDRESS, {**JOHOR, "home_province": home})
    assert simulated.context["would"] == on_the_case.context["would"]
    assert simulated.context["candidates"] == on_the_case.context["candidates"]
    assert simulated.context["would"] == f"It would go to {johor}."


def test_a_part_of_a_divided_country_can_be_chosen_by_its_name(page: Client) -> None:
    answer = page.get(ADDRESS, {**JOHOR, "place": "", "district": "MY-SABAH-EAST"})
    assert ("MY-SABAH-EAST", "Sabah (Tawau and east coast)") in answer.context["form"].fields[
        "district"
    ].choices
    assert names(answer)[0] == "KRI_TAWAU"
    assert "district" not in page.get(ADDRESS, {**JOHOR, "country": "QA"}).context["form"].fields


def test_a_gap_is_said_as_a_gap(page: Client) -> None:
    asked = {"stage": "before", "home_province": "64", "topics": "PENIPUAN_PELUANG_KERJA"}
    answer = page.get(ADDRESS, asked)
    assert "no office is known for home province Kalimantan Timur" in answer.context["would"]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"stage": ""}, "stage", "Choose a stage: who is responsible depends on it."),
        ({"country": "ZZ"}, "country", "There is no such country. Choose one from the list."),
        ({"country": ""}, "country", "Name the country of this place."),
        (
            {"home_province": "35", "home_regency": "5201"},
            "home_regency",
            "Kabupaten Lombok Barat does not lie in Jawa Timur. Please choose again.",
        ),
        ({"district": "SA-MAKKAH"}, "district", "Select a valid choice."),
        ({"topics": "'; DROP TABLE"}, "topics", "Select a valid choice."),
        ({"place": "x" * 101}, "place", "at most 100 characters"),
        ({"place": "a\x00b"}, "place", "Null characters are not allowed."),
        ({"stage": "🙂", "home_province": "\x00"}, "home_province", "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    page: Client, typed: dict[str, str], field: str, sentence: str
) -> None:
    answer = page.get(ADDRESS, {**JOHOR, **typed})
    assert answer.status_code == 200
    assert sentence in str(answer.context["form"].errors[field])
    assert "candidates" not in answer.context


def test_a_place_of_a_megabyte_is_refused_in_a_sentence(page: Client) -> None:
    assert "at most 100 characters" in page.get(ADDRESS, {**JOHOR, "place": "x" * 1_000_000}).text
