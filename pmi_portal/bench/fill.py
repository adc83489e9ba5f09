"""Very many made-up cases, sealed as real ones are: names in the proportions of names, each number once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Outcome, Partner
from cases.models import Case, Worker
from privacy import acting, keys
from privacy.fields import take_numbers
from privacy.models import DataKey
from privacy.postgres.owner import as_owner

PARTNERS = 5  # of whom the first keeps every second case
BATCH = 1000
COMMON = {"Siti": 50, "Muhammad": 40, "Sri": 30, "Nur": 30, "Dewi": 25, "Ahmad": 25}  # of a thousand
NAMES = [
    "Ani",
    "Budi",
    "Joko",
    "Agus",
    "Rina",
    "Wati",
    "Slamet",
    "Yanti",
    "Fitri",
    "Lestari",
    "Aminah",
    "Kartini",
    "Wahyu",
    "Indah",
    "Puji",
    "Ratna",
    "Eko",
    "Dwi",
    "Tri",
    "Hidayat",
    "Santoso",
    "Wijaya",
    "Kusuma",
    "Rahmawati",
    "Handayani",
    "Susanti",
    "Setiawan",
    "Nugroho",
    "Maulana",
    "Safitri",
    "Permata",
    "Anggraini",
    "Utami",
]
SYLLABLES = [
    "ba",
    "bi",
    "bu",
    "da",
    "di",
    "du",
    "ka",
    "ki",
    "ku",
    "la",
    "li",
    "lu",
    "ma",
    "mi",
    "mu",
    "na",
    "ni",
    "nu",
    "ra",
    "ri",
    "ru",
    "sa",
    "si",
    "su",
    "ta",
    "ti",
    "tu",
    "wa",
    "wi",
    "ya",
    "yu",
    "ja",
]


class Filler:
    """Makes workers and cases of one partner each, the same ones every time."""

    def __init__(self, people: list[User]) -> None:
        self.people = people
        self.chance = Random(20261125)
        self.now = timezone.now()
        self.outcome = Outcome.objects.order_by("pk").first()

    def make(self, start: int, size: int) -> None:
        data_keys = [keys.unsaved() for _ in range(2 * size)]
        DataKey.objects.bulk_create(data_keys)
        numbers = zip(take_numbers(Worker, size), take_numbers(Case, size), strict=True)
        workers, cases = [], []
        for place, (worker_pk, case_pk) in enumerate(numbers):
            person = self._of(start + place)
            worker = self._worker(worker_pk, start + place, person, data_keys[2 * place])
            workers.append(worker)
            cases.append(self._case(case_pk, start + place, person, worker, data_keys[2 * place + 1]))
        Worker.objects.bulk_create(workers)
        Case.objects.bulk_create(cases)

    def _of(self, number: int) -> User:
        return self.people[0 if number % 2 else number // 2 % len(self.people)]

    def _worker(self, pk: int, number: int, person: User, key: DataKey) -> Worker:
        assert person.partner is not None
        return Worker(
            pk=pk,
            data_key=key,
            partner=person.partner,
            name=self._name(),
            sex="female",
            home_province_id="35",
            nik=nik(number),
            contact=phone(number),
            passport_number=passport(number),
        )

    def _case(self, pk: int, number: int, person: User, worker: Worker, key: DataKey) -> Case:
        assert person.partner is not None
        return Case(
            pk=pk,
            data_key=key,
            partner=person.partner,
            worker=worker,
            reference=f"{person.partner.reference_prefix}-2025-{number:06d}",
            created_by=person,
            assigned_to=person,
            created_at=self.now,
            changed_at=self.now - timedelta(minutes=number),
            **(self._closed(person) if number % 3 == 0 else {}),
            reporter_type="family",
            reporter_relation="spouse",
            reporter_name=self._name(),
            reporter_contact=f"0813{number:08d}",
            stage="during",
            country="MY",
            place="Klang",
            procedural_status="unknown",
            urgency="normal",
            urgency_suggested="normal",
            chronology="Gaji tidak dibayar. " * 15,
            demands="Gaji dibayar penuh.",
        )

    def _closed(self, person: User) -> dict[str, Any]:
        return {"closed_at": self.now, "closed_by": person, "outcome": self.outcome}

    def _name(self) -> str:
        first = self._first()
        others = [self._other() for _ in range(self.chance.randint(1, 2))]
        return " ".join([first, *others])

    def _first(self) -> str:
        place = self.chance.randrange(1000)
        for name, share in COMMON.items():
            if place < share:
                return name
            place -= share
        return self._other()

    def _other(self) -> str:
        if self.chance.random() < 0.5:
            return self.chance.choice(NAMES)
        return "".join(self.chance.choice(SYLLABLES) for _ in range(self.chance.randint(2, 4))).capitalize()


def nik(number: int) -> str:
    return f"{3500000000000000 + number}"


def phone(number: int) -> str:
    return f"0812{number:08d}"


def passport(number: int) -> str:
    return f"X{number:07d}"


def people() -> list[User]:
    """One caseworker of each partner that the cases are spread over."""
    made = []
    for place, partner in enumerate(Partner.objects.filter(kind="bp3mi").order_by("code")[:PARTNERS]):
        partner.reference_prefix = f"BENCH{place}"
        partner.save()
        made.append(
            User.objects.create_user(
                f"bench{place}@portal.example",
                "not to be signed in with",
                partner=partner,
                role="caseworker",
                full_name=f"Contoh {place}",
            )
        )
    return made


def fill(size: int, say: Callable[[str], None]) -> list[User]:
    """Make `size` cases; the caseworkers whose they are, the one with most of them first."""
    made = people()
    filler = Filler(made)
    for start in range(0, size, BATCH):
        with acting.as_portal(), transaction.atomic():
            filler.make(start, min(BATCH, size - start))
        if sys.stderr.isatty() or (start + BATCH) % 10_000 == 0:
            say(f"{start + BATCH:,} cases")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return made
