"""The judge of chaos sees what is lost, doubled, or comes from nowhere."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from pmi_portal.tests.chaos.faults import FAULTS, of_round
from pmi_portal.tests.chaos.judge import Facts, judge
from pmi_portal.tests.chaos.people import Act
from pmi_portal.tests.chaos.rounds import GIVE_UP, LIMIT, Round, summary

LOGGED = Act("log", "k1", "done", "SP-1")
REFERRED = Act("refer", "k2", "done", "r1")
ACCEPTED = Act("accept", "k3", "unknown")
GOOD = Facts(
    by_key={"k1": 1, "k2": 1},
    events={"r1": {"referred": 1, "sent": 1}},
    notices={("r1", "7", "sent"): 1},
    sent={"<1>": "a@example.org"},
    known={"<1>", "<2>"},
    taken={("<1>", "a@example.org"): 1},
)
ACTS = [LOGGED, REFERRED, ACCEPTED]


def test_what_is_as_it_should_be_is_good() -> None:
    assert judge(ACTS, GOOD).is_good


@pytest.mark.parametrize(
    "change",
    [
        {"by_key": {"k2": 1}},
        {"events": {"r1": {"referred": 1}}},
        {"events": {}},
        {"notices": {}},
        {"taken": {}},
    ],
    ids=str,
)
def test_what_is_missing_is_lost(change: dict[str, object]) -> None:
    verdict = judge(ACTS, replace(GOOD, **change))  # type: ignore[arg-type]
    assert verdict.lost
    assert not verdict.is_good


@pytest.mark.parametrize(
    "change",
    [
        {"by_key": {"k1": 1, "k2": 2}},
        {"by_key": {"k1": 1, "k2": 1, "k3": 2}},
        {"events": {"r1": {"referred": 1, "sent": 2}}},
        {"notices": {("r1", "7", "sent"): 2}},
        {"taken": {("<1>", "a@example.org"): 1, ("<9>", "a@example.org"): 1}},
        {"taken": {("<1>", "a@example.org"): 1, ("<1>", "b@example.org"): 1}},
    ],
    ids=str,
)
def test_what_is_there_too_often_or_from_nowhere_is_doubled(change: dict[str, object]) -> None:
    assert judge(ACTS, replace(GOOD, **change)).doubled  # type: ignore[arg-type]


def test_the_same_e_mail_again_under_its_id_is_counted_and_forgiven() -> None:
    verdict = judge(ACTS, replace(GOOD, taken={("<1>", "a@example.org"): 2}))
    assert verdict.is_good
    assert verdict.repeated == 1


def test_an_act_that_nobody_answered_to_may_be_there_or_not() -> None:
    assert judge(ACTS, replace(GOOD, by_key={"k1": 1, "k2": 1, "k3": 1})).is_good


def test_a_round_that_is_late_or_in_which_somebody_could_not_work_is_not_good() -> None:
    assert Round(0, ["x"], recovery=LIMIT).is_good
    assert not Round(0, ["x"], recovery=LIMIT + 1).is_good
    assert Round(0, ["x"], recovery=LIMIT + 1).is_whole
    assert not Round(0, ["x"], recovery=GIVE_UP).is_whole
    assert not Round(0, ["x"], troubles=["nobody answered"]).is_good
    assert "rounds [0]" in summary(1, [Round(0, ["x"], recovery=LIMIT + 1)], mails=0, repeated=0)


def test_the_same_seed_and_number_are_the_same_faults_and_each_fault_has_its_turn() -> None:
    def names(number: int) -> list[str]:
        return [fault.name for fault in of_round(number, Random(f"7 {number}"))]

    assert [names(number) for number in range(50)] == [names(number) for number in range(50)]
    played = {name for number in range(len(FAULTS)) for name in names(number)}
    assert played == {fault.name for fault in FAULTS}
    assert len(played) == len(FAULTS)
    doubles = [names(number) for number in range(60) if len(names(number)) == 2]
    assert len(doubles) == 10
    assert all(first.partition(":")[0] != second.partition(":")[0] for first, second in doubles)
