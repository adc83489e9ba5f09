"""A message on many cases: a note in each, and one word to each of those who have them."""

from __future__ import annotations

import pytest
from django.db import connection

from bulk.choices import Kind, Skip
from bulk.models import BulkAct
from cases import restriction
from cases.choices import EventKind
from cases.models import CaseEvent
from cases.tests.factories import make_case
from notifications.choices import Kind as Message
from notifications.models import Notification
from privacy.models import LogEntry

from .factories import Team, done, make_team, results

pytestmark = pytest.mark.django_db

TEXT = "KBRI menelepon: daftar gaji dikirim sebelum Jumat."


@pytest.fixture
def team() -> Team:
    return make_team()


def test_it_stands_in_each_case_and_each_caseworker_is_told_once(team: Team) -> None:
    own = make_case(by=team.colleague)
    act = done(team.supervisor, [*team.cases, own], Kind.MESSAGE, text=TEXT)
    notes = CaseEvent.objects.filter(kind=EventKind.NOTED)
    assert [note.text for note in notes] == [TEXT] * 4
    assert {note.actor for note in notes} == {team.supervisor}
    assert LogEntry.objects.filter(what="event:noted").count() == 4
    told = dict(Notification.objects.filter(kind=Message.CASES_NOTED).values_list("recipient", "reference"))
    assert told == {team.caseworker.pk: "3", team.colleague.pk: "1"}
    assert act.rows_changed == 4


def test_whoever_writes_to_their_own_cases_is_not_told(team: Team) -> None:
    done(team.caseworker, team.cases, Kind.MESSAGE, text=TEXT)
    assert not Notification.objects.filter(kind=Message.CASES_NOTED).exists()


def test_a_restricted_case_that_is_closed_to_the_writer_gets_none(team: Team) -> None:
    shut = team.cases[0]
    restriction.restrict(by=team.caseworker, case=shut)
    act = done(team.supervisor, [], Kind.MESSAGE, asked={"tab": "team"}, text=TEXT)
    assert results(act)[shut.pk] == Skip.SHUT
    assert not CaseEvent.objects.filter(case=shut, kind=EventKind.NOTED).exists()
    assert Notification.objects.get(kind=Message.CASES_NOTED).reference == "2"


def test_what_is_said_is_sealed_in_the_act_and_in_each_case(team: Team) -> None:
    act = done(team.supervisor, team.cases, Kind.MESSAGE, text=TEXT)
    rows = BulkAct.objects.filter(pk=act.pk).extra(select={"raw": "text"}).values_list("raw", flat=True)
    assert b"KBRI" not in bytes(rows[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM cases_caseevent WHERE kind = 'noted'")
        texts = [bytes(text) for (text,) in cursor.fetchall()]
    assert len(texts) == 3
    assert not any(b"KBRI" in text for text in texts)
