"""Ranks the responsible partners: a pure function over plain facts.

First counts which agency comes first for the topics at this stage, then how closely its mandate names the place.
Partners alike in both share a tier.

Which agency comes first: the order in which the most urgent topic names its agencies, with two rules about the stage.
An agency that leads at the stage (UU 18/2017: abroad the missions and Kemlu, at home BP3MI) goes to the front where the
topic's order was not written for that stage or names no leader; and for restricted topics always, because people and
not a rule decide when the police or the witness agency is told. And where no mission is accredited, Kemlu's directorate
stands in its place (Permenlu 5/2018).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..choices import AgencyCode, Stage, TopicStage, Urgency
from .placenames import mentions, normalise, resolve
from .questions import Answer, Candidate, DistrictFacts, MandateFacts, Question, Reason, TopicFacts, WhyNot

MISSION, KEMLU = AgencyCode.PERWAKILAN.value, AgencyCode.KEMLU_PWNI.value
STAGE_LEADERS: dict[str, tuple[str, ...]] = {
    Stage.BEFORE: (AgencyCode.BP3MI.value,),
    Stage.DURING: (MISSION, KEMLU),
    Stage.AFTER: (AgencyCode.BP3MI.value,),
}
# Agencies of a home area: without one there is nobody to ask.
HOME_AGENCIES = frozenset(
    code.value
    for code in (
        AgencyCode.BP3MI,
        AgencyCode.P4MI,
        AgencyCode.DISNAKER_PROV,
        AgencyCode.DISNAKER_KAB,
        AgencyCode.LTSA,
        AgencyCode.PEMDES,
        AgencyCode.UPTD_PPA,
    )
)
# Those whom no topic at hand names follow in this order, and the ministry comes last.
UNNAMED = (
    MISSION,
    KEMLU,
    AgencyCode.BP3MI.value,
    AgencyCode.P4MI.value,
    AgencyCode.DISNAKER_KAB.value,
    AgencyCode.DISNAKER_PROV.value,
)
LAST = AgencyCode.KP2MI.value
_URGENCY = {Urgency.EMERGENCY.value: 0, Urgency.URGENT.value: 1, Urgency.NORMAL.value: 2}


@dataclass(frozen=True)
class _Fit:
    """A mandate that covers the question: its place in the agencies' order, and how closely it names the place."""

    mandate: MandateFacts
    order: tuple[int, int]  # which topic, most urgent first; which agency of that topic
    closeness: int
    reasons: tuple[Reason, ...]

    @property
    def key(self) -> tuple[tuple[int, int], int]:
        return self.order, -self.closeness


def rank(
    question: Question,
    *,
    topics: Iterable[TopicFacts] = (),
    mandates: Iterable[MandateFacts] = (),
    districts: Iterable[DistrictFacts] = (),
    working: Iterable[tuple[str, str]] = (),
    home_name: str = "",
) -> Answer:
    """The partners responsible for the question, best first, each with its reasons.

    `topics` are those of the question and `districts` those of its country; `working` holds, as (agency code, topic
    or ""), which mandates exist anywhere at this stage, so that a gap at this place is told from an agency that does
    not work here at all; `home_name` is the name of the home province.
    """
    asked = sorted(
        topics, key=lambda topic: (_URGENCY.get(topic.urgency, 2), _index(question.topics, topic.code))
    )
    eligible = [mandate for mandate in mandates if _covers(mandate, question)]
    here = _here(question, districts)
    placed = [(mandate, *place) for mandate in eligible if (place := _place(mandate, question, here))]
    specialists = {(mandate.agency_code, mandate.topic) for mandate in eligible if mandate.topic}
    plan = _Plan(
        question, asked, specialists, no_mission=all(m.agency_code != MISSION for m, _c, _r in placed)
    )
    fits = [
        _Fit(mandate, plan.order(mandate), closeness, (reason, *plan.reasons(mandate), *_doubt(mandate)))
        for mandate, closeness, reason in placed
    ]
    ranking = _tiers(fits)
    return _answer(question, ranking, plan.first(working), home_name)


def _here(question: Question, districts: Iterable[DistrictFacts]) -> frozenset[str]:
    """The parts of the country that the place may lie in; none where that is not known."""
    if question.district:
        return frozenset({question.district})
    return resolve(question.place, districts) if question.country and question.place else frozenset()


class _Plan:
    """Which agencies come in which order, per topic."""

    def __init__(
        self,
        question: Question,
        topics: Sequence[TopicFacts],
        specialists: set[tuple[str, str]],
        *,
        no_mission: bool,
    ) -> None:
        self.question = question
        self.topics = topics
        self.leaders = STAGE_LEADERS.get(question.stage, ())
        self.no_mission = no_mission and question.stage == Stage.DURING
        self.orders = [self._of_topic(topic, specialists) for topic in topics] or [self.leaders]
        self.wants_mission = self.orders[0][:1] == (MISSION,)
        if self.no_mission:
            self.orders = [_instead(order) for order in self.orders]

    def _of_topic(self, topic: TopicFacts, specialists: set[tuple[str, str]]) -> tuple[str, ...]:
        named = topic.agencies
        if topic.stage in (TopicStage.ANY, self.question.stage) and not topic.restricted:
            says_who_leads = any(code in self.leaders for code in named)
            if says_who_leads or (named and (named[0], topic.code) in specialists):
                return named
        first = [code for code in named if code in self.leaders]
        first += [code for code in self.leaders if code not in named]
        return (*first, *(code for code in named if code not in first))

    def order(self, mandate: MandateFacts) -> tuple[int, int]:
        for number, order in enumerate(self.orders):
            covers = not mandate.topic or (self.topics and self.topics[number].code == mandate.topic)
            if covers and mandate.agency_code in order:
                return number, order.index(mandate.agency_code)
        if mandate.agency_code == LAST:
            return len(self.orders) + 1, 0
        return len(self.orders), _index(UNNAMED, mandate.agency_code)

    def reasons(self, mandate: MandateFacts) -> tuple[Reason, ...]:
        code = mandate.agency_code
        if code == KEMLU and self.no_mission and self.question.country:
            return (_reason("fallback", country=self.question.country),)
        for topic in self.topics:
            if code in topic.agencies and mandate.topic in ("", topic.code):
                return (_reason("topic", topic_id=topic.name_id, topic_en=topic.name_en),)
        return (_reason("stage", stage=self.question.stage),) if code in self.leaders else ()

    def first(self, working: Iterable[tuple[str, str]]) -> str:
        """The agency that should answer: the first in order that has a mandate anywhere; "" when none has."""
        exist = set(working)
        if self.wants_mission and self.no_mission and not self.question.country:
            return MISSION
        topic = self.topics[0].code if self.topics else ""
        return next((code for code in self.orders[0] if (code, "") in exist or (code, topic) in exist), "")


def _covers(mandate: MandateFacts, question: Question) -> bool:
    return (
        mandate.stage in ("", question.stage)
        and (not mandate.topic or mandate.topic in question.topics)
        and mandate.country in ("", question.country)
    )


def _place(mandate: MandateFacts, question: Question, here: frozenset[str]) -> tuple[int, Reason] | None:
    """How closely the mandate names the place (3 closest, 0 not at all), and why; None when it is elsewhere."""
    if mandate.district:
        if not here:
            return 1, _reason("district_unknown", country=mandate.country)
        if mandate.district not in here:
            return None
        names = {"district_id": mandate.district_name_id, "district_en": mandate.district_name_en}
        return 3, _reason(
            "district", **names, partner_id=mandate.partner_name_id, partner_en=mandate.partner_name_en
        )
    if mandate.country:
        at_home = mandate.partner_country == mandate.country
        if at_home and mentions(normalise(question.place), normalise(mandate.partner_city)):
            return 2, _reason("seat", city=mandate.partner_city)
        return 1, _reason("country", country=mandate.country)
    agency = mandate.agency_code
    if mandate.regency:
        fits = mandate.regency == question.home_regency
        return (2, _reason("regency", agency=agency, regency=mandate.regency_name)) if fits else None
    if mandate.province:
        fits = mandate.province == question.home_province
        return (1, _reason("province", agency=agency, province=mandate.province_name)) if fits else None
    return 0, _reason("anywhere" if agency == KEMLU else "national", agency=agency)


def _tiers(fits: Iterable[_Fit]) -> list[Candidate]:
    """One candidate per partner, from its best mandate; equal keys share a tier."""
    best: dict[int, _Fit] = {}
    for fit in sorted(fits, key=lambda fit: (fit.key, fit.mandate.partner_code, fit.mandate.district)):
        best.setdefault(fit.mandate.partner_id, fit)
    keys = sorted({fit.key for fit in best.values()})
    return [
        Candidate(
            partner_id=fit.mandate.partner_id,
            partner_code=fit.mandate.partner_code,
            agency_code=fit.mandate.agency_code,
            tier=keys.index(fit.key) + 1,
            reasons=fit.reasons,
            unconfirmed=fit.mandate.unconfirmed,
        )
        for fit in best.values()
    ]


def _answer(question: Question, found: list[Candidate], first: str, home_name: str) -> Answer:
    ranking = tuple(candidate for candidate in found if candidate.partner_id not in question.exclude)
    best = [candidate for candidate in found if candidate.tier == 1]
    missing = bool(first) and all(candidate.agency_code != first for candidate in best)
    if missing and first == MISSION and not question.country:
        return _unclear(ranking, WhyNot.COUNTRY_UNKNOWN)
    if missing and first in HOME_AGENCIES and not question.home_province:
        return _unclear(ranking, WhyNot.HOME_UNKNOWN, agency=first)
    if missing:
        place = (
            {"code": "gap", "province": home_name} if first in HOME_AGENCIES else {"code": "gap_elsewhere"}
        )
        return _unclear(ranking, WhyNot.GAP, agency=first, **place)
    if not ranking:
        return _unclear(ranking, WhyNot.EXCLUDED if found else WhyNot.NONE)
    if any(candidate.partner_id in question.exclude for candidate in best):
        return _unclear(ranking, WhyNot.EXCLUDED)
    if len(best) > 1:
        return _unclear(ranking, WhyNot.SEVERAL, count=str(len(best)))
    return Answer(ranking=ranking, clear=best[0])


def _unclear(ranking: tuple[Candidate, ...], why: WhyNot, *, code: str = "", **params: str) -> Answer:
    lowest = min((candidate.tier for candidate in ranking), default=1) - 1
    moved_up = tuple(replace(candidate, tier=candidate.tier - lowest) for candidate in ranking)
    return Answer(ranking=moved_up, why_not=why, reasons=(_reason(code or why.value, **params),))


def _instead(order: tuple[str, ...]) -> tuple[str, ...]:
    """The order with Kemlu's directorate in the missions' place."""
    return tuple(dict.fromkeys(KEMLU if code == MISSION else code for code in order))


def _doubt(mandate: MandateFacts) -> tuple[Reason, ...]:
    return (_reason("unconfirmed"),) if mandate.unconfirmed else ()


def _reason(code: str, /, **params: str) -> Reason:
    return {"code": code, "params": params}


def _index(sequence: Sequence[str], value: str) -> int:
    return sequence.index(value) if value in sequence else len(sequence)
