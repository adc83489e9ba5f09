"""Restricted cases in the demo: a child among them, who was named to read them, and openings in an emergency."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.models import User
from accounts.roles import Caseworker
from cases import restriction
from cases.access import GLASS_LASTS
from cases.choices import AccessWay, EventKind, Relation
from cases.models import Case, CaseAccess
from notifications.choices import Kind

from .cases import Filed
from .people import SUARA_PEREMPUAN
from .wording import load
from .world import World

FORGED = frozenset({"PALSU_DOKUMEN", "REKRUT_ILEGAL"})  # how a child comes to be sent abroad
AGE = timedelta(days=16 * 365 + 40)
UNREAD = frozenset({EventKind.LOGGED, EventKind.ASSIGNED, EventKind.RESTRICTED})  # done without being named
BEFORE = timedelta(minutes=25)  # somebody is named before they act


def mark(filed: Filed, world: World) -> None:
    """Restrict the case where its contents ask for it, as logging does."""
    case = filed.case
    if found := restriction.reasons(case, filed.topics):
        case.restricted_at, case.restricted_for = case.created_at, sorted(found)
        world.log(case, EventKind.RESTRICTED, case.created_at, None, reasons=case.restricted_for)


def lead(world: World) -> None:
    """What became of the restricted cases."""
    texts = load("restricted")
    _a_child(world)
    for filed in world.filed:
        if filed.case.is_restricted:
            _name_who_worked(world, filed.case, texts["named"])
    for scene in texts["glass"]:
        _emergency(world, scene)


def _a_child(world: World) -> None:
    """One case turns out to be about a girl or boy with a forged age."""
    family = (Relation.PARENT, Relation.OTHER_FAMILY)
    fit = (
        filed
        for filed in world.filed
        if filed.partner.code == SUARA_PEREMPUAN
        and FORGED & set(filed.plot.topics)
        and filed.case.reporter_relation in family
        and not filed.case.is_restricted
    )
    if filed := next(fit, None):
        filed.worker.birth_date, filed.worker.nik = (filed.plot.at - AGE).date(), ""
        mark(filed, world)


def _name_who_worked(world: World, case: Case, reasons: list[str]) -> None:
    """Name everybody of its own partner who did something in the case, just before they did it first."""
    first: dict[User, Any] = {}
    for event in sorted(world.events, key=lambda event: event.at):
        actor = event.actor
        if event.case is not case or actor is None or actor.partner_id != case.partner_id:
            continue
        if event.kind not in UNREAD and actor not in (case.assigned_to, case.created_by):
            first.setdefault(actor, event.at)
    for number, (person, at) in enumerate(first.items()):
        since = max(at - BEFORE, case.created_at)
        world.accesses.append(
            CaseAccess(
                case=case,
                person=person,
                way=AccessWay.NAMED,
                why=reasons[number % len(reasons)],
                granted_by=case.assigned_to,
                granted_at=since,
            )
        )
        world.log(case, EventKind.ACCESS_GRANTED, since, case.assigned_to, to=person.full_name)
        world.tell([person], Kind.ACCESS_GRANTED, case, since)


def _emergency(world: World, scene: dict[str, Any]) -> None:
    """A colleague opens a case that is closed to them; a supervisor judges it, where the scene says so."""
    at = world.clock.now - timedelta(days=scene["days"])
    partner = world.partners[SUARA_PEREMPUAN]
    supervisor = world.supervisors(partner)[0]
    colleagues = [person for person in world.staff[partner.pk] if person.role == Caseworker.code]
    known = {(access.case.reference, access.person) for access in world.accesses}
    closed = [
        (filed.case, person)
        for filed in reversed(world.filed)
        for person in colleagues
        if filed.case.is_restricted
        and filed.partner == partner
        and filed.case.created_at < at
        and person not in (filed.case.assigned_to, filed.case.created_by)
        and (filed.case.reference, person) not in known
    ]
    if not closed:
        return
    case, person = closed[0]
    opened = CaseAccess(
        case=case,
        person=person,
        way=AccessWay.GLASS,
        code=scene["code"],
        why=scene["why"],
        granted_by=person,
        granted_at=at,
        until=at + GLASS_LASTS,
    )
    world.accesses.append(opened)
    world.log(case, EventKind.GLASS_BROKEN, at, person, reason=scene["code"])
    world.tell([supervisor, case.assigned_to], Kind.GLASS_BROKEN, case, at, case.access_url)
    if verdict := scene.get("verdict"):
        judged = at + timedelta(hours=scene["after"])
        opened.reviewed_at, opened.reviewed_by = judged, supervisor
        opened.verdict, opened.note = verdict, scene["note"]
        if verdict == "objected":
            opened.ended_at, opened.ended_by = judged, supervisor
        world.log(case, EventKind.GLASS_REVIEWED, judged, supervisor, to=person.full_name, verdict=verdict)
        world.tell([person], Kind.GLASS_REVIEWED, case, judged)
