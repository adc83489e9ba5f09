"""Who is in the measured portal, and what its cases are: decided by a case's number alone, the newest being number 0.

Skewed as real ones are: one NGO keeps two of five cases, one agency gets one of four referrals, one case of five is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from agencies import conduct
from agencies.models import Outcome, Partner, Regency, Topic

NGOS = (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7)  # of twenty cases, whose each is
AGENCIES = (
    0,
    0,
    0,
    0,
    0,
    1,
    1,
    2,
    2,
    3,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
)  # of twenty referrals, who gets each
CASEWORKERS = 20  # of each NGO
OPEN_EVERY = 5
REFERRALS = 3
MINUTES_APART = 1.5  # a million cases are three years
LIVE_STATES = (
    *("sent",) * 6,
    *("received",) * 4,
    *("accepted",) * 6,
    *("clarifying",) * 2,
    "declined",
    "unrouted",
)
ENDED_STATES = (*("completed",) * 16, *("declined",) * 3, "withdrawn")
URGENCIES = ("emergency", *("urgent",) * 4, *("normal",) * 15)
COUNTRIES = ("MY", "MY", "MY", "TW", "TW", "HK", "HK", "SA", "SG", "AE")
PASSWORD = "not to be signed in with"


@dataclass(frozen=True)
class People:
    """Caseworkers by NGO, the officers of agencies, and reference data to choose from."""

    caseworkers: list[list[User]]
    officers: list[User]
    topics: list[Topic]
    outcomes: list[Outcome]
    regencies: list[Regency]

    def ngo(self, number: int) -> list[User]:
        """The people whose case this is."""
        return self.caseworkers[NGOS[number % len(NGOS)]]

    def home(self, number: int) -> Regency | None:
        """Of the worker, where it is known: of three in four, if there are places at all."""
        known = number % 4 and self.regencies
        return self.regencies[number * 7 % len(self.regencies)] if known else None

    def caseworker(self, number: int) -> User:
        staff = self.ngo(number)
        return staff[number // len(NGOS) % len(staff)]

    def officer(self, number: int, place: int) -> User:
        """Of the agency that got the referral at this place of a case, counted from 0."""
        return self.officers[AGENCIES[(number // len(NGOS) + 7 * place) % len(AGENCIES)]]


def born(number: int) -> date:
    """Of a worker; years as they come at intake."""
    return date(1965 + number % 40, 1 + number // 40 % 12, 1 + number // 480 % 28)


def is_open(number: int) -> bool:
    return number // len(NGOS) % OPEN_EVERY == 0


def state(number: int, place: int) -> str:
    """Of a referral."""
    states = LIVE_STATES if is_open(number) else ENDED_STATES
    return states[(number // 7 + 11 * place) % len(states)]


def reference(number: int) -> str:
    return f"UKUR{NGOS[number % len(NGOS)]}-2025-{number:06d}"


def numbers_of_the_largest(size: int, count: int) -> list[int]:
    """So many open cases of the first caseworker of the largest NGO, spread over all of them."""
    own = [number for number in range(0, size, len(NGOS) * CASEWORKERS) if is_open(number)]
    return [own[place * len(own) // count] for place in range(count)]


def settle() -> People:
    """Make the people, or find them."""
    ngos = [_ngo(number) for number in range(max(NGOS) + 1)]
    agencies = list(
        Partner.objects.filter(kind__in=["bp3mi", "mission"], is_active=True).order_by("code")[
            : max(AGENCIES) + 1
        ]
    )
    return People(
        caseworkers=[[_person(ngo, "caseworker", number) for number in range(CASEWORKERS)] for ngo in ngos],
        officers=[_person(agency, "officer", 0) for agency in agencies],
        topics=list(Topic.objects.order_by("code")),
        outcomes=list(Outcome.objects.order_by("code")),
        regencies=list(Regency.objects.order_by("code").only("code", "province_id")),
    )


def _ngo(number: int) -> Partner:
    fields = {"name_id": f"Lembaga {number}", "kind": "ngo", "reference_prefix": f"UKUR{number}"}
    return Partner.objects.get_or_create(code=f"UKUR_{number}", defaults=fields)[0]


def _person(partner: Partner, role: str, number: int) -> User:
    email = f"{role}{number}@{partner.code.lower().replace('_', '-')}.example"
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(
        email,
        PASSWORD,
        partner=partner,
        role=role,
        full_name=f"Contoh {role} {number}",
        conduct_version=conduct.CURRENT,
    )
