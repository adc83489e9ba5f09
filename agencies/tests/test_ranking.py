"""The ranking itself, on a handful of made-up mandates."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.matching import (
    Answer,
    DistrictFacts,
    MandateFacts,
    Question,
    TopicFacts,
    WhyNot,
    ask,
    explain,
    place_suggestions,
    rank,
)
from agencies.models import Partner

from .factories import make_district, make_mandate, make_partner, make_regency, make_topic

MISSION = {"agency_code": "PERWAKILAN", "stage": "during", "country": "MY"}
HOME = {"agency_code": "BP3MI", "province": "35", "province_name": "Jawa Timur"}


def mandate(code: str, **fields: Any) -> MandateFacts:
    number = sum(map(ord, code))
    return MandateFacts(partner_id=number, partner_code=code, partner_name_id=code.title(), **fields)


def topic(code: str, *agencies: str, **fields: Any) -> TopicFacts:
    known = {"stage": "any", "urgency": "normal", "restricted": False, **fields}
    return TopicFacts(code=code, name_id=code, name_en=code, agencies=agencies, **known)


def order(answer: Answer) -> list[tuple[int, str]]:
    return [(candidate.tier, candidate.partner_code) for candidate in answer.ranking]


class TestTopics:
    MANDATES = (
        mandate("A", agency_code="POLRI", topic="FRAUD"),
        mandate("B", agency_code="BPJSTK", topic="CLAIM"),
    )

    def test_a_mandate_for_a_topic_does_not_cover_another(self) -> None:
        answer = rank(Question(topics=("CLAIM",)), topics=[topic("CLAIM")], mandates=self.MANDATES)
        assert order(answer) == [(1, "B")]

    def test_the_most_urgent_topic_decides_whoever_is_named_first(self) -> None:
        question = Question(topics=("FRAUD", "CLAIM"), stage="before")
        topics = [topic("FRAUD", "POLRI"), topic("CLAIM", "BPJSTK", urgency="emergency")]
        assert order(rank(question, topics=topics, mandates=self.MANDATES)) == [(1, "B"), (2, "A")]

    def test_among_equally_urgent_topics_the_first_named_decides(self) -> None:
        question = Question(topics=("FRAUD", "CLAIM"), stage="before")
        topics = [topic("CLAIM", "BPJSTK"), topic("FRAUD", "POLRI")]
        assert order(rank(question, topics=topics, mandates=self.MANDATES)) == [(1, "A"), (2, "B")]


class TestPlaces:
    def test_a_district_beats_the_whole_country(self) -> None:
        mandates = [mandate("WIDE", **MISSION), mandate("NEAR", district="MY-X", **MISSION)]
        districts = [DistrictFacts("MY-X", ("Xanadu",))]
        question = Question(stage="during", country="MY", place="xanadu")
        answer = rank(question, mandates=mandates, districts=districts)
        assert order(answer) == [(1, "NEAR"), (2, "WIDE")]

    def test_a_regency_beats_its_province_and_the_province_the_country(self) -> None:
        mandates = [
            mandate("NATION", agency_code="BP3MI"),
            mandate("PROVINCE", **HOME),
            mandate("REGENCY", regency="3573", regency_name="Kota Malang", **HOME),
            mandate("ELSEWHERE", regency="3507", **HOME),
        ]
        question = Question(stage="after", home_province="35", home_regency="3573")
        assert order(rank(question, mandates=mandates)) == [(1, "REGENCY"), (2, "PROVINCE"), (3, "NATION")]

    def test_one_partner_with_two_fitting_mandates_stands_once(self) -> None:
        mandates = [mandate("A", **MISSION), mandate("A", district="MY-X", **MISSION)]
        answer = rank(Question(stage="during", country="MY"), mandates=mandates)
        assert order(answer) == [(1, "A")]
        assert answer.clear


class TestUnclearAnswers:
    def test_nobody_has_a_mandate(self) -> None:
        answer = rank(Question(stage="after", home_province="35"))
        assert (answer.ranking, answer.clear, answer.why_not) == ((), None, WhyNot.NONE)

    def test_two_are_equal(self) -> None:
        answer = rank(
            Question(stage="during", country="MY"),
            mandates=[mandate("A", **MISSION), mandate("B", **MISSION)],
        )
        assert (answer.clear, answer.why_not) == (None, WhyNot.SEVERAL)

    def test_a_partner_that_declined_is_not_offered_and_nobody_is_asked_in_its_place_unseen(self) -> None:
        mandates = [mandate("A", **HOME), mandate("B", agency_code="DISNAKER_PROV", province="35")]
        question = Question(stage="after", home_province="35", exclude=frozenset({mandates[0].partner_id}))
        answer = rank(question, mandates=mandates)
        assert order(answer) == [(1, "B")]
        assert (answer.clear, answer.why_not) == (None, WhyNot.EXCLUDED)

    def test_the_only_partner_declined(self) -> None:
        only = mandate("A", **HOME)
        question = Question(stage="after", home_province="35", exclude=frozenset({only.partner_id}))
        assert rank(question, mandates=[only]).why_not == WhyNot.EXCLUDED

    def test_an_agency_that_works_nowhere_leaves_no_gap(self) -> None:
        police = mandate("A", agency_code="POLRI", topic="X")
        question = Question(topics=("X",), stage="before", home_province="35")
        topics = [topic("X", "BP3MI", "POLRI")]
        assert rank(question, topics=topics, mandates=[police], working=[("POLRI", "X")]).clear
        gap = rank(question, topics=topics, mandates=[police], working=[("POLRI", "X"), ("BP3MI", "")])
        assert gap.why_not == WhyNot.GAP


text = st.text(max_size=20) | st.sampled_from(["MY", "Sabah", "during", "35", "3573", "TPPO", "\x00", "🙂"])


@given(st.lists(text, max_size=3), st.tuples(text, text, text, text, text))
def test_ranking_survives_any_text(topics: list[str], words: tuple[str, str, str, str, str]) -> None:
    stage, country, place, province, regency = words
    question = Question(tuple(topics), stage, country, place, province, regency)
    answer = rank(
        question,
        topics=[topic("TPPO", "POLRI", "PERWAKILAN")],
        mandates=[mandate("A", **MISSION), mandate("B", **HOME), mandate("C", agency_code="POLRI")],
        districts=[DistrictFacts("MY-X", ("Sabah",))],
    )
    assert (answer.clear is None) == (answer.why_not is not None)
    json.dumps(answer.as_json())


class TestAsking:
    """`ask`, which reads the facts from the database."""

    @pytest.fixture
    def johor(self, db: None) -> Partner:
        partner = make_partner(code="KJRI_X", kind="mission", country="MY", city="X")
        make_mandate(partner=partner, stage="during", country="MY", district=make_district(aliases=["johor"]))
        return partner

    def test_takes_at_most_four_queries(
        self, johor: Partner, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        topic = make_topic(typical_agencies=["PERWAKILAN"])
        with django_assert_num_queries(4):
            answer = ask(Question((topic.code,), "during", "MY", "Johor", "35", "3573"))
        assert answer.clear
        assert answer.clear.partner_id == johor.pk

    def test_tells_whether_anybody_there_will_read_it(self, johor: Partner, django_user_model: Any) -> None:
        question = Question(stage="during", country="MY", place="Johor")
        person = django_user_model.objects.create_user(
            email="a@example.org", full_name="A", role="partner_admin", partner=johor
        )
        assert [candidate.reachable for candidate in ask(question).ranking] == [False]
        person.role = "officer"
        person.save()
        answer = ask(question)
        assert answer.clear
        assert (answer.clear.reachable, answer.ranking[0].reachable) == (True, True)
        person.is_active = False
        person.save()
        assert [candidate.reachable for candidate in ask(question).ranking] == [False]

    def test_a_suspended_partner_is_not_offered(self, johor: Partner) -> None:
        Partner.objects.filter(pk=johor.pk).update(is_active=False)
        assert ask(Question(stage="during", country="MY", place="Johor")).ranking == ()

    def test_the_regency_tells_the_province(self, db: None) -> None:
        regency = make_regency(code="3573")
        make_mandate(agency_code="BP3MI", province=regency.province)
        assert ask(Question(stage="after", home_regency="3573")).clear

    @pytest.mark.parametrize(
        "odd",
        ["", " ", "\x00", "🙂" * 1000, "x" * 1_000_000, "'; DROP TABLE", "MY\n", "٣٥", "\ud800", "%s %(a)s"],
        ids=["empty", "blank", "nul", "emoji", "1MB", "sql", "newline", "arabic", "surrogate", "percent"],
    )
    def test_survives_whatever_was_typed(self, odd: str, johor: Partner) -> None:
        answer = ask(Question((odd,), "during", "MY", odd, odd, odd))
        assert [candidate.partner_code for candidate in answer.ranking] == ["KJRI_X"]
        ask(Question((odd,), odd, odd, odd, odd, odd))
        assert place_suggestions(odd) == []

    def test_suggests_the_parts_and_the_cities_of_a_country(self, johor: Partner) -> None:
        make_district(code="MY-PERAK", name_id="Perak")
        assert "Perak" in place_suggestions("MY")
        assert "X" in place_suggestions("MY")
        assert place_suggestions("SG") == []


@pytest.mark.parametrize("reason", [{}, {"code": "unheard-of"}, {"code": None, "params": None}])
def test_a_reason_of_a_forgotten_kind_is_passed_over(reason: dict[str, Any]) -> None:
    assert explain(reason) == ""


def test_a_reason_with_missing_parameters_still_reads() -> None:
    assert "…" in explain({"code": "country", "params": {}})
