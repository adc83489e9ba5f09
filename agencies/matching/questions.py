"""What is asked, what it is decided on, and what comes out: plain frozen values, and their JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypedDict


class Reason(TypedDict):
    """Why, as kept on a referral; `reasons.explain` turns it into a sentence."""

    code: str
    params: dict[str, str]


class WhyNot(StrEnum):
    """Why there is no clear answer, so that a person must choose."""

    NONE = "none"  # nobody has a mandate
    SEVERAL = "several"  # more than one in the best tier
    GAP = "gap"  # the agency that comes first has no office for this home province
    HOME_UNKNOWN = "home_unknown"  # the agency that comes first depends on a home province nobody gave
    COUNTRY_UNKNOWN = "country_unknown"  # the worker is abroad, nobody knows where
    EXCLUDED = "excluded"  # the first in line is the asker, or was asked before


@dataclass(frozen=True)
class Question:
    """A complaint, as far as responsibility depends on it. Whatever is not known stays empty.

    `place` is the city or district abroad as somebody typed it; `district` names that part of the country by its code,
    where it is known so exactly, and then `place` does not matter. `exclude` holds the primary keys of partners that
    are not to be asked (the one who asks, those who declined).
    """

    topics: tuple[str, ...] = ()
    stage: str = ""
    country: str = ""
    place: str = ""
    home_province: str = ""
    home_regency: str = ""
    exclude: frozenset[int] = frozenset()
    district: str = ""


@dataclass(frozen=True)
class TopicFacts:
    code: str
    name_id: str
    name_en: str
    stage: str
    urgency: str
    agencies: tuple[str, ...]
    restricted: bool


@dataclass(frozen=True)
class DistrictFacts:
    code: str
    names: tuple[str, ...]  # its names and aliases


@dataclass(frozen=True)
class MandateFacts:
    """One mandate with the names that its reasons need. An empty field means any."""

    partner_id: int
    partner_code: str
    partner_name_id: str
    agency_code: str
    partner_name_en: str = ""
    partner_city: str = ""
    partner_country: str = ""
    topic: str = ""
    stage: str = ""
    country: str = ""
    district: str = ""
    district_name_id: str = ""
    district_name_en: str = ""
    province: str = ""
    province_name: str = ""
    regency: str = ""
    regency_name: str = ""
    unconfirmed: bool = False


@dataclass(frozen=True)
class Candidate:
    """A partner that may be asked. Tier 1 is the best; two in one tier are equally responsible.

    `reachable` says that somebody there has an account and will see the referral; otherwise it needs a letter.
    """

    partner_id: int
    partner_code: str
    agency_code: str
    tier: int
    reasons: tuple[Reason, ...]
    unconfirmed: bool = False
    reachable: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "partner_id": self.partner_id,
            "partner_code": self.partner_code,
            "agency_code": self.agency_code,
            "tier": self.tier,
            "reasons": list(self.reasons),
            "unconfirmed": self.unconfirmed,
            "reachable": self.reachable,
        }


@dataclass(frozen=True)
class Answer:
    """All who may be asked, best first; `clear` is the one to send to, or None with `why_not` saying why.

    `reasons` speak of the answer as a whole: there is one whenever there is no clear answer.
    """

    ranking: tuple[Candidate, ...] = ()
    clear: Candidate | None = None
    why_not: WhyNot | None = None
    reasons: tuple[Reason, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """What a referral keeps, so that the choice can be explained later."""
        return {
            "ranking": [candidate.as_json() for candidate in self.ranking],
            "clear": self.clear.partner_id if self.clear else None,
            "why_not": self.why_not.value if self.why_not else None,
            "reasons": list(self.reasons),
        }
