"""What the ranking is decided on, read from the database: for one question, or once for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Self

from django.db.models import BooleanField, ExpressionWrapper, F, QuerySet

from ..choices import Stage
from ..models import District, Mandate, Province, Topic
from ..models.partners import has_accounts
from ..models.reference import TO_CONFIRM
from .questions import Answer, DistrictFacts, MandateFacts, Question, TopicFacts
from .ranking import rank

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


@dataclass(frozen=True)
class Facts:
    """Everything that any question is answered by, as it is on one day.

    `mandates` are by primary key and in the order in which `ask` reads them; `districts` by country; `readers` are the
    partners where somebody has an account. Two are equal when the same partners are responsible by them.
    """

    mandates: Mapping[int, MandateFacts]
    topics: Mapping[str, TopicFacts]
    districts: Mapping[str, tuple[DistrictFacts, ...]]
    provinces: Mapping[str, str]
    readers: frozenset[int] = field(default=frozenset(), compare=False)

    def __hash__(self) -> int:
        return hash((*self.mandates.values(), *self.topics.values()))

    @classmethod
    def read(cls, on: date | None = None) -> Self:
        """The facts of that day (None: today); four queries."""
        mandates, readers = mandates_of(Mandate.objects.in_force(on))
        districts: dict[str, list[DistrictFacts]] = defaultdict(list)
        for country, one in _districts(District.objects.current()):
            districts[country].append(one)
        return cls(
            mandates=mandates,
            topics={topic.code: topic for topic in topics_of(Topic.objects.all())},
            districts={country: tuple(parts) for country, parts in districts.items()},
            provinces=dict(Province.objects.values_list("code", "name")),
            readers=frozenset(readers),
        )

    def but(self, *, without: Iterable[int] = (), added: Iterable[MandateFacts] = ()) -> Self:
        """The same with some mandates less and some more: what would be if they ended and began."""
        gone = set(without)
        kept = {pk: one for pk, one in self.mandates.items() if pk not in gone}
        new = {-number: one for number, one in enumerate(added, start=1)}
        return replace(self, mandates=kept | new)

    def ask(self, question: Question) -> Answer:
        """Who is responsible: what `lookup.ask` answers, without a query. The question is one that `lookup.plain` leaves
        as it is."""
        return reached(self.rank(question), self.readers)

    def rank(self, question: Question) -> Answer:
        """The same without saying whether anybody there will read it."""
        return rank(
            question,
            topics=[self.topics[code] for code in question.topics if code in self.topics],
            mandates=self._covering(question),
            districts=self.districts.get(question.country, ()) if question.place else (),
            working=self._working[question.stage],
            home_name=self.provinces.get(question.home_province, ""),
        )

    def _covering(self, question: Question) -> list[MandateFacts]:
        places = {("", ""), (question.country, ""), ("", question.home_province)}
        stages, topics = {"", question.stage}, {"", *question.topics}
        regencies = {"", question.home_regency}
        found = [
            numbered
            for place in places
            for stage in stages
            for numbered in self._by_place.get((stage, *place), ())
            if numbered[1].topic in topics and numbered[1].regency in regencies
        ]
        return [mandate for _number, mandate in sorted(found, key=_number)]

    def partners_in(self, country: str) -> frozenset[int]:
        """The partners with a mandate for this very country, or a part of it."""
        return self._partners_by_country.get(country, frozenset())

    @cached_property
    def _partners_by_country(self) -> dict[str, frozenset[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for one in self.mandates.values():
            if one.country:
                found[one.country].add(one.partner_id)
        return {country: frozenset(partners) for country, partners in found.items()}

    @cached_property
    def _by_place(self) -> dict[tuple[str, str, str], list[tuple[int, MandateFacts]]]:
        found = defaultdict(list)
        for number, one in enumerate(self.mandates.values()):
            found[one.stage, one.country, one.province].append((number, one))
        return dict(found)

    @cached_property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """The parts, by their codes, of each country that mandates divide."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self.mandates.values():
            if one.district:
                found[one.country].add(one.district)
        in_use = {part.code for parts in self.districts.values() for part in parts}
        return {country: tuple(sorted(codes & in_use)) or ("",) for country, codes in found.items()}

    @cached_property
    def _working(self) -> dict[str, frozenset[tuple[str, str]]]:
        """Which mandates exist anywhere at a stage, as agency code and topic; at none, those for any."""
        found: dict[str, set[tuple[str, str]]] = {stage: set() for stage in ("", *Stage.values)}
        for one in self.mandates.values():
            for stage in (one.stage,) if one.stage else found:
                found[stage].add((one.agency_code, one.topic))
        return {stage: frozenset(agencies) for stage, agencies in found.items()}


def _number(numbered: tuple[int, MandateFacts]) -> int:
    return numbered[0]


def reached(answer: Answer, readers: frozenset[int] | set[int]) -> Answer:
    """The answer, saying of each candidate whether somebody there will read it."""
    ranking = tuple(replace(one, reachable=one.partner_id in readers) for one in answer.ranking)
    clear = replace(answer.clear, reachable=answer.clear.partner_id in readers) if answer.clear else None
    return replace(answer, ranking=ranking, clear=clear)


def mandates_of(rows: QuerySet[Mandate]) -> tuple[dict[int, MandateFacts], set[int]]:
    """These mandates by primary key, and which of their partners have accounts."""
    facts, reachable = {}, set()
    for row in rows.values(
        "pk",
        *_PLAIN_FIELDS,
        unconfirmed=ExpressionWrapper(TO_CONFIRM, BooleanField()),
        reachable=has_accounts("partner_id"),
        **_NAMES,
    ):
        if row.pop("reachable"):
            reachable.add(row["partner_id"])
        pk = row.pop("pk")
        values: dict[str, Any] = {name: "" if value is None else value for name, value in row.items()}
        facts[pk] = MandateFacts(**values)
    return facts, reachable


def fact_of(row: Mandate) -> MandateFacts:
    """A mandate that need not be saved, as the ranking knows it. Reads what it points to."""
    return MandateFacts(
        partner_id=row.partner_id,
        partner_code=row.partner.code,
        partner_name_id=row.partner.name_id,
        partner_name_en=row.partner.name_en,
        partner_city=row.partner.city,
        partner_country=row.partner.country,
        agency_code=row.agency_code,
        topic=row.topic_id or "",
        stage=row.stage,
        country=row.country,
        district=row.district_id or "",
        district_name_id=row.district.name_id if row.district else "",
        district_name_en=row.district.name_en if row.district else "",
        province=row.province_id or "",
        province_name=row.province.name if row.province else "",
        regency=row.regency_id or "",
        regency_name=row.regency.name if row.regency else "",
        unconfirmed=row.needs_confirmation,
    )


def topics_of(rows: QuerySet[Topic]) -> list[TopicFacts]:
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
        for topic in rows
    ]


def districts_of(country: str) -> list[DistrictFacts]:
    return [one for _country, one in _districts(District.objects.current().filter(country=country))]


def _districts(rows: QuerySet[District]) -> list[tuple[str, DistrictFacts]]:
    named = rows.values_list("country", "code", "name_id", "name_en", "aliases")
    return [
        (country, DistrictFacts(code, (name_id, name_en, *aliases)))
        for country, code, name_id, name_en, aliases in named
    ]
