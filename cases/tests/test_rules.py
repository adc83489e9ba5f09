"""Who may do what to a case, as one table; nothing here needs a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Caseworker, Officer, PartnerAdmin, Supervisor
from agencies.models import Partner
from cases import rules
from cases.choices import AccessWay, ScanState
from cases.models import Case, CaseAccess, Document

NOW = datetime.now(tz=UTC)
HERE, ELSEWHERE = 1, 2
PEOPLE = {  # by the letter that stands for them in the table
    "w": User(pk=11, role=Caseworker.code, partner_id=HERE),  # who has the case
    "c": User(pk=12, role=Caseworker.code, partner_id=HERE),
    "s": User(pk=13, role=Supervisor.code, partner_id=HERE),
    "a": User(pk=14, role=PartnerAdmin.code, partner_id=HERE),
    "x": User(pk=21, role=Caseworker.code, partner_id=ELSEWHERE),
    "y": User(pk=22, role=Supervisor.code, partner_id=ELSEWHERE),
}
STATES: dict[str, dict[str, Any]] = {
    "open": {},
    "urgent": {"urgency": "emergency"},
    "closed": {"closed_at": NOW, "urgency": "emergency"},
    "settled": {"closed_at": NOW, "settlement_state": "pending"},
    "paused": {"paused_at": NOW},
    "held": {"paused_at": NOW, "urgency": "emergency"},
    "erased": {"erased_at": NOW, "urgency": "emergency"},
    "secret": {"restricted_at": NOW, "urgency": "emergency"},  # restricted, and nobody was named
    "own": {"restricted_at": NOW, "assigned_to_id": 13},  # the same, and the supervisor has it
}
TABLE = """
                             open   urgent  closed  settled  paused  held  erased  secret  own
works_here                   wcs    wcs     wcs     wcs      wcs     wcs   wcs     wcs     wcs
oversees                     s      s       s       s        s       s     s       s       s
can_read                     wcs    wcs     wcs     wcs      wcs     wcs   -       w       s
can_edit                     wcs    wcs     -       -        -       -     -       w       s
can_save_a_life              -      s       -       -        -       s     -       -       -
can_note                     wcs    wcs     wcs     wcs      wcs     wcs   -       w       s
can_assign                   s      s       s       s        s       s     s       s       s
can_take_on                  wcs    wcs     wcs     wcs      wcs     wcs   wcs     wcs     wcs
can_add_document             wcs    wcs     wcs     wcs      wcs     wcs   -       w       s
is_shut_out                  a      a       a       a        a       a     wcsa    csa     wca
can_close                    wcs    wcs     -       -        wcs     wcs   -       w       s
can_reopen                   -      -       wcs     wcs      -       -     -       -       -
can_follow_up                -      -       -       wcs      -       -     -       -       -
can_decide_on_police_report  s      s       s       s        s       s     -       -       s
can_see_access               wcs    wcs     wcs     wcs      wcs     wcs   s       ws      s
can_name                     -      -       -       -        -       -     -       ws      s
can_restrict                 wcs    wcs     wcs     wcs      wcs     wcs   -       w       s
can_lift                     -      -       -       -        -       -     -       -       s
can_break_glass              -      -       -       -        -       -     -       cs      wc
"""


def a_case(state: str) -> Case:
    case = Case(pk=1, **{"partner_id": HERE, "assigned_to_id": 11, "urgency": "normal", **STATES[state]})
    case.__dict__["_open_to"] = dict.fromkeys((one.pk for one in PEOPLE.values()), False)  # nobody was named
    return case


def cells() -> list[tuple[str, str, str]]:
    head, *rows = TABLE.strip().splitlines()
    return [
        (name, state, "" if letters == "-" else letters)
        for name, *row in map(str.split, rows)
        for state, letters in zip(head.split(), row, strict=True)
    ]


@pytest.mark.parametrize(("name", "state", "letters"), cells())
def test_who_may(name: str, state: str, letters: str) -> None:
    rule: Callable[[User, Case], bool] = getattr(rules, name)
    assert "".join(letter for letter, user in PEOPLE.items() if rule(user, a_case(state))) == letters


def test_the_table_knows_every_rule_about_a_person_and_a_case() -> None:
    elsewhere = {
        *("can_log", "can_fetch_document", "can_remove_document", "can_revoke", "is_reviewer", "can_review")
    }
    written = {name for name in vars(rules) if name.startswith(("can_", "is_", "works_", "oversees"))}
    assert written - elsewhere == {name for name, _state, _letters in cells()}


@pytest.mark.parametrize(
    ("role", "prefix", "may"),
    [
        (Caseworker, "SP", True),
        (Supervisor, "SP", True),
        (PartnerAdmin, "SP", False),
        (Caseworker, "", False),
        (Caseworker, None, False),
    ],
)
def test_cases_are_logged_where_they_can_be_numbered(role: Any, prefix: str | None, may: bool) -> None:
    user = User(role=role.code, partner=None if prefix is None else Partner(reference_prefix=prefix))
    assert rules.can_log(user) is may


@pytest.mark.parametrize(
    ("of_case", "receiver", "role", "may"),
    [
        (1, ELSEWHERE, Officer, True),
        (2, ELSEWHERE, Officer, False),
        (1, HERE, Officer, False),
        (1, ELSEWHERE, PartnerAdmin, False),
    ],
)
def test_the_receiver_of_a_referral_adds_documents_to_it(
    of_case: int, receiver: int, role: Any, may: bool
) -> None:
    referral = SimpleNamespace(case_id=of_case, receiver_id=receiver)
    officer = User(pk=31, role=role.code, partner_id=ELSEWHERE)
    assert rules.can_add_document(officer, a_case("open"), referral) is may


@pytest.mark.parametrize(
    ("scan", "scanner", "may"),
    [
        (ScanState.CLEAN, True, True),
        (ScanState.CLEAN, False, True),
        (ScanState.UNSCANNED, True, False),
        (ScanState.UNSCANNED, False, True),
        (ScanState.INFECTED, True, False),
        (ScanState.INFECTED, False, False),
    ],
)
def test_bytes_are_handed_out_when_they_hold_no_virus_as_far_as_is_known(
    settings: Any, scan: ScanState, scanner: bool, may: bool
) -> None:
    settings.CLAMAV_SOCKET = "/somewhere" if scanner else ""
    assert rules.can_fetch_document(Document(scan=scan)) is may


def test_a_document_is_removed_by_those_whose_people_put_it_there() -> None:
    document = Document(partner_id=HERE)
    assert (
        "".join(letter for letter, user in PEOPLE.items() if rules.can_remove_document(user, document))
        == "wcs"
    )


def an_access(state: str = "secret", **fields: Any) -> CaseAccess:
    return CaseAccess(case=a_case(state), **{"person_id": 12, "way": AccessWay.NAMED, **fields})


ENDED, RUN_OUT = {"ended_at": NOW}, {"until": NOW - timedelta(minutes=1)}
MOVED = {"person_id": 21}  # who was named and works elsewhere now


@pytest.mark.parametrize(
    ("state", "fields", "letters"),
    [
        ("secret", {}, "wcs"),
        ("own", {}, "cs"),
        ("open", {}, "c"),
        ("secret", ENDED, ""),
        ("secret", RUN_OUT, ""),
        ("secret", MOVED, "ws"),
        ("secret", {"person_id": 14}, "ws"),
    ],
)
def test_an_access_is_taken_back_by_who_may_give_it_or_has_it(state: str, fields: Any, letters: str) -> None:
    access = an_access(state, **fields)
    assert "".join(letter for letter, user in PEOPLE.items() if rules.can_revoke(user, access)) == letters


@pytest.mark.parametrize(
    ("fields", "judge", "still"),
    [
        ({}, "", ""),
        ({"way": AccessWay.GLASS}, "ws", "ws"),
        ({"way": AccessWay.GLASS, "person_id": 13}, "w", "w"),
        ({"way": AccessWay.GLASS, "person_id": 11}, "s", "s"),
        ({"way": AccessWay.GLASS, "reviewed_at": NOW}, "ws", ""),
    ],
)
def test_an_opening_in_an_emergency_is_judged_once_by_somebody_else(
    fields: Any, judge: str, still: str
) -> None:
    access = an_access(**fields)
    assert "".join(letter for letter, user in PEOPLE.items() if rules.is_reviewer(user, access)) == judge
    assert "".join(letter for letter, user in PEOPLE.items() if rules.can_review(user, access)) == still
