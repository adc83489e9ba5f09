"""Reads the facts from the database and has them ranked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q, Subquery

from .. import countries
from ..choices import PartnerKind, Stage
from ..models import District, Mandate, Partner, Province, Topic
from ..models.partners import has_accounts
from ..models.reference import TO_CONFIRM
from .placenames import PLACE_LENGTH
from .questions import Answer, Candidate, DistrictFacts, MandateFacts, Question, TopicFacts
from .ranking import rank

MOST_TOPICS = 50  # of a question that are looked at
_TOPIC_CODE = re.compile(r"[A-Z0-9_]{1,40}")


def ask(question: Question) -> Answer:
    """Who is responsible, by the mandates in force; four queries at most.

    Never raises for what somebody typed: an unknown topic, country or home counts as not given. Whether a clear
    partner without accounts is sent to is for the caller to decide (`Candidate.reachable`).
    """
    question = _plain(question)
    mandates, reachable = _mandates(question)
    working, home_name = _working(question)
    answer = rank(
        question,
        topics=_topics(question.topics),
        mandates=mandates,
        districts=_districts(question.country) if question.country and question.place else (),
        working=working,
        home_name=home_name,
    )

    def reached(candidate: Candidate) -> Candidate:
        return replace(candidate, reachable=candidate.partner_id in reachable)

    clear = reached(answer.clear) if answer.clear else None
    return replace(answer, ranking=tuple(map(reached, answer.ranking)), clear=clear)


def districts_for(country: str) -> list[District]:
    """The parts into which the consular districts of a country divide it; none where no division is known."""
    if not countries.is_country(country):
        return []
    return list(District.objects.current().filter(country=country))


def place_suggestions(country: str) -> list[str]:
    """Places to offer while somebody types one: parts of the country, and the cities with a mission."""
    if not countries.is_country(country):
        return []
    cities = (
        Partner.objects.active()
        .of_kind(PartnerKind.MISSION)
        .filter(country=country, mandates__country=country)
    )
    names = {district.name for district in districts_for(country)}
    return sorted(names | set(cities.values_list("city", flat=True)))


def _plain(question: Question) -> Question:
    """The question with everything that cannot be a code left out, and the province that its regency implies."""
    country = question.country[:10].strip().upper()
    regency = question.home_regency if re.fullmatch(r"[0-9]{4}", question.home_regency) else ""
    province = question.home_province if re.fullmatch(r"[0-9]{2}", question.home_province) else regency[:2]
    return replace(
        question,
        topics=tuple(code for code in question.topics[:MOST_TOPICS] if _TOPIC_CODE.fullmatch(code)),
        stage=question.stage if question.stage in Stage.values else "",
        country=country if countries.is_country(country) and country != "ID" else "",
        place=question.place[:PLACE_LENGTH],
        home_province=province,
        home_regency=regency if regency.startswith(province) else "",
    )


def _topics(codes: Iterable[str]) -> list[TopicFacts]:
    return [
        TopicFacts(
            code=topic.code,
            name_id=topic.name_id,
            name_en=topic.name_en,
            stage=topic.stage,
            urgency=topic.default_urgency,
            agencies=tuple(topic.typical_agencies),
            restricted=topic.restricted,
        )
        for topic in Topic.objects.filter(code__in=codes)
    ]


_NAMES = {
    "partner_code": F("partner__code"),
    "partner_name_id": F("partner__name_id"),
    "partner_name_en": F("partner__name_en"),
    "partner_city": F("partner__city"),
    "partner_country": F("partner__country"),
    "district_name_id": F("district__name_id"),
    "district_name_en": F("district__name_en"),
    "province_name": F("province__name"),
    "regency_name": F("regency__name"),
}
_PLAIN_FIELDS = ("partner_id", "agency_code", "topic", "stage", "country", "district", "province", "regency")


def _mandates(question: Question) -> tuple[list[MandateFacts], set[int]]:
    """The mandates that may cover the question, and which of their partners have accounts."""
    rows = (
        Mandate.objects.in_force()
        .filter(
            Q(topic=None) | Q(topic__in=question.topics),
            Q(province=None) | Q(province=question.home_province),
            Q(regency=None) | Q(regency=question.home_regency),
            stage__in=("", question.stage),
            country__in=("", question.country),
        )
        .values(
            *_PLAIN_FIELDS,
            unconfirmed=ExpressionWrapper(TO_CONFIRM, BooleanField()),
            reachable=has_accounts("partner_id"),
            **_NAMES,
        )
    )
    facts, reachable = [], set()
    for row in rows:
        if row.pop("reachable"):
            reachable.add(row["partner_id"])
        values: dict[str, Any] = {name: "" if value is None else value for name, value in row.items()}
        facts.append(MandateFacts(**values))
    return facts, reachable


def _districts(country: str) -> list[DistrictFacts]:
    rows = (
        District.objects.current()
        .filter(country=country)
        .values_list("code", "name_id", "name_en", "aliases")
    )
    return [DistrictFacts(code, (name_id, name_en, *aliases)) for code, name_id, name_en, aliases in rows]


def _working(question: Question) -> tuple[set[tuple[str, str]], str]:
    """Which mandates exist anywhere at this stage, as agency code and topic, and the home province's name."""
    home = Province.objects.filter(code=question.home_province).values("name")
    rows = list(
        Mandate.objects.in_force()
        .filter(stage__in=("", question.stage))
        .order_by()
        .values_list("agency_code", "topic_id", Subquery(home))
        .distinct()
    )
    return {(agency, topic or "") for agency, topic, _name in rows}, next((row[2] or "" for row in rows), "")
