"""The judge of `make soak` is itself held against hours that it has to find fault with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pmi_portal.tests.chaos.people import Diary

from .judge import FEWEST, Verdict, judge
from .rows import WAITING
from .telling import summary, table
from .watching import SESSION, Process, Sample

MIB = 1024
COUNT = 100
Says = Callable[[int], float]  # of the number of a sample


def hour(
    memory: Says = lambda number: 100 * MIB,
    files: Says = lambda number: 20,
    sessions: Says = lambda number: 8,
    clients: Says = lambda number: 36,
    age: Says = lambda number: 0,
    pid: Says = lambda number: 7,
) -> list[Sample]:
    """Samples of one process and what else is there."""
    return [
        Sample(
            at=number * 5.0,
            processes=[Process("web", int(pid(number)), int(memory(number)), int(files(number)))],
            sessions=int(sessions(number)),
            clients=int(clients(number)),
            ages={"e-mails": age(number)},
        )
        for number in range(COUNT)
    ]


def test_an_hour_in_which_nothing_grows_is_well() -> None:
    verdict = judge(hour())
    assert verdict.faults == []
    assert {it.what for it in verdict.memory} == {"web 7", "web as a whole"}
    assert set(verdict.oldest) == set(WAITING)


def test_what_fills_up_at_the_beginning_is_no_leak() -> None:
    assert judge(hour(memory=lambda number: MIB * (60 + min(number, 19) * 4))).faults == []


@pytest.mark.parametrize(("percent", "faults"), [(4, 0), (9, 2)])
def test_memory_that_grows_by_more_than_five_percent_is_named(percent: int, faults: int) -> None:
    found = judge(hour(memory=lambda number: 100 * MIB * (1 + percent / 100 * number / COUNT))).faults
    assert len(found) == faults
    assert all(what.startswith("memory of web") for what in found)


def test_a_small_process_may_waver_by_some_pages() -> None:
    assert judge(hour(memory=lambda number: 2 * MIB + 3 * number)).faults == []


def test_a_process_that_is_replaced_before_it_has_grown_hides_nothing() -> None:
    found = judge(hour(memory=lambda number: MIB * (100 + number), pid=lambda number: number // 10)).faults
    assert [what.partition(":")[0] for what in found] == ["memory of web as a whole"]


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (hour(files=lambda number: 20 + number), "open files of web 7: 37, then 110"),
        (hour(sessions=lambda number: 8 + number // 10), "sessions of the database: 10, then 17"),
        (hour(clients=lambda number: 36 + number // 4), "clients of the broker: 43, then 58"),
    ],
)
def test_files_and_connections_that_pile_up_are_named(samples: list[Sample], said: str) -> None:
    (found,) = judge(samples).faults
    assert found.partition(":")[0] == said.partition(":")[0]


@pytest.mark.parametrize(("seconds", "faults"), [(10, []), (11, ["e-mails were due for 11 s"])])
def test_one_row_that_waits_for_longer_than_its_sweep_once_is_named(seconds: int, faults: list[str]) -> None:
    assert judge(hour(age=lambda number: seconds if number == 60 else 0)).faults == faults


def sessions(largest: Says, files: Says = lambda number: 300) -> list[Sample]:
    """Sessions of PostgreSQL that are replaced every ten samples."""
    return [
        Sample(
            number * 5.0,
            [
                Process(SESSION, number // 10, int(largest(number)), int(files(number))),
                Process("postgres", 3, MIB, 45),
            ],
            8,
            36,
            {},
        )
        for number in range(COUNT)
    ]


def test_of_sessions_that_come_and_go_the_largest_may_not_grow() -> None:
    assert judge(sessions(lambda number: MIB * (6 + 2 * (number % 10)))).faults == []
    (found,) = judge(sessions(lambda number: MIB * (20 + number / 10))).faults
    assert found.startswith("memory of session of postgres, the largest: +")


def test_what_postgresql_keeps_open_within_its_limit_is_no_leak() -> None:
    def one(files: Says) -> list[Sample]:
        return [
            Sample(number * 5.0, [Process("postgres", 3, MIB, int(files(number)))], 8, 36, {})
            for number in range(COUNT)
        ]

    assert judge(one(lambda number: 7 if number < 50 else 45)).faults == []
    assert len(judge(one(lambda number: 20 * number)).faults) == 1


def test_a_few_samples_tell_nothing() -> None:
    with pytest.raises(ValueError, match="at least"):
        judge(hour()[: FEWEST - 1])


def test_what_is_printed_names_each_process_and_each_fault() -> None:
    samples = hour(memory=lambda number: 100 * MIB + number * 200)
    verdict: Verdict = judge(samples)
    assert "web 7" in table(verdict, samples)
    said = summary(1, Diary(), samples, verdict.faults)
    assert "2 faults" in said
    assert all(fault in said for fault in verdict.faults)
    assert "nothing grew" in summary(1, Diary(), samples, [])


@pytest.mark.django_db
def test_every_kind_of_row_is_asked_for_in_columns_that_there_are(every_age: dict[str, float]) -> None:
    assert every_age == dict.fromkeys(WAITING, 0)


@pytest.fixture
def every_age() -> dict[str, float]:
    from django.db import connection

    from .rows import ages

    class Asked:
        def execute(self, sql: str) -> object:
            cursor = connection.cursor()
            cursor.execute(sql)
            return cursor

    return ages(Asked())
