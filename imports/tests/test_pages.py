"""The pages of an import: who opens them, what they show, and what bad input is told."""

from __future__ import annotations

import io
from html import unescape
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Caseworker, PartnerAdmin
from accounts.tests.factories import make_user
from cases.models import Case
from imports import working
from imports.choices import ImportState
from imports.models import CaseImport, ImportPiece
from privacy.models import LogEntry

from .factories import HEADER, checked, csv, imported, make_reference, make_supervisor, read, row, xlsx

pytestmark = pytest.mark.django_db

NEW = reverse("imports:new")


@pytest.fixture
def by() -> User:
    make_reference()
    return make_supervisor()


@pytest.fixture
def page(client: Client, by: User) -> Client:
    client.force_login(by)
    return client


@pytest.fixture
def stranger(by: User) -> Client:
    client = Client()
    client.force_login(make_supervisor())
    return client


def at(table: CaseImport, name: str = "detail") -> str:
    return reverse(f"imports:{name}", args=[table.pk])


def uploaded(page: Client, content: bytes, name: str = "kasus.csv") -> CaseImport:
    answer = page.post(NEW, {"file": SimpleUploadedFile(name, content), "key": uuid4()})
    assert answer.status_code == 302
    table = CaseImport.objects.latest("made_at")
    while working.work(table.pk):
        pass
    table.refresh_from_db()
    return table


def test_from_upload_to_cases(page: Client) -> None:
    table = uploaded(page, csv(row(1), row(2, JK="?x")))
    form = page.get(at(table), follow=True)
    assert form.redirect_chain[-1][0] == at(table, "columns")
    assert "Nama PMI" in form.text
    values = {f"column{place}": code for code, place in table.mapping.items()}
    answer = page.post(
        at(table, "columns"), {**values, "stage": "during", "caseworker": table.by_id}, follow=True
    )
    assert "Every row is being checked" in answer.text
    working.work_due()
    shown = page.get(at(table)).text
    assert "1 row can become a case" in shown
    assert "Contoh Nomor 1" in shown  # as it would be
    assert "“?x” is not known here" in shown
    assert "Cases are being made" in page.post(at(table, "carry_out"), follow=True).text
    working.work_due()
    done = page.get(at(table)).text
    assert "1 case is imported" in done
    assert "Take the import back" in done
    assert Case.objects.get().get_absolute_url() in page.get(reverse("cases:list") + "?state=all").text


def test_a_case_says_that_it_was_imported(page: Client, by: User) -> None:
    imported(csv(row(7)), by)
    shown = page.get(Case.objects.get().get_absolute_url()).text
    assert "Imported from an old table, row 2" in shown
    assert "0007/2021" in shown


def test_reading_what_a_table_says_is_logged(page: Client, by: User) -> None:
    table = checked(csv(row(1)), by)
    for name in ("detail", "errors"):
        page.get(at(table, name))
    verbs = LogEntry.objects.filter(subjects=[f"draft:{table.pk}"], what="import").values_list(
        "verb", flat=True
    )
    assert sorted(verbs) == ["downloaded", "read", "wrote"]


def test_the_rows_with_errors_come_as_a_table_that_can_be_corrected(page: Client, by: User) -> None:
    table = checked(csv(row(1), row(2, JK="=1+1")), by)
    content = page.get(at(table, "errors")).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in cells] for cells in sheet.rows]
    assert rows[0] == ["Row in the old table", "To be corrected", *HEADER]
    assert (len(rows), rows[1][0], rows[1][5]) == (2, "3", "=1+1")
    assert sheet["F2"].data_type == "s"  # no formula
    assert read(content, by).mapping == table.mapping | {
        code: place + 2 for code, place in table.mapping.items()
    }


def test_the_empty_table_can_be_uploaded_as_it_is(page: Client, by: User) -> None:
    content = page.get(reverse("imports:template")).content
    table = read(content, by)
    assert {"name", "nik", "birth_date", "topics", "status", "outcome"} <= table.mapping.keys()


def test_a_stranger_finds_nothing_and_a_colleague_sees_counts_alone(
    page: Client, by: User, stranger: Client
) -> None:
    table = checked(csv(row(1, JK="?x")), by)
    colleague = Client()
    colleague.force_login(make_supervisor(by.partner))
    for name, status in (("detail", 200), ("columns", 403), ("errors", 403)):
        assert stranger.get(at(table, name)).status_code == 404
        assert colleague.get(at(table, name)).status_code == status
    assert "Contoh Nomor" not in colleague.get(at(table)).text
    for name in ("carry_out", "discard"):
        assert stranger.post(at(table, name)).status_code == 404
        assert colleague.post(at(table, name)).status_code == 403
    for name in ("stop", "undo"):
        assert stranger.post(at(table, name)).status_code == 404


@pytest.mark.parametrize("role", [Caseworker.code, PartnerAdmin.code])
def test_others_of_the_partner_are_turned_away(role: str, by: User) -> None:
    client = Client()
    client.force_login(make_user(partner=by.partner, role=role))
    assert client.get(NEW).status_code == 403
    assert "imports" not in client.get(reverse("home"), follow=True).text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "There is nothing in this table."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 encrypted", "protected with a password"),
        (b"PK\x03\x04 broken", "This file cannot be read"),
        (b"%PDF-1.4", "another kind of file"),
        ((";".join(f"K{n}" for n in range(301)) + "\r\n").encode(), "There are more than 300 columns."),
        (b'Nama;JK\r\n"Contoh;P\r\n' + b"x" * 150_000, "a quotation mark that opens there is never closed"),
    ],
)
def test_a_file_that_is_no_table_gets_a_clear_answer(content: bytes, told: str, page: Client) -> None:
    table = uploaded(page, content)
    assert table.state == ImportState.REFUSED
    assert told in page.get(at(table)).text
    assert bytes(table.content) == b""


def test_no_file_is_no_upload(page: Client) -> None:
    answer = page.post(NEW, {"key": uuid4()})
    assert answer.status_code == 422
    assert "Please choose a file." in answer.text


def test_merged_cells_formulas_and_rounded_numbers_are_told_row_by_row(page: Client, by: User) -> None:
    rows = [list(HEADER), *(row(number) for number in range(1, 5))]
    rows[2][4] = 3212014101900120.0  # type: ignore[call-overload]  # as Excel keeps it
    rows[3][3] = "=1+1"
    table = checked(xlsx(rows, merged=("G2:G3",)), by, sex="female")
    shown = page.get(at(table)).text
    assert "merged over several rows (G2:G3)" in shown
    assert "holds a formula" in shown
    assert "is a number that the spreadsheet has rounded" in shown
    assert (table.rows_wrong, table.rows_new) == (3, 1)


def test_two_columns_cannot_be_the_same_thing(page: Client, by: User) -> None:
    table = read(csv(row(1)), by)
    answer = page.post(
        at(table, "columns"), {"column0": "name", "column1": "name", "stage": "during", "caseworker": by.pk}
    )
    assert answer.status_code == 422
    assert "Another column is “Worker's name” already." in unescape(answer.text)
    none = page.post(at(table, "columns"), {"column0": "nik", "caseworker": by.pk})
    assert "No column of this table is the worker's name." in unescape(none.text)


def test_a_code_that_is_not_on_offer_is_refused(page: Client, by: User) -> None:
    table = read(csv(row(1)), by)
    foreign = make_supervisor()
    answer = page.post(at(table, "columns"), {"column0": "name", "caseworker": foreign.pk, "country": "XX"})
    assert answer.status_code == 422
    assert CaseImport.objects.get(pk=table.pk).state == ImportState.MATCHING


def test_a_double_click_imports_once(page: Client, by: User) -> None:
    table = checked(csv(row(1)), by)
    for _click in range(2):
        assert page.post(at(table, "carry_out")).status_code == 302
    working.work_due()
    assert page.post(at(table, "carry_out")).status_code == 302
    working.work_due()
    assert Case.objects.count() == 1


def test_a_table_that_is_thrown_away_leaves_nothing(page: Client, by: User) -> None:
    table = checked(csv(row(1)), by)
    assert "Nothing was imported" in page.post(at(table, "discard"), follow=True).text
    assert ImportPiece.objects.count() == 0
    assert "The table was thrown away." in page.get(at(table)).text


@pytest.mark.parametrize("show", ["wrong", "warned", "known", "'; DROP--"])
@pytest.mark.parametrize("number", ["1", "2", "0", "999", "x"])
def test_any_page_of_the_rows_answers(show: str, number: str, page: Client, by: User) -> None:
    table = checked(csv(*(row(number, JK="?") for number in range(30))), by)
    assert page.get(at(table), {"show": show, "page": number}).status_code == 200
