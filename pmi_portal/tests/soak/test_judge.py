"""The judge of `make soak` is itself held against hours that it has to find fault with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.roles import Officer, PortalAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from pmi_portal.tests.chaos.people import Diary
from referrals.tests.factories import make_officer

from .judge import FEWEST, Verdict, judge, late
from .rows import WAITING
from .telling import summary, table
from .watching import SESSION, Process, Sample, Watcher
from .work import READ, Crew, Hands

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


@pytest.mark.parametrize(("percent", "faults"), [(4.5, 0), (5.5, 2), (9, 2)])
def test_memory_that_grows_by_more_than_five_percent_is_named(percent: float, faults: int) -> None:
    """Over the four fifths of the hour that are judged."""
    found = judge(
        hour(memory=lambda number: 100 * MIB * (1 + percent / 100 * (number / COUNT - 0.2) / 0.8))
    ).faults
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
        (hour(sessions=lambda number: 8 + number // 5), "sessions of the database: 13, then 26"),
        (hour(clients=lambda number: 36 + number // 4), "clients of the broker: 43, then 58"),
    ],
)
def test_files_and_connections_that_pile_up_are_named(samples: list[Sample], said: str) -> None:
    (found,) = judge(samples).faults
    assert found.partition(":")[0] == said.partition(":")[0]


def test_pools_that_fill_up_late_are_no_leak() -> None:
    """Each of two web processes opens two more connections once all of its threads are busy at the same time."""
    assert (
        judge(
            hour(clients=lambda number: 36 + 4 * (number > 60), files=lambda number: 22 + 4 * (number > 60))
        ).faults
        == []
    )


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


def test_a_row_that_is_late_early_on_is_named_too() -> None:
    (found,) = judge(hour(age=lambda number: 600 if number == 13 else 0)).faults
    assert found == "e-mails were due for 600 s"


def test_what_was_tried_again_and_again_is_late_from_when_it_was_asked_for() -> None:
    assert late({"referrals": 9.0, "e-mails": 10.0}) == []
    assert late({"referrals": 3600.0, "e-mails": 1.0}) == [
        "referrals took up to 3600 s from being asked for to being sent"
    ]


class TestNobodyLooks:
    """An hour that nobody saw, or in which nobody worked, proves nothing."""

    def test_a_watcher_that_breaks_off_says_so(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        def fail(*_arguments: Any) -> None:
            raise OSError("No space left on device")

        watcher = Watcher(Stood(), tmp_path / "samples.jsonl", every=0.01)  # type: ignore[arg-type]
        monkeypatch.setattr(watcher, "_note", fail)
        watcher.start()
        watcher._thread.join(timeout=10)
        watcher._began -= 60
        watcher.stop()
        assert [what.partition(":")[0] for what in watcher.troubles] == [
            "could not look",
            "nobody looked for the last 60 s",
        ]

    def test_whoever_fails_is_named_and_whoever_falls_silent_too(self) -> None:
        crew = Crew.__new__(Crew)
        crew.diary, crew.hands, crew.stopping, crew.seen = Diary(), Hands(), threading.Event(), {}

        def fail(*_arguments: Any) -> None:
            crew.stopping.set()
            raise ZeroDivisionError

        class Somebody:
            email = "a@example.org"

        crew._work(Somebody(), fail, Random(1))  # type: ignore[arg-type]
        crew._threads = [threading.Thread(target=print, name="a@example.org")]
        crew.look()
        assert [what[:30] for what in crew.diary.troubles] == [
            "a@example.org: ZeroDivisionErr",
            "a@example.org has not done any",
        ]


class Stood:
    """A stack whose database and broker are there."""

    class valkey:  # noqa: N801  # as the stack names it
        url = settings.REDIS_URL

    @contextmanager
    def connect(self) -> Iterator[None]:
        yield


@pytest.mark.django_db
@pytest.mark.parametrize("role", READ)
def test_every_page_that_they_read_is_one_of_theirs(client: Client, role: str) -> None:
    person = make_portal_admin() if role == PortalAdmin.code else None
    client.force_login(
        person or (make_officer() if role == Officer.code else make_user(partner=make_partner()))
    )
    for path in READ[role]:
        assert client.get(path).status_code == 200, path


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
    assert "nothing grew by more than 5%" in summary(1, Diary(), samples, [])


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
