"""What is measured: looking a person up as the list of cases does, and the pages that are opened all day."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import transaction
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from accounts.models import User
from cases.models import Case
from privacy import acting, keys
from privacy.postgres.owner import as_owner

from .fill import COMMON, NAMES, nik, passport, phone
from .floor import MIDDLEWARE

if TYPE_CHECKING:
    from .__main__ import Measured

Measure = Callable[..., "Measured"]
NUMBER, NAME = 50, 150  # milliseconds that the 95th percentile of a look-up has to stay under
STRIDE = 7919  # a prime, so that each round asks for a case that no other asked for


def all_of(person: User, size: int, measure: Measure) -> list[Measured]:
    """The floor first, then look-ups, then whole pages."""
    return [_floor(person, measure), *_lookups(person, size, measure), *_pages(person, size, measure)]


def _floor(person: User, measure: Measure) -> Measured:
    with as_owner(), override_settings(ROOT_URLCONF="pmi_portal.bench.floor", MIDDLEWARE=MIDDLEWARE):
        client = Client()
        client.force_login(person)
        return measure("floor: a page of 25 rows, nothing else", lambda _place: _get(client, "/floor/"))


def _lookups(person: User, size: int, measure: Measure) -> list[Measured]:
    """As the acting partner under row-level security, the rows read and opened."""

    def look_up(text: str) -> None:
        with acting.as_partner(person.partner_id), transaction.atomic(), keys.scope():
            found = Case.objects.known_to(person).search(text).newest_first().only("pk")
            for case in Case.objects.known_to(person).shown_to(person, found[:25]):
                assert case.worker.name

    def number(kind: Callable[[int], str]) -> Callable[[int], None]:
        return lambda place: look_up(kind(place * STRIDE % size | 1))

    common = list(COMMON)
    return [
        measure("NIK", number(nik), NUMBER),
        measure("passport", number(passport), NUMBER),
        measure("telephone", number(phone), NUMBER),
        measure("full name", lambda n: look_up(f"{NAMES[n % 30]} {NAMES[n % 7]}"), NAME),
        measure("one word", lambda n: look_up(NAMES[n % len(NAMES)]), NAME),
        measure("a common word", lambda n: look_up(common[n % len(common)]), NAME),
        measure("beginning of three letters", lambda n: look_up(NAMES[n % len(NAMES)][:3]), NAME),
        measure("sound-alike (Sitti, Mohamad)", lambda n: look_up(("Sitti", "Mohamad")[n % 2]), NAME),
        measure("a name that nobody has", lambda n: look_up(f"Zxqvwk{'abcdefgh'[n % 8]}"), NAME),
        measure("part of a reference", lambda n: look_up(f"{n * STRIDE % size:06d}"), NAME),
    ]


def _pages(person: User, size: int, measure: Measure) -> list[Measured]:
    client = Client()
    client.force_login(person)
    address = reverse("cases:list")

    def searched(place: int) -> None:
        sent = client.post(reverse("cases:search"), {"q": nik(place * STRIDE % size | 1), "tab": "team"})
        _get(client, sent.headers["Location"])

    def case(place: int) -> None:
        number = place * STRIDE % size | 1
        _get(client, reverse("cases:detail", args=[f"{prefix}-2025-{number:06d}"]))

    assert person.partner is not None
    prefix = person.partner.reference_prefix
    return [
        measure("page: the team's cases", lambda _n: _get(client, f"{address}?tab=team")),
        measure("page: search for a NIK, and its answer", searched),
        measure("page: a case", case),
        measure("page: the inbox", lambda _n: _get(client, reverse("referrals:inbox"))),
    ]


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
