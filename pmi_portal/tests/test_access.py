"""Every route that names something of a case, by every role in every relation to it, against the committed access.csv.

A new route needs its rows there; when an answer changes, the failing test prints the rows as they are now.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse
from django.views import defaults
from pytest_django import DjangoDbBlocker

from accounts import prepared
from accounts.roles import ROLES, DataProtectionOfficer, Right
from notifications.models import Notification
from pmi_portal.tests.reach import MARK, OF_A_CASE, RELATIONS, Reach, make_reach
from pmi_portal.tests.visiting import METHODS, ROUTES, knock, parameters
from privacy import acting

TABLE = Path(__file__).with_name("access.csv")
Cell = tuple[str, str, str]  # route, method, relation

with TABLE.open(newline="") as file:
    ROWS: dict[Cell, dict[str, str]] = {
        (row.pop("route"), row.pop("method"), row.pop("relation")): row for row in csv.DictReader(file)
    }


class PlainPage:
    """In place of the page that says 403 or 404: thousands of them are drawn here, and read by nobody."""

    def render(self, *args: Any, **options: Any) -> str:
        return ""


@pytest.fixture(scope="module")
def reach(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Reach]:
    """One world for all routes; each answer is rolled back, and the world at the end."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(defaults, "loader", SimpleNamespace(get_template=lambda name: PlainPage()))
        yield make_reach()
        transaction.set_rollback(True)


def answers(reach: Reach, route: str) -> dict[Cell, dict[str, str]]:
    """What each role in each relation is answered by this route."""
    return {
        (route, method, relation): {
            role: knock(session, method, reach.things[relation].address(route)).outcome
            for role, session in reach.sessions[relation].items()
        }
        for method in METHODS
        for relation in RELATIONS
    }


def test_the_table_names_every_route_that_leads_to_a_case_and_no_other() -> None:
    assert {
        (route, method, relation) for route in OF_A_CASE for method in METHODS for relation in RELATIONS
    } == set(ROWS)
    assert {tuple(row) for row in ROWS.values()} == {tuple(ROLES)}


@pytest.mark.django_db
@pytest.mark.parametrize("route", OF_A_CASE)
def test_a_case_is_reached_as_the_table_says(route: str, reach: Reach) -> None:
    found = answers(reach, route)
    wrong = {cell: row for cell, row in found.items() if ROWS.get(cell) != row}
    assert not wrong, "as it is now:\n" + "\n".join(
        ",".join([*cell, *row.values()]) for cell, row in wrong.items()
    )


def test_a_stranger_is_answered_as_if_nothing_were_there() -> None:
    """Whoever works on cases elsewhere gets 404; 405 and 403 come before anything is looked up."""
    told = {
        (cell, role): status
        for cell, row in ROWS.items()
        for role, status in row.items()
        if cell[2] == "other" and status not in ("404", "403", "405")
    }
    assert not told


def test_nobody_but_those_who_work_on_cases_reaches_one() -> None:
    others = [code for code, role in ROLES.items() if Right.WORK_CASES not in role.rights]
    shut = {"403", "404", "405"}
    open_to = {(cell, role) for cell, row in ROWS.items() for role in others if row[role] not in shut}
    assert {role for _cell, role in open_to} <= {DataProtectionOfficer.code}
    assert {route for (route, _method, _relation), _role in open_to} <= OF_THE_OFFICER


# What the data protection officer decides on (UU 27/2022 art. 53) without reading the case: requests, and how long it is kept.
OF_THE_OFFICER = {
    *(
        f"rights:{step}"
        for step in ("request", "identify", "decide", "carry_out", "tell", "hold", "lift_hold")
    )
}


def test_what_was_taken_back_opens_no_case() -> None:
    """The referral itself stays readable as far as its history; everything of the case is gone."""
    reached = {
        cell[0] for cell, row in ROWS.items() if cell[1:] == ("GET", "withdrawn") and "200" in row.values()
    }
    assert reached <= {
        "referrals:detail",
        "referrals:live",
        "referrals:acts",
        "referrals:talk",
        "referrals:documents",
    }


# The same again with the first wall gone ----------------------------------------------------------------------

LISTS = sorted(
    route
    for route in ROUTES
    if not parameters(route)
    and route.partition(":")[0] in ("home", "cases", "referrals", "rights", "search", "notifications")
)


@pytest.fixture
def without_the_first_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `visible_to` lets everything through, so that row-level security stands alone.

    Notices are left out: they say a reference and a path, and are written for other partners' people.
    """
    monkeypatch.setattr(prepared, "_kept", {})  # queries that were built while it stood
    for model in apps.get_models():
        rows = type(model._default_manager.get_queryset())
        if hasattr(rows, "visible_to") and model is not Notification:
            monkeypatch.setattr(rows, "visible_to", lambda self, user: self.all())


def said_of_the_case(reach: Reach, content: bytes) -> bool:
    references = {thing.case.reference for thing in reach.things.values()}
    return any(word.encode() in content for word in {MARK, *references})


@pytest.mark.django_db
@pytest.mark.parametrize("route", OF_A_CASE)
def test_row_level_security_alone_keeps_a_stranger_out(
    route: str, reach: Reach, without_the_first_wall: None
) -> None:
    for method in METHODS:
        cell, address = (route, method, "other"), reach.things["other"].address(route)
        found = {role: knock(session, method, address) for role, session in reach.sessions["other"].items()}
        assert {role: answer.outcome for role, answer in found.items()} == ROWS[cell]
        assert not [role for role, answer in found.items() if said_of_the_case(reach, answer.content)]


@pytest.mark.django_db
@pytest.mark.parametrize("route", LISTS)
def test_row_level_security_alone_keeps_the_lists_of_a_stranger_empty(
    route: str, reach: Reach, without_the_first_wall: None
) -> None:
    found = {role: knock(session, "GET", reverse(route)) for role, session in reach.sessions["other"].items()}
    assert not [role for role, answer in found.items() if said_of_the_case(reach, answer.content)]


@pytest.mark.django_db
@pytest.mark.parametrize("route", ["cases:detail", "referrals:detail"])
def test_with_both_walls_gone_a_stranger_would_read_the_case(
    route: str, reach: Reach, without_the_first_wall: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the tests above are known to find a leak."""
    monkeypatch.setattr(acting, "as_partner", lambda partner: acting.as_portal())
    answer = knock(reach.sessions["other"]["caseworker"], "GET", reach.things["other"].address(route))
    assert said_of_the_case(reach, answer.content)
