"""Two at once around a restricted case: real connections, real locks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections, connection, transaction

from cases import access, actions
from cases.models import Case, CaseAccess
from notifications.models import Notification
from privacy.acting import as_portal
from referrals.tests.test_at_once import at_once

from .factories import make_case
from .restricted import GLASS, Team, make_team

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team() -> Team:
    return make_team()


def test_one_person_who_breaks_the_glass_twice_at_once_breaks_it_once(team: Team) -> None:
    results = at_once(*[lambda: access.break_glass(by=team.colleague, case=team.case, **GLASS)] * 2)
    assert results[0] == results[1]
    assert CaseAccess.objects.count() == 1
    assert Notification.objects.filter(kind="glass_broken").count() == 2  # the caseworker and the supervisor


def test_two_people_at_once_both_get_in(team: Team) -> None:
    results = at_once(
        lambda: access.break_glass(by=team.colleague, case=team.case, **GLASS),
        lambda: access.break_glass(by=team.supervisor, case=team.case, **GLASS),
    )
    assert {result.person for result in results} == {team.colleague, team.supervisor}


def test_ten_a_day_are_ten_also_when_they_come_at_once(team: Team) -> None:
    topic = team.case.topics.get()
    cases = [make_case(by=team.caseworker, topics=[topic]) for _number in range(12)]
    results = at_once(
        *[lambda case=case: access.break_glass(by=team.colleague, case=case, **GLASS) for case in cases]
    )
    assert sum(isinstance(result, CaseAccess) for result in results) == 10
    assert sum(isinstance(result, access.AccessRefused) for result in results) == 2


@pytest.mark.parametrize("ended", ["revoked", "reassigned"])
def test_an_access_that_ends_while_its_holder_acts_ends_the_act(team: Team, ended: str) -> None:
    """Whoever waits for the case finds the access gone: what they typed is refused, and nothing is written."""
    given = access.grant(by=team.caseworker, case=team.case, to=team.colleague)
    actor = team.colleague if ended == "revoked" else team.caseworker

    def act() -> Any:
        return actions.note(by=actor, case=Case.objects.get(pk=team.case.pk), text="Called her.")

    with transaction.atomic():
        if ended == "revoked":
            access.revoke(by=team.caseworker, access=given)
        else:
            actions.assign(by=team.supervisor, case=team.case, to=team.supervisor)
        thread, result = _started(act)
    thread.join(timeout=30)
    assert [type(one) for one in result] == [PermissionDenied], result
    assert not team.case.events.filter(kind="noted").exists()


def test_a_case_that_is_restricted_while_a_colleague_edits_it_takes_no_edit(team: Team) -> None:
    case = make_case(by=team.caseworker)
    topic = team.case.topics.get()
    with transaction.atomic():
        actions.edit(by=team.caseworker, case=case, version=case.version, topics=[topic])
        thread, result = _started(
            lambda: actions.edit(by=team.colleague, case=case, version=case.version, fields={"place": "Muar"})
        )
    thread.join(timeout=30)
    assert [type(one) for one in result] == [PermissionDenied], result


def test_two_reviewers_at_once_one_wins_and_the_other_reads_who(team: Team) -> None:
    opened = access.break_glass(by=team.colleague, case=team.case, **GLASS)
    assert opened is not None
    results = at_once(
        lambda: access.review(by=team.supervisor, access=opened, verdict="confirmed"),
        lambda: access.review(by=team.caseworker, access=opened, verdict="objected"),
    )
    opened.refresh_from_db()
    assert opened.reviewed_by is not None
    lost = [result for result in results if isinstance(result, access.AccessRefused)]
    assert len(lost) == 1, results
    assert opened.reviewed_by.full_name in str(lost[0])


def _started(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """A thread that has begun the act and waits for the case; and where its result will stand."""
    result: list[Any] = []

    @as_portal()
    def run() -> None:
        close_old_connections()
        try:
            result.append(act())
        except Exception as error:
            result.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    _wait_until_somebody_waits()
    return thread, result


def _wait_until_somebody_waits() -> None:
    """Until another connection to this database waits for a lock."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_stat_clear_snapshot()"
            )  # a transaction sees the same activity throughout
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE datname = current_database() AND NOT granted"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waited for the case")
