"""Reads the facts from the database and has them ranked."""

from __future__ import annotations

import re
from dataclasses import replace

from django.db.models import Q, Subquery

from .. import countries
from ..choices import PartnerKind, Stage
from ..models import District, Mandate, Province, Topic
from .facts import districts_of, mandates_of, reached, topics_of
from .placenames import PLACE_LENGTH
from .questions import Answer, MandateFacts, Question
from .ranking import rank

MOST_TOPICS = 50  # of a question that are looked at
_DISTRICT_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,40}){1,5}")
_TOPIC_CODE = re.compile(r"[A-Z0-9_]{1,40}")


def ask(question: Question) -> Answer:
    """Who is responsible, by the mandates in force; four queries at most.

    Never raises for what somebody typed: an unknown topic, country or home counts as not given. Whether a clear
    partner without accounts is sent to is for the caller to decide (`Candidate.reachable`).
    """
    question = plain(question)
    mandates, readers = _mandates(question)
    working, home_name = _working(question)
    answer = rank(
        question,
        topics=topics_of(Topic.objects.filter(code__in=question.topics)),
        mandates=mandates.values(),
        districts=districts_of(question.country) if question.country and question.place else (),
        working=working,
        home_name=home_name,
    )
    return reached(answer, readers)


def districts_for(country: str) -> list[District]:
    """The parts into which the consular districts of a country divide it; none where no division is known."""
    if not countries.is_country(country):
        return []
    return list(District.objects.current().filter(country=country))


def place_suggestions(country: str) -> list[str]:
    """Places to offer while somebody types one: parts of the country, and the cities with a mission."""
    if not countries.is_country(country):
        return []
    missions = Mandate.objects.in_force().filter(
        country=country, partner__country=country, partner__kind=PartnerKind.MISSION
    )
    cities = missions.order_by().values_list("partner__city", flat=True).distinct()
    return sorted({district.name for district in districts_for(country)} | set(cities))


def plain(question: Question) -> Question:
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
        district=question.district if _is_part(question.district, country) else "",
    )


def _is_part(district: str, country: str) -> bool:
    return bool(country) and district.startswith(f"{country}-") and bool(_DISTRICT_CODE.fullmatch(district))


def _mandates(question: Question) -> tuple[dict[int, MandateFacts], set[int]]:
    """The mandates that may cover the question, and which of their partners have accounts."""
    return mandates_of(
        Mandate.objects.in_force().filter(
            Q(topic=None) | Q(topic__in=question.topics),
            Q(province=None) | Q(province=question.home_province),
            Q(regency=None) | Q(regency=question.home_regency),
            stage__in=("", question.stage),
            country__in=("", question.country),
        )
    )


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
