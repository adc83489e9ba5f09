"""Who would have been asked: agencies.matching over mandates that are read once, for hundreds of cases in one go."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F

from agencies import matching
from agencies.choices import AgencyCode, Stage
from agencies.models import District, Mandate, Province, Topic
from agencies.models.reference import TO_CONFIRM

NAMED = ("code", "name_id", "name_en", "city", "country")
PLACES = {"district_name_id": "district__name_id", "district_name_en": "district__name_en"}
PLACES |= {"province_name": "province__name", "regency_name": "regency__name"}


class Routes:
    """Answers as `matching.ask` does, without asking the database again."""

    def __init__(self, readers: Iterable[int]) -> None:
        """`readers`: primary keys of the partners where somebody has an account."""
        self.readers = frozenset(readers)
        self._mandates = self._read_mandates()
        self._by_home: dict[str, list[matching.MandateFacts]] = defaultdict(list)
        for mandate in self._mandates:
            self._by_home[mandate.province].append(mandate)
        self._working = {
            stage: {(one.agency_code, one.topic) for one in self._mandates if one.stage in ("", stage)}
            for stage in Stage.values
        }
        self._topics = {topic.code: self._topic_facts(topic) for topic in Topic.objects.all()}
        self._districts: dict[str, list[matching.DistrictFacts]] = defaultdict(list)
        for row in District.objects.current():
            names = (row.name_id, row.name_en, *row.aliases)
            self._districts[row.country].append(matching.DistrictFacts(row.code, names))
        self._provinces = dict(Province.objects.values_list("code", "name"))

    def ask(self, question: matching.Question) -> matching.Answer:
        """The ranking for this question, saying of each candidate whether somebody there reads."""
        answer = matching.rank(
            question,
            topics=[self._topics[code] for code in question.topics],
            mandates=[*self._by_home[""], *self._by_home[question.home_province]],
            districts=self._districts[question.country] if question.place else (),
            working=self._working[question.stage],
            home_name=self._provinces.get(question.home_province, ""),
        )
        clear = self._reached(answer.clear) if answer.clear else None
        return replace(answer, ranking=tuple(map(self._reached, answer.ranking)), clear=clear)

    def home_office(self, agency: AgencyCode, province: str) -> str:
        """The code of the partner that is this agency in a home province; empty when there is none."""
        return next(
            (mandate.partner_code for mandate in self._by_home[province] if mandate.agency_code == agency), ""
        )

    def _reached(self, candidate: matching.Candidate) -> matching.Candidate:
        return replace(candidate, reachable=candidate.partner_id in self.readers)

    @staticmethod
    def _read_mandates() -> list[matching.MandateFacts]:
        names = {f"partner_{name}": F(f"partner__{name}") for name in NAMED}
        names |= {name: F(path) for name, path in PLACES.items()}
        plain = [
            field.name for field in fields(matching.MandateFacts) if field.name not in {*names, "unconfirmed"}
        ]
        rows = Mandate.objects.in_force().values(
            *plain, unconfirmed=ExpressionWrapper(TO_CONFIRM, BooleanField()), **names
        )
        facts: list[dict[str, Any]] = [
            {name: "" if value is None else value for name, value in row.items()} for row in rows
        ]
        return [matching.MandateFacts(**row) for row in facts]

    @staticmethod
    def _topic_facts(topic: Topic) -> matching.TopicFacts:
        return matching.TopicFacts(
            code=topic.code,
            name_id=topic.name_id,
            name_en=topic.name_en,
            stage=topic.stage,
            urgency=topic.default_urgency,
            agencies=tuple(topic.typical_agencies),
            restricted=topic.restricted,
        )
