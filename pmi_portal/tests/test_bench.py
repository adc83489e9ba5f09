"""What `make bench` measures is what the portal would have: its made-up rows read, open and are found as those of people."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from psycopg import sql

from agencies.tests.factories import make_outcome, make_partner, make_province, make_topic
from cases.models import Case, CaseEvent, Worker
from pmi_portal.bench import names, report, world
from pmi_portal.bench.fill import EVENTS, Filler
from privacy import acting
from privacy.index_field import index_fields
from referrals.models import Referral

MADE = 60


@pytest.fixture
def people(db: None, monkeypatch: pytest.MonkeyPatch) -> world.People:
    monkeypatch.setattr(world, "CASEWORKERS", 2)
    make_province(code="35")
    make_outcome()
    make_topic()
    make_topic()
    for _each in range(max(world.AGENCIES) + 1):
        make_partner(kind="bp3mi")
    return world.settle()


@pytest.fixture
def filled(people: world.People) -> world.People:
    filler = Filler(people)
    for number in range(MADE):
        filler.make(number)
    with acting.as_portal(), connection.cursor() as cursor:
        for model, rows in filler.rows.items():
            columns = filler.prepared[model].columns
            statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                sql.Identifier(model._meta.db_table),
                sql.SQL(", ").join([sql.Identifier(column) for column in columns]),
                sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
            )
            cursor.executemany(statement, rows)
    return people


def test_a_made_up_case_opens_and_is_found_by_its_workers_number_and_name(filled: world.People) -> None:
    person = filled.caseworker(7)
    with acting.as_partner(person.partner_id):
        case = Case.objects.get(reference=world.reference(7))
        assert case.worker.nik == names.nik(7)
        assert case.chronology.startswith("Gaji tidak dibayar")
        for words in (names.nik(7), names.passport(7), names.phone(7), case.worker.name, case.reporter_name):
            assert case in Case.objects.known_to(person).search(words), words


def test_what_is_found_by_is_what_the_portal_itself_would_write(filled: world.People) -> None:
    with acting.as_portal():
        rows = Worker.objects.get(pk=8), Case.objects.get(pk=8)
        indexes = [(row, field) for row in rows for field in index_fields(type(row))]
        assert len(indexes) == 3
        for row, field in indexes:
            assert getattr(row, field.name) == field.made_of(row)


def test_referrals_are_in_every_state_that_a_list_shows_and_keep_all_constraints(
    filled: world.People,
) -> None:
    with acting.as_portal():
        referrals = list(Referral.objects.select_related("case"))
        assert len(referrals) == MADE * world.REFERRALS
        assert {row.state for row in referrals} >= {"sent", "accepted", "completed"}
        assert all(row.request.startswith("Mohon dampingi") for row in referrals[:5])
        assert CaseEvent.objects.filter(case__in=[row.case for row in referrals[:3]]).exists()
        assert CaseEvent.objects.latest("pk").pk <= MADE * EVENTS


def test_two_of_five_cases_are_the_largest_ngos_and_one_of_four_referrals_the_largest_agencys(
    people: world.People,
) -> None:
    cases = [people.ngo(number) is people.caseworkers[0] for number in range(2_000)]
    got = [
        people.officer(number, place) is people.officers[0]
        for number in range(2_000)
        for place in range(world.REFERRALS)
    ]
    assert (sum(cases) / len(cases), sum(got) / len(got)) == (0.4, 0.25)
    assert sum(map(world.is_open, range(2_000))) == 400


def test_the_asked_for_cases_are_open_ones_of_one_caseworker_and_all_different(people: world.People) -> None:
    chosen = world.numbers_of_the_largest(10_000, 5)
    assert len(set(chosen)) == 5
    assert all(people.caseworker(number) is people.caseworkers[0][0] for number in chosen)
    assert all(map(world.is_open, chosen))


def _result(size: int, p50: float, ratio: float, **more: Any) -> dict[str, Any]:
    return {"page": "inbox", "size": size, "p50": p50, "ratio": ratio} | more


def test_growth_is_counted_from_the_smallest_size_for_the_page_and_for_its_ratio() -> None:
    told = report.with_growth([_result(1_000_000, 15, 3.0), _result(10_000, 10, 2.5)])
    assert [(one["growth"], one["ratio_growth"]) for one in told] == [(1.5, 1.2), (1.0, 1.0)]


def test_the_chart_shows_each_page_and_the_floor(tmp_path: Any) -> None:
    results = [_result(size, 5.0, 2.0, floor_p50=2.5) for size in (10_000, 100_000)]
    assert "<svg" in report.draw(results, tmp_path / "growth.svg").read_text()


def test_the_way_of_a_referral_is_told_beside_the_floor() -> None:
    soon = {
        "measure": "submit to inbox, 2 a second",
        "p50": 30.0,
        "p95": 50.0,
        "floor_p50": 12.0,
        "floor_p95": 15.0,
    }
    many = {"measure": "referrals routed, in bulk", "per_second": 2_100.0, "floor_per_second": 9_000.0}
    said = report.routed([soon, many])
    assert "p50 30, p95 50 ms (floor 12, 15)" in said
    assert "2,100 a second (floor 9,000)" in said
