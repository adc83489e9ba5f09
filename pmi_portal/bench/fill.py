"""Makes the cases: sealed, indexed and referred as real ones are, on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import timedelta
from multiprocessing import get_context
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from accounts.models import User
from cases.models import Case, CaseEvent, Consent, Worker
from privacy import keys
from privacy.models import DataKey
from privacy.postgres.owner import as_owner
from referrals.models import Referral

from . import names, world
from .bulk import Prepared, Row, array, number_on, without_indexes

BATCH = 2_500
EVENTS = 8  # of a case at most
EMPLOYER = "Contoh Sdn Bhd"
STORY = "Gaji tidak dibayar sejak tiga bulan, paspor ditahan majikan. " * 6
TABLES: list[type[models.Model]] = [DataKey, Worker, Case, Case.topics.through, Consent, Referral, CaseEvent]

Told = tuple[str, Any, UUID | None, User]  # an event: its kind, when, of which referral, who


class Filler:
    """Makes what belongs to case after case; `self.rows` keeps them by table until they are copied."""

    def __init__(self, people: world.People) -> None:
        self.people = people
        self.now = timezone.now()
        self.rows: dict[type[models.Model], list[Row]] = {model: [] for model in TABLES}
        today = timezone.localdate()
        self.prepared = {
            DataKey: Prepared(DataKey),
            Worker: Prepared(Worker, sex="female", home_province_id="35"),
            Case: Prepared(
                Case,
                created_at=self.now,
                reporter_type="family",
                reporter_relation="spouse",
                stage="during",
                procedural_status="unknown",
            ),
            Case.topics.through: Prepared(Case.topics.through),
            Consent: Prepared(
                Consent,
                groups=["case", "identity", "contact"],
                method="spoken",
                given_on=today,
                recorded_at=self.now,
            ),
            Referral: Prepared(
                Referral, services=["mediation"], route_at=self.now, created_at=self.now, changed_at=self.now
            ),
            CaseEvent: Prepared(CaseEvent, at=self.now),
        }

    def make(self, number: int) -> None:
        chance = Random(number)
        at = self.now - timedelta(minutes=world.MINUTES_APART * number)
        key = self._key(at)
        self._worker(number, chance)
        self._case(number, key, at, chance)
        events: list[Told] = [("logged", at, None, self.people.caseworker(number))]
        for place in range(world.REFERRALS):
            events += self._referral(number, place, key, at)
        for place, (kind, when, referral, actor) in enumerate(events):
            self._add(
                CaseEvent,
                id=number * EVENTS + place + 1,
                case_id=number + 1,
                referral_id=referral,
                kind=kind,
                at=when,
                actor_id=actor.pk,
                partner_id=actor.partner_id,
            )

    def copy(self) -> None:
        for model, rows in self.rows.items():
            self.prepared[model].copy(rows)
            rows.clear()

    def _add(self, model: type[models.Model], **values: Any) -> None:
        self.rows[model].append(self.prepared[model].row(**values))

    def _key(self, at: Any) -> tuple[UUID, bytes]:
        key = keys.unsaved()
        self._add(DataKey, id=key.pk, wrapped=key.wrapped, wrapped_by=key.wrapped_by, made_at=at)
        return key.pk, keys.open_(key.pk)

    def _worker(self, number: int, chance: Random) -> None:
        key = self._key(self.now)
        name, nik = names.name(chance), names.nik(number)
        passport, phone = names.passport(number), names.phone(number)
        home = self.people.home(number)
        place = {"home_regency_id": home.pk, "home_province_id": home.province_id} if home else {}
        self._add(
            Worker,
            id=number + 1,
            birth_date=world.born(number) if number % 3 else None,
            data_key_id=key[0],
            partner_id=self.people.caseworker(number).partner_id,
            blind_index=array(names.tokens(name, nik=nik, passport=passport, phones=phone)),
            sealed={"name": name, "nik": nik, "passport_number": passport, "contact": phone},
            by=key,
            **place,
        )

    def _case(self, number: int, key: tuple[UUID, bytes], at: Any, chance: Random) -> None:
        person, name = self.people.caseworker(number), names.name(chance)
        phone = f"0813{number:08d}"
        urgency = world.URGENCIES[number // 3 % len(world.URGENCIES)]
        recruiter = f"PT {names.name(chance)}"
        closed: dict[str, Any] = {}
        if not world.is_open(number):
            outcome = self.people.outcomes[number % len(self.people.outcomes)]
            closed = {"closed_at": at, "closed_by_id": person.pk, "outcome_id": outcome.pk}
        self._add(
            Case,
            id=number + 1,
            data_key_id=key[0],
            partner_id=person.partner_id,
            worker_id=number + 1,
            reference=world.reference(number),
            created_by_id=person.pk,
            assigned_to_id=person.pk,
            created_at=at,
            changed_at=at,
            country=world.COUNTRIES[number % len(world.COUNTRIES)],
            urgency=urgency,
            urgency_suggested=urgency,
            reporter_index=array(names.tokens(name, phones=phone)),
            parties_index=array(names.tokens(f"{recruiter} {EMPLOYER}")),
            sealed={
                "reporter_name": name,
                "reporter_contact": phone,
                "place": "Klang",
                "recruiter": recruiter,
                "employer_name": EMPLOYER,
                "chronology": STORY,
                "demands": "Gaji dibayar penuh.",
            },
            by=key,
            **closed,
        )
        for place in range(1 + number % 2):
            topic = self.people.topics[(number + place) % len(self.people.topics)]
            self._add(Case.topics.through, id=2 * number + place + 1, case_id=number + 1, topic_id=topic.pk)

    def _referral(self, number: int, place: int, key: tuple[UUID, bytes], at: Any) -> list[Told]:
        """The rows of one referral; what is to be told of it."""
        state = world.state(number, place)
        person, officer = self.people.caseworker(number), self.people.officer(number, place)
        pk, consent = UUID(int=(number << 2) + place + 1), number * world.REFERRALS + place + 1
        self._add(
            Consent,
            id=consent,
            case_id=number + 1,
            partner_id=officer.partner_id,
            recorded_by_id=person.pk,
            recorded_at=at,
            sealed={"given_by": "Contoh Kenanga"},
            by=key,
        )
        stamps: dict[str, Any] = {}
        if state != "unrouted":
            stamps |= {"receiver_id": officer.partner_id, "sent_at": at}
        if state in ("received", "accepted", "completed"):
            stamps |= {"received_at": at, "received_by_id": officer.pk}
        if state in ("accepted", "completed"):
            stamps |= {"accepted_at": at, "accepted_by_id": officer.pk}
        if state in ("completed", "declined", "withdrawn"):
            stamps |= {"ended_at": at, "ended_by_id": officer.pk}
        else:
            stamps |= {"due_at": self.now + timedelta(hours=number % 960 - 240), "clock_from": at}
        if state == "completed":
            stamps["outcome_id"] = self.people.outcomes[number % len(self.people.outcomes)].pk
        if state == "declined":
            stamps["decline_reason"] = "no_capacity"
        self._add(
            Referral,
            id=pk,
            case_id=number + 1,
            number=place + 1,
            sender_id=person.partner_id,
            consent_id=consent,
            urgency=world.URGENCIES[number // 3 % len(world.URGENCIES)],
            state=state,
            created_by_id=person.pk,
            created_at=at,
            changed_at=at,
            sealed={"request": "Mohon dampingi pekerja menagih gajinya."},
            by=key,
            **stamps,
        )
        told: list[Told] = [("referred", at, pk, person)]
        if place == 0 or state in ("accepted", "completed"):
            kind = {"accepted": "accepted", "completed": "completed", "declined": "declined"}.get(state)
            if kind:
                told.append((kind, at, pk, officer))
        return told


def _range(start: int, end: int) -> int:
    """In a process of its own."""
    filler = Filler(world.settle())
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute(
                "SET session_replication_role = replica"
            )  # neither triggers nor foreign keys are asked
            cursor.execute("SET synchronous_commit = off")
        for number in range(start, end):
            filler.make(number)
        filler.copy()
    return end - start


def fill(size: int, *, ready: Callable[[], None], say: Callable[[str], None]) -> None:
    """Make `size` cases in an empty database that has reference data; `ready` readies a process for it."""
    world.settle()
    ranges = [(start, min(start + BATCH, size)) for start in range(0, size, BATCH)]
    made = 0
    with as_owner(), without_indexes(model._meta.db_table for model in TABLES):
        pool = ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), initializer=ready)
        with pool:
            for future in as_completed([pool.submit(_range, *some) for some in ranges]):
                made += future.result()
                if made % (20 * BATCH) == 0:
                    say(f"{made:,} of {size:,} cases made")
        say("making indexes")
    with as_owner(), connection.cursor() as cursor:
        for model, last in ((Worker, size), (Case, size), (Consent, 3 * size), (CaseEvent, EVENTS * size)):
            number_on(model, last)
        number_on(Case.topics.through, 2 * size)
        cursor.execute("VACUUM ANALYZE")
