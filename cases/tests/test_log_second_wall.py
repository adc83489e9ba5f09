"""The access log's second wall: with every filter forgotten, PostgreSQL itself shows each partner its own part alone."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import DataProtectionOfficer, Officer, Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from cases import access_log, log_reads
from cases.models import Case
from privacy import acting, log
from privacy.choices import Verb
from privacy.log import sequencer
from privacy.log.evidence import Database
from privacy.log.notes import public_key
from privacy.log.verify import verify
from privacy.models import LogEntry, LogLeaf

from .factories import make_case
from .test_search import scans

pytestmark = pytest.mark.django_db

WATCHERS = (Supervisor.code, DataProtectionOfficer.code)


@dataclass(frozen=True)
class Two:
    """Cases of two NGOs, each read by its own caseworker, and the first also by an officer of an agency."""

    ours: Case
    theirs: Case
    officer: User


@pytest.fixture
def two() -> Two:
    ours, theirs = (
        make_case(by=make_user(partner=make_partner(), full_name=name))
        for name in ("Melati Milik Kita", "Kenanga Orang Lain")
    )
    officer = make_user(partner=make_partner(), role=Officer.code, full_name="Petugas Jauh")
    for reader, case in ((ours.created_by, ours), (theirs.created_by, theirs), (officer, ours)):
        access_log.read(reader, case, "detail")
    return Two(ours, theirs, officer)


@pytest.fixture
def no_first_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if whoever wrote the pages of the log had forgotten to narrow it down to the reader."""
    monkeypatch.setattr(log_reads, "visible_to", lambda user: LogEntry.objects.all())


def told(watcher: User, route: str, **query: Any) -> str:
    """All that an answer says, of a workbook too."""
    client = Client()
    client.force_login(watcher)
    answer = client.get(reverse(route), query)
    assert answer.status_code == 200
    if not zipfile.is_zipfile(io.BytesIO(answer.content)):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


# Pages -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_first_wall")
@pytest.mark.parametrize("role", WATCHERS)
@pytest.mark.parametrize("route", ["cases:log", "cases:log_csv", "cases:log_xlsx"])
def test_with_the_first_wall_gone_the_log_shows_nothing_of_another_partner(
    route: str, role: str, two: Two
) -> None:
    for mine, strange in ((two.ours, two.theirs), (two.theirs, two.ours)):
        watcher = make_user(partner=mine.partner, role=role)
        text = told(watcher, route)
        assert mine.created_by.full_name in text
        assert mine.reference in text
        asked: list[dict[str, Any]] = [
            {"person": strange.created_by_id},
            {"whose": "others"},
            {"verb": "read"},
        ]
        for query in ({}, *asked):
            text = told(watcher, route, **query)
            assert strange.created_by.full_name not in text
            assert strange.reference not in text
        # Its form repeats the reference that was asked for.
        assert strange.created_by.full_name not in told(watcher, route, reference=strange.reference)


@pytest.mark.usefixtures("no_first_wall")
def test_with_the_first_wall_gone_no_line_is_counted_that_is_another_partners(two: Two) -> None:
    watcher = make_user(partner=two.theirs.partner, role=Supervisor.code)
    client = Client()
    client.force_login(watcher)
    everything = client.get(reverse("cases:log"), {"verb": "read"}).context
    assert [line.who.name for line in everything["lines"]] == [two.theirs.created_by.full_name]
    assert everything["count"] == 1
    assert len(everything["busiest"]) == 1


def test_the_portals_officer_watches_over_every_partner(two: Two) -> None:
    text = told(make_user(partner=None, role=DataProtectionOfficer.code), "cases:log")
    assert [case.reference in text for case in (two.ours, two.theirs)] == [True, True]


# Rows ------------------------------------------------------------------------------------------


def readers_in(rows: Any) -> set[int]:
    return set(rows.filter(verb=Verb.READ).values_list("actor_id", flat=True))


def test_a_partner_sees_what_is_about_its_cases_and_what_its_people_did(two: Two) -> None:
    ours, theirs, officer = two.ours.created_by, two.theirs.created_by, two.officer
    seen = {ours.partner_id: {ours.pk, officer.pk}, theirs.partner_id: {theirs.pk}}
    for partner, people in (seen | {officer.partner_id: {officer.pk}, None: set()}).items():
        with acting.as_partner(partner):
            assert readers_in(LogEntry.objects.all()) == people


def test_who_read_a_case_is_answered_for_the_acting_partner_alone(two: Two) -> None:
    for partner, count in ((two.ours.partner_id, 2), (two.theirs.partner_id, 0), (None, 0)):
        with acting.as_partner(partner), connection.cursor() as cursor:
            assert len(log_reads.readings(two.ours)) == count
            assert len(log_reads.others_lately(two.ours, make_portal_admin())) == count
            cursor.execute("SELECT log_about(%s)", [f"case:{two.ours.pk}"])
            assert bool(cursor.fetchall()) is bool(count)
    with acting.as_partner(two.officer.partner_id):
        assert readers_in(LogEntry.objects.about(f"case:{two.ours.pk}")) == {two.officer.pk}


def test_the_readers_of_a_case_are_found_by_an_index_under_row_level_security(two: Two) -> None:
    with acting.as_partner(two.ours.partner_id), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_custom_plan")
        walked, of_subjects = scans("privacy_logentry")[0], used("log_subjects")
        assert len(log_reads.readings(two.ours)) == 2
        assert scans("privacy_logentry")[0] == walked
        assert used("log_subjects") > of_subjects


def used(index: str) -> int:
    """How often this transaction walked an index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_numscans(%s::regclass)", [index])
        return int(cursor.fetchone()[0])


# Writing ---------------------------------------------------------------------------------------


def test_an_entry_in_another_partners_name_is_refused(two: Two) -> None:
    ours = acting.as_partner(two.ours.partner_id)
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), ours:
        access_log.read(two.theirs.created_by, two.ours, "detail")


def test_whoever_may_not_see_an_entry_may_have_to_add_it(two: Two) -> None:
    """A letter's link is held by nobody in particular, who reads for the agency; whose the case is sees it in the log."""
    with acting.as_partner(two.officer.partner_id):
        access_log.read(None, two.ours, "letter_link:1")
        assert not LogEntry.objects.filter(what="letter_link:1").exists()
    with acting.as_partner(two.ours.partner_id):
        assert LogEntry.objects.get(what="letter_link:1").actor_id is None


def test_an_open_page_is_one_reading_for_the_partner_whose_people_read(two: Two) -> None:
    with acting.as_partner(two.officer.partner_id):
        for _refresh in range(3):
            access_log.read(two.officer, two.ours, "detail", refresh=True)
            access_log.read(two.officer, two.ours, "referral:1", refresh=True)
    mine = LogEntry.objects.filter(actor_id=two.officer.pk).order_by("pk")
    assert list(mine.values_list("what", flat=True)) == ["detail", "referral:1"]


# The tree --------------------------------------------------------------------------------------


def test_the_tree_takes_in_and_proves_the_whole_log_whoever_is_acting(two: Two) -> None:
    log.add(Verb.ERASED, by=None, subjects=["case:1"])
    whole = LogEntry.objects.count()
    with acting.as_partner(two.ours.partner_id):
        assert LogEntry.objects.count() < whole
        assert sequencer.append_new() == whole
    assert LogLeaf.objects.count() == whole
    with acting.acting(acting.NOBODY):
        result = verify(Database(public_key=public_key()))
    assert (result.proved, result.waiting, result.finding) == (whole, 0, None)
