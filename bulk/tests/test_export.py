"""Exports: what one may see, in chosen columns, sealed until it is fetched, with a password once it tells who somebody is."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
import pyzipper
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from agencies.tests.factories import make_partner
from bulk import actions, forgetting, kinds, packing, working
from bulk.choices import BulkState, Kind, Skip
from bulk.columns import COLUMNS
from bulk.models import FILE_KEPT, BulkAct, BulkPart, BulkPiece
from cases import restriction
from cases.models import Case, Worker
from cases.tests.factories import make_case
from notifications.choices import Kind as Message
from notifications.models import Notification
from privacy import keys
from privacy.models import DataKey, LogEntry
from rights import wiping

from .factories import Team, confirmed, due_again, make_team, prepared, results, worked

pytestmark = pytest.mark.django_db

PLAIN = ["reference", "urgency", "topics", "country", "assigned_to", "created_at", "closed_at", "outcome"]
WHO = ["name", "nik", "contact", "reporter_name", "chronology"]


@pytest.fixture
def team() -> Team:
    return make_team()


def exported(
    team: Team, *, by: User | None = None, columns: Any = PLAIN, form: str = "csv", **asked: str
) -> BulkAct:
    act = confirmed(
        by or team.caseworker,
        [] if asked else team.cases,
        Kind.EXPORT,
        asked=asked or None,
        columns=columns,
        form=form,
    )
    return worked(act)


def content(act: BulkAct) -> bytes:
    with keys.scope():
        return b"".join(packing.fetched(act))


def unpacked(act: BulkAct) -> bytes:
    with pyzipper.AESZipFile(io.BytesIO(content(act))) as archive:
        archive.setpassword(act.password.encode())
        [name] = archive.namelist()
        return archive.read(name)


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def sheet(book: bytes) -> list[list[Any]]:
    rows = openpyxl.load_workbook(io.BytesIO(book)).active
    return [[cell.value for cell in row] for row in rows.iter_rows()]


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def at(act: BulkAct) -> str:
    return reverse("bulk:file", args=[act.pk])


# What is in it --------------------------------------------------------------------------------


def test_chosen_columns_in_words(team: Team) -> None:
    act = exported(team)
    assert act.state == BulkState.DONE
    rows = table(content(act))
    assert [row["Reference"] for row in rows] == [case.reference for case in team.cases]
    assert rows[0]["Urgency"] == "Normal"
    assert rows[0]["Destination country"] == "Malaysia"
    assert rows[0]["Caseworker"] == "Case Worker"
    assert rows[0]["Topics"] == team.cases[0].topics.get().name
    assert rows[0]["Logged"] == timezone.localdate().isoformat()


def test_without_personal_columns_nothing_is_opened_and_no_password_is_needed(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privacy.in_bulk.Opener.texts", None)
    act = exported(team)
    assert (act.password, packing.name_of(act)[-4:]) == ("", ".csv")
    assert b"Melati" not in content(act)


def test_personal_columns_are_opened_and_locked_up_again(team: Team) -> None:
    act = exported(team, columns=[*PLAIN, *WHO])
    assert b"Melati" not in content(act)
    assert packing.name_of(act).endswith(".zip")
    row = table(unpacked(act))[0]
    assert row["Worker's name"] == "Contoh Melati"
    assert row["Reporter's name"] == "Contoh Pelapor"
    assert row["What happened"].startswith("The wages have not been paid")
    with pyzipper.AESZipFile(io.BytesIO(content(act))) as archive:
        [info] = archive.infolist()
        assert info.wz_aes_strength == 3  # AES-256
        archive.setpassword(b"wrong")
        with pytest.raises(RuntimeError):
            archive.read(info)


def test_each_export_has_a_password_of_its_own(team: Team) -> None:
    one, other = (exported(team, columns=["name"]) for _number in range(2))
    assert len(one.password) == 23
    assert one.password != other.password
    raw = BulkAct.objects.filter(pk=one.pk).extra(select={"raw": "password"}).values_list("raw", flat=True)[0]
    assert one.password.encode() not in bytes(raw)


@pytest.mark.parametrize("columns", [PLAIN, [*PLAIN, *WHO, "birth_date", "amount_claimed"]])
def test_a_workbook_says_the_same(team: Team, columns: list[str]) -> None:
    Worker.objects.update(birth_date="1990-02-03")
    Case.objects.filter(pk=team.cases[0].pk).update(amount_claimed="4500000.50", currency="IDR")
    as_csv, as_xlsx = (exported(team, columns=columns, form=form) for form in ("csv", "xlsx"))
    read = unpacked if as_csv.is_personal else content
    lines = list(csv.reader(io.StringIO(read(as_csv).decode("utf-8-sig"), newline="")))
    rows = sheet(read(as_xlsx))
    assert [[_text(cell) for cell in row] for row in rows] == lines


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if hasattr(cell, "isoformat"):
        return str(cell.date().isoformat())
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


@pytest.mark.parametrize(
    "text", ["=1+1", "+62812", "-2", "@SUM(A1)", "\t=1", '"=1', '=HYPERLINK("http://x")']
)
def test_no_cell_is_a_formula(team: Team, text: str) -> None:
    for case in team.cases:
        case.worker.name = text
        case.worker.save()
    read = table(unpacked(exported(team, columns=["name"])))
    assert all(row["Worker's name"].startswith("'") for row in read)
    book = openpyxl.load_workbook(io.BytesIO(unpacked(exported(team, columns=["name"], form="xlsx")))).active
    assert {cell.data_type for row in book.iter_rows() for cell in row} == {"s"}


def test_every_column_can_be_exported(team: Team) -> None:
    rows = table(unpacked(exported(team, columns=list(COLUMNS))))
    assert len(rows[0]) == len(COLUMNS)
    assert len({column.name for column in COLUMNS.values()}) == len(COLUMNS)


def test_long_texts_signs_and_lines_survive(team: Team) -> None:
    case = Case.objects.get(pk=team.cases[0].pk)
    case.chronology = ("Gaji <tidak> & “dibayar”\n" * 700)[:20_000].strip()
    case.save()
    rows = table(unpacked(exported(team, columns=["chronology"])))
    assert rows[0]["What happened"] == case.chronology
    book = sheet(unpacked(exported(team, columns=["chronology"], form="xlsx")))
    assert book[1][1] == case.chronology


# What one may see -----------------------------------------------------------------------------


def test_restricted_paused_erased_and_other_partners_cases_stay_out(team: Team) -> None:
    shut, paused, erased = team.cases
    restriction.restrict(by=team.caseworker, case=shut)
    Case.objects.filter(pk=paused.pk).update(paused_at=timezone.now())
    act = confirmed(team.supervisor, [], Kind.EXPORT, asked={"tab": "team"}, columns=["name"], form="csv")
    [claimed] = working.QUEUE.claim(1)
    working._gather(claimed)
    Case.objects.filter(pk=erased.pk).update(erased_at=timezone.now())
    due_again(act)
    act = worked(act)
    assert table(unpacked(act)) == []
    assert results(act) == {shut.pk: Skip.SHUT, paused.pk: Skip.PAUSED, erased.pk: Skip.GONE}
    assert not LogEntry.objects.filter(verb="exported").exists()


def test_whoever_reads_a_restricted_case_exports_it(team: Team) -> None:
    restriction.restrict(by=team.caseworker, case=team.cases[0])
    assert len(table(unpacked(exported(team, columns=["name"])))) == 3


def test_a_right_that_is_withdrawn_between_two_pieces_ends_it_without_a_file(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds.Exporting, "size", 1)
    monkeypatch.setattr(working, "LOOKED_UP", 3)
    act = confirmed(team.caseworker, team.cases, Kind.EXPORT, columns=["name"], form="csv")
    performed, pieces = kinds.Exporting.performed, []

    def moved(self: Any, *arguments: Any) -> None:
        performed(self, *arguments)
        pieces.append(self)
        if len(pieces) == 2:
            User.objects.filter(pk=team.caseworker.pk).update(partner=make_partner())

    monkeypatch.setattr(kinds.Exporting, "performed", moved)
    act = worked(act)
    assert (act.state, act.has_file, act.problem["code"]) == (BulkState.STOPPED, False, "not_yours")


def test_a_case_whose_seal_is_broken_is_told_and_holds_up_no_other(team: Team) -> None:
    first, second = (Worker.objects.get(pk=case.worker_id) for case in team.cases[:2])
    with connection.cursor() as cursor:  # a value of another row, sealed for that
        cursor.execute(
            "UPDATE cases_worker SET name = (SELECT name FROM cases_worker WHERE id = %s) WHERE id = %s",
            [first.pk, second.pk],
        )
    act = exported(team, columns=["name"])
    assert results(act)[team.cases[1].pk] == Skip.BROKEN
    assert len(table(unpacked(act))) == 2


# Written down ---------------------------------------------------------------------------------


def test_each_case_has_an_entry_of_its_own_that_names_the_export(team: Team) -> None:
    act = exported(team, columns=["name"])
    entries = LogEntry.objects.filter(verb="exported")
    assert sorted(entry.subjects for entry in entries) == sorted([f"case:{case.pk}"] for case in team.cases)
    assert {(entry.actor_id, entry.what, *entry.owners) for entry in entries} == {
        (team.caseworker.pk, f"export:{act.pk}", team.partner.pk)
    }
    told = Notification.objects.get(recipient=team.caseworker, kind=Message.CASES_EXPORTED)
    assert (told.reference, told.path) == ("3", act.get_absolute_url())


def test_fetching_is_written_down(team: Team) -> None:
    act = exported(team, columns=["name"])
    answer = browser(team.caseworker).get(at(act))
    assert b"".join(answer.streaming_content) == content(act)  # type: ignore[attr-defined]
    assert answer.headers["Content-Length"] == str(act.file_size)
    assert 'filename="kasus-' in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    entry = LogEntry.objects.get(verb="downloaded")
    assert (entry.actor_id, entry.what) == (team.caseworker.pk, f"export:{act.pk}")


# Who fetches it, and how long -----------------------------------------------------------------


def test_nobody_but_whoever_asked_fetches_it_or_sees_the_password(team: Team) -> None:
    act = exported(team, columns=["name"])
    assert act.password in browser(team.caseworker).get(act.get_absolute_url()).text
    for person, status in ((team.supervisor, 403), (team.colleague, 404), (team.stranger, 404)):
        assert browser(person).get(at(act)).status_code == status
    assert act.password not in browser(team.supervisor).get(act.get_absolute_url()).text


@pytest.mark.parametrize("change", [{"role": PartnerAdmin.code}, {"partner": None}])
def test_whoever_has_lost_the_right_fetches_nothing(team: Team, change: dict[str, Any]) -> None:
    act = exported(team, columns=["name"])
    if "partner" in change:
        change = {"partner": team.stranger.partner}
    User.objects.filter(pk=team.caseworker.pk).update(**change)
    assert browser(User.objects.get(pk=team.caseworker.pk)).get(at(act)).status_code in (403, 404)


@pytest.mark.parametrize("change", [{"paused_at": timezone.now()}, {"restricted_at": timezone.now()}])
def test_a_file_with_a_case_that_was_closed_since_is_not_handed_out(
    team: Team, change: dict[str, Any]
) -> None:
    act, client = exported(team, by=team.supervisor), browser(team.supervisor)
    assert client.get(at(act)).status_code == 200
    if "restricted_at" in change:
        restriction.restrict(by=team.caseworker, case=team.cases[0])
    else:
        Case.objects.filter(pk=team.cases[0].pk).update(**change)
    answer = client.get(at(act))
    assert answer.headers["Location"] == act.get_absolute_url()
    assert "paused or closed to you by now" in client.get(act.get_absolute_url()).text


def test_after_two_days_the_file_is_destroyed_with_its_key(team: Team) -> None:
    act = exported(team, columns=["name"])
    BulkAct.objects.filter(pk=act.pk).update(
        made_at=timezone.now() - FILE_KEPT - timedelta(minutes=1),
        done_at=timezone.now() - FILE_KEPT - timedelta(seconds=1),
    )
    answer = browser(team.caseworker).get(at(act))
    assert answer.status_code == 410
    assert "Export anew" in answer.text
    assert forgetting.sweep() == 1
    assert not BulkPart.objects.exists()
    assert set(BulkPiece.objects.values_list("content", flat=True)) == {b""}
    assert DataKey.objects.get(pk=act.data_key_id).destroyed_at is not None
    assert browser(team.caseworker).get(act.get_absolute_url()).status_code == 200


def test_nothing_of_the_file_lies_open_in_the_database(team: Team) -> None:
    act = exported(team)
    reference = team.cases[0].reference.encode()
    stored = [bytes(part.content) for part in BulkPart.objects.all()]
    stored += [bytes(piece.content) for piece in BulkPiece.objects.all()]
    assert stored
    assert not any(reference in kept for kept in stored)
    assert reference in content(act)


def erase(case: Case) -> None:
    wiping.wipe(case, wiping.keys_of(case))


def test_erasing_a_case_destroys_the_files_in_which_it_stands_and_no_other(team: Team) -> None:
    act = exported(team, columns=["name"])
    other = confirmed(team.caseworker, team.cases[1:], Kind.EXPORT, columns=["name"], form="csv")
    worked(other)
    erase(team.cases[0])
    assert list(BulkPart.objects.values_list("act", flat=True).distinct()) == [other.pk]
    assert DataKey.objects.get(pk=act.data_key_id).destroyed_at is not None
    assert browser(team.caseworker).get(at(act)).status_code == 410


def test_erasing_a_case_stops_the_export_that_is_being_made(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds.Exporting, "size", 1)
    monkeypatch.setattr(working, "LOOKED_UP", 3)
    act = confirmed(team.caseworker, team.cases, Kind.EXPORT, columns=["name"], form="csv")
    [claimed] = working.QUEUE.claim(1)
    working._gather(claimed)
    erase(team.cases[2])
    act = worked(act)
    assert (act.state, act.problem["code"], act.has_file) == (BulkState.STOPPED, "erased", False)


# Pieces ---------------------------------------------------------------------------------------


class Killed(BaseException):
    """What a worker dies of."""


def test_a_worker_that_is_killed_while_reading_or_packing_is_followed_by_another(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds.Exporting, "size", 1)
    monkeypatch.setattr(working, "LOOKED_UP", 3)
    monkeypatch.setattr(packing, "PART", 10)
    act = confirmed(team.caseworker, team.cases, Kind.EXPORT, columns=PLAIN, form="csv")
    performed, keep, tries = kinds.Exporting.performed, packing._keep, []

    def dying(self: Any, *arguments: Any) -> None:
        performed(self, *arguments)
        tries.append("piece")
        if len(tries) == 2:
            raise Killed

    def dying_too(*arguments: Any) -> bool:
        tries.append("part")
        if tries.count("part") == 2:
            raise Killed
        return keep(*arguments)

    monkeypatch.setattr(kinds.Exporting, "performed", dying)
    monkeypatch.setattr(packing, "_keep", dying_too)
    for _death in range(2):
        with pytest.raises(Killed):
            working.work(act.pk)
        due_again(act)
    act = worked(act)
    assert [row["Reference"] for row in table(content(act))] == [case.reference for case in team.cases]
    assert LogEntry.objects.filter(verb="exported").count() == 3
    assert act.file_size == len(content(act))


def test_pieces_and_parts_join_without_a_seam(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds.Exporting, "size", 2)
    monkeypatch.setattr(working, "LOOKED_UP", 4)
    monkeypatch.setattr(packing, "PART", 100)
    cases = [*team.cases, *(make_case(by=team.caseworker) for _number in range(4))]
    for form, read in (
        ("csv", lambda data: [row["Reference"] for row in table(data)]),
        ("xlsx", _references),
    ):
        act = exported(team, columns=["name"], form=form, tab="team")
        assert read(unpacked(act)) == [case.reference for case in cases]
        assert act.pieces.count() == 4


def _references(book: bytes) -> list[str]:
    return [row[0] for row in sheet(book)[1:]]


def test_a_sheet_that_would_be_too_long_is_told_before_anything_is_read(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "ROWS", 3)
    act = exported(team, form="xlsx")
    assert (act.state, act.problem["code"], act.rows_done) == (BulkState.STOPPED, "too_many", 0)
    assert exported(team, form="csv").state == BulkState.DONE


# The form -------------------------------------------------------------------------------------


def test_the_form_offers_no_personal_column_as_chosen(team: Team) -> None:
    act = prepared(team.caseworker, team.cases, Kind.EXPORT)
    page = browser(team.caseworker)
    shown = page.get(act.get_absolute_url()).text
    assert "Worker&#x27;s name" in shown
    form = {"columns": ["urgency"], "form": "csv", "key": uuid4()}
    page.post(reverse("bulk:confirm", args=[act.pk]), form)
    act = worked(act)
    assert (act.columns, act.is_personal) == (["reference", "urgency"], False)


@pytest.mark.parametrize(
    "form",
    [{"columns": ["password"], "form": "csv"}, {"personal": ["urgency"], "form": "csv"}, {"form": "pdf"}, {}],
)
def test_a_form_that_was_tampered_with_exports_nothing(team: Team, form: dict[str, Any]) -> None:
    act = prepared(team.caseworker, team.cases, Kind.EXPORT)
    answer = browser(team.caseworker).post(reverse("bulk:confirm", args=[act.pk]), form | {"key": uuid4()})
    assert answer.status_code == 422
    act.refresh_from_db()
    assert act.state == BulkState.DRAFT


def test_an_export_is_not_taken_back(team: Team) -> None:
    act = exported(team)
    with pytest.raises(actions.BulkRefused):
        actions.undo(by=team.caseworker, act=act)
