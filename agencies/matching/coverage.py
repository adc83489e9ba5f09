"""Where the mandates leave a gap or overlap: every province x topic x stage, and every topic x country abroad.

A pure function over `Facts`: each cell is what `rank` answers to its question, so that what this says of a cell is what a
caseworker would be told there. A country that consular districts divide is asked for part by part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from ..choices import Stage
from .facts import Facts
from .questions import Answer, Question, Reason, WhyNot
from .ranking import LAST


class Held(StrEnum):
    """How a cell is held."""

    CLEAR = "clear"  # one partner is responsible
    SEVERAL = "several"  # an overlap: more than one in the best tier
    CENTRE = "centre"  # only the ministry, which answers for whatever nobody else does
    DEPENDS = "depends"  # on the country, or on the home province: the cells there tell
    GAP = "gap"  # nobody


@dataclass(frozen=True)
class Cell:
    """One combination and who is responsible for it. `country` or `province` is set; `district` where there are parts."""

    topic: str
    stage: str
    held: Held
    partners: tuple[int, ...]  # of the best tier
    reason: Reason | None  # why there is no clear answer
    country: str = ""
    district: str = ""
    province: str = ""

    @property
    def place(self) -> str:
        return self.province or self.district or self.country

    @property
    def question(self) -> Question:
        return Question(
            topics=(self.topic,),
            stage=self.stage,
            country=self.country,
            district=self.district,
            home_province=self.province,
        )


@dataclass(frozen=True)
class Scope:
    """For what the cells are: codes of topics and provinces in use, countries, and the parts of divided countries."""

    topics: tuple[str, ...]
    provinces: tuple[str, ...]
    countries: tuple[str, ...]
    stages: tuple[str, ...] = tuple(Stage.values)


@lru_cache(maxsize=4)  # by what the facts say: a changed mandate is another question
def every_cell(facts: Facts, scope: Scope) -> tuple[Cell, ...]:
    """`cells`, kept for as long as nothing changes."""
    return tuple(cells(facts, scope))


def cells(facts: Facts, scope: Scope) -> Iterator[Cell]:
    """Every cell of the scope: provinces first, then countries."""
    for topic in scope.topics:
        for stage in scope.stages:
            for province in scope.provinces:
                yield cell(facts, topic, stage, province=province)
        if Stage.DURING in scope.stages:
            for country in scope.countries:
                for district in parts_of(facts, country):
                    yield cell(facts, topic, Stage.DURING.value, country=country, district=district)


def parts_of(facts: Facts, country: str) -> tuple[str, ...]:
    """The parts of a divided country by their codes; of another, one part without a code: the whole."""
    return facts.parts.get(country, ("",))


def cell(
    facts: Facts, topic: str, stage: str, *, country: str = "", district: str = "", province: str = ""
) -> Cell:
    asked = Question(topics=(topic,), stage=stage, country=country, district=district, home_province=province)
    answer = facts.rank(asked)
    return Cell(
        topic=topic,
        stage=stage,
        held=held(answer, named=facts.topics[topic].agencies),
        partners=tuple(one.partner_id for one in answer.ranking if one.tier == 1),
        reason=answer.reasons[0] if answer.reasons else None,
        country=country,
        district=district,
        province=province,
    )


def held(answer: Answer, *, named: tuple[str, ...]) -> Held:
    """What an answer means for its cell. `named` are the agencies that the topic names: one that names the ministry is
    not left to it as the last."""
    best = [one for one in answer.ranking if one.tier == 1]
    match answer.why_not:
        case WhyNot.NONE | WhyNot.GAP | WhyNot.EXCLUDED:
            return Held.GAP
        case WhyNot.COUNTRY_UNKNOWN | WhyNot.HOME_UNKNOWN:
            return Held.DEPENDS
    if all(one.agency_code == LAST for one in best) and LAST not in named:
        return Held.CENTRE
    return Held.SEVERAL if answer.why_not else Held.CLEAR
