"""The worker's rights in the demo: requests in several states, a case that is kept, a batch that is due, and a breach."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from agencies.calendars import months_after
from agencies.choices import OutcomeClass, SourceStatus
from cases.choices import EventKind
from cases.models import Case
from cases.models.consent import HOME
from notifications.choices import Kind
from privacy import keys
from rights.choices import (
    ALLOWED,
    WARN_AFTER,
    Addressee,
    ErasureState,
    ErasureWhy,
    Reminded,
    RequestState,
)
from rights.models import Breach, BreachNotice, DataRequest, Erasure, LegalHold, RetentionRule

from .people import SUARA_PEREMPUAN
from .wording import load
from .world import World

STEPS = (
    ("identify", "identified", RequestState.IDENTIFIED),
    ("decide", "decided", RequestState.GRANTED),
    ("carry_out", "done", RequestState.DONE),
    ("tell", "told", RequestState.TOLD),
)
TEXTS = ("kind", "asked_by", "asker", "proof", "channel", "contact", "wish", "identity_note", "decision_note")
DUE = 4  # cases in the batch
CONCERNED = 3  # cases that the breach names


def lead(world: World) -> None:
    """What happens to cases: who asked for what, and which case is paused since."""
    texts = load("rights")
    for text, case in zip(texts["requests"], _fit(world), strict=False):
        _ask(world, text, case)


def _fit(world: World) -> list[Case]:
    """Cases of the first partner that are open, not restricted, and older than any request."""
    oldest = world.clock.ago(800)
    ours = (filed.case for filed in world.filed if filed.partner.code == SUARA_PEREMPUAN)
    return [
        case for case in ours if not case.is_closed and not case.is_restricted and case.created_at < oldest
    ]


def _ask(world: World, text: dict[str, Any], case: Case) -> None:
    came = world.clock.ago(text["hours"])
    keeper, boss = case.assigned_to, world.supervisors(case.partner)[0]
    number = len(world.requests) + 1
    row = DataRequest(
        pk=UUID(int=world.rng.getrandbits(128), version=4),
        partner=case.partner,
        year=timezone.localdate(came).year,
        number=number,
        reference=f"{case.partner.reference_prefix}-PSD-{timezone.localdate(came).year}-{number:04d}",
        received_at=came,
        recorded_by=keeper,
        recorded_at=came,
        changed_at=came,
        due_at=came + ALLOWED,
        **{name: text[name] for name in TEXTS if name in text},
    )
    world.log(case, EventKind.DATA_REQUESTED, came, keeper, request=row.reference, about=row.kind)
    _take_steps(world, row, text, keeper, boss)
    _remind(world, row, boss)
    if row.kind == "pause":
        assert row.done_at is not None
        case.paused_at = row.done_at
        world.log(case, EventKind.PAUSED, row.done_at, boss, request=row.reference)
    world.requests.append((row, case))
    world.tell([boss], Kind.REQUEST_RECEIVED, row, came)


def _take_steps(world: World, row: DataRequest, text: dict[str, Any], keeper: User, boss: User) -> None:
    row.identity_way, row.ground = text.get("way", ""), text.get("ground", "")
    for step, stamp, state in STEPS:
        if step not in text:
            continue
        at = row.received_at + timedelta(hours=text[step])
        setattr(row, f"{stamp}_at", at)
        setattr(row, f"{stamp}_by", boss if step in ("decide", "carry_out") else keeper)
        row.state = RequestState.REFUSED if step == "decide" and row.ground else state
        row.changed_at, row.version = at, row.version + 1
    if row.told_at is not None:
        row.told_channel = row.channel


def _remind(world: World, row: DataRequest, boss: User) -> None:
    """What the sweep has told of it by now, and when it looks again."""
    if row.told_at is not None:
        return
    warned = row.received_at + WARN_AFTER
    for at, level, kind in (
        (warned, Reminded.WARNED, Kind.REQUEST_WARNING),
        (row.due_at, Reminded.OVERDUE, Kind.REQUEST_OVERDUE),
    ):
        if at > world.clock.now:
            row.next_at = at
            return
        row.reminded = level
        world.tell([boss], kind, row, at)


def write(world: World) -> None:
    """Insert the rows; the cases are written before."""
    made = iter(keys.make_many(len(world.requests) + 1))
    for row, _case in world.requests:
        row.data_key = next(made)
    DataRequest.objects.bulk_create([row for row, _case in world.requests])
    through = DataRequest.cases.through
    through.objects.bulk_create(
        [through(datarequest_id=row.pk, case_id=case.pk) for row, case in world.requests]
    )
    _keep_and_erase(world, load("rights"))
    _breach(world, load("rights")["breach"], next(made))


def _keep_and_erase(world: World, texts: dict[str, Any]) -> None:
    """A short time for what ended without a result, so that some cases are due; one of them is kept."""
    rule = texts["retention"]
    RetentionRule.objects.filter(outcome_class__in=[OutcomeClass.RESOLVED, OutcomeClass.CLOSED]).update(
        months=rule["months"], source=rule["source"], source_status=SourceStatus.OWN
    )
    ours = [filed.case for filed in world.filed if filed.partner.code == SUARA_PEREMPUAN]
    limit = months_after(world.clock.now, -rule["months"], HOME)
    due = [case for case in ours if case.closed_at is not None and case.closed_at < limit]
    due = [case for case in due if case.outcome and case.outcome.outcome_class == OutcomeClass.RESOLVED]
    due.sort(key=lambda case: case.closed_at or world.clock.now)
    boss = world.supervisors(world.partners[SUARA_PEREMPUAN])[0]
    for case in due[:1]:
        day = timezone.localdate(world.clock.now) + timedelta(days=texts["hold"]["days"])
        LegalHold.objects.create(
            case=case,
            reason=texts["hold"]["reason"],
            placed_at=world.clock.ago(30),
            placed_by=boss,
            review_on=day,
            next_on=day,
        )
    Erasure.objects.bulk_create([_proposal(world, case, rule["months"]) for case in due[1 : DUE + 1]])


def _proposal(world: World, case: Case, months: int) -> Erasure:
    assert case.closed_at is not None
    return Erasure(
        case=case,
        why=ErasureWhy.RETENTION,
        state=ErasureState.PROPOSED,
        due_on=timezone.localdate(months_after(case.closed_at, months, HOME), timezone=HOME),
        proposed_at=world.clock.ago(20),
    )


def _breach(world: World, text: dict[str, Any], key: Any) -> None:
    found, admin = world.clock.ago(text["hours"]), world.admins[0]
    partner = world.partners[SUARA_PEREMPUAN]
    year = timezone.localdate(found).year
    cases = [filed.case for filed in world.filed if filed.partner is partner][-CONCERNED:]
    row = Breach.objects.create(
        data_key=key,
        year=year,
        number=1,
        reference=f"INSIDEN-{year}-001",
        partner=partner,
        happened_at=world.clock.ago(text["happened"]),
        found_at=found,
        due_at=found + ALLOWED,
        next_at=found + WARN_AFTER,
        people=len(cases),
        recorded_by=admin,
        recorded_at=found,
        changed_at=found,
        **{name: text[name] for name in ("kind", "risk", "groups", "what", "measures")},
    )
    told = {"told_at": world.clock.ago(text["hours"] - 4), "told_by": admin, "told_channel": "email"}
    BreachNotice.objects.bulk_create(
        [
            BreachNotice(breach=row, addressee=Addressee.AUTHORITY, due_at=row.due_at),
            BreachNotice(breach=row, addressee=Addressee.PARTNER, partner=partner, due_at=row.due_at, **told),
            *(
                BreachNotice(
                    breach=row,
                    addressee=Addressee.SUBJECT,
                    reference=case.reference,
                    partner=partner,
                    due_at=row.due_at,
                )
                for case in cases
            ),
        ]
    )
