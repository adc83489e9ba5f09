"""Tables as people's programs write them, and what cannot be read told in a sentence."""

import io
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from agencies import tables
from agencies.tables import Column, TableProblem, read, sentence

COLUMNS = (
    Column("full_name", ("Nama", "Name", "Nama lengkap")),
    Column("email", ("E-mail", "Surel", "Alamat e-mail")),
    Column("role", ("Peran", "Role"), required=False),
)
ROWS = [["Nama", "E-mail", "Peran"], ["Rina Contoh", "rina@contoh.example", "Petugas"]]


def text(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    return "\r\n".join(separator.join(row) for row in rows) + "\r\n"


def workbook(rows: Sequence[Sequence[Any]], *, hidden_first: bool = False) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    if hidden_first:
        sheet.sheet_state = "hidden"
        sheet.append(["nothing", "of", "this"])
        sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(file)
    return file.getvalue()


def cells(content: bytes) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, dict(row.cells)) for row in read(content, COLUMNS).rows]


def problem(content: bytes, **more: Any) -> str:
    with translation.override("en"), pytest.raises(TableProblem) as caught:
        list(read(content, COLUMNS, **more).rows)
    with translation.override("en"):
        return str(caught.value)


def row_problems(content: bytes) -> list[str]:
    with translation.override("en"):
        return [sentence(problem) for row in read(content, COLUMNS).rows for problem in row.problems]


RINA = (2, {"full_name": "Rina Contoh", "email": "rina@contoh.example", "role": "Petugas"})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_dialect_in_every_encoding_says_the_same(separator: str, encoding: str) -> None:
    assert cells(text(ROWS, separator).encode(encoding)) == [RINA]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_letters_with_accents_are_what_they_were(encoding: str) -> None:
    rows = [["Name", "E-mail"], ["Zoë Müller", "zoe@contoh.example"]]
    assert cells(text(rows, ";").encode(encoding))[0][1]["full_name"] == "Zoë Müller"


def test_a_workbook_says_the_same_and_its_first_sheet_that_is_shown_is_read() -> None:
    assert cells(workbook(ROWS)) == cells(workbook(ROWS, hidden_first=True)) == [RINA]


def test_numbers_and_days_in_a_workbook_are_texts_as_they_look() -> None:
    rows: list[list[Any]] = [
        ["Nama", "E-mail", "Peran"],
        [12.0, date(2026, 11, 26), datetime(2026, 11, 26, 8, 30)],
    ]
    assert list(cells(workbook(rows))[0][1].values()) == ["12", "2026-11-26", "2026-11-26T08:30:00"]


def test_excels_own_line_names_the_separator_and_is_no_row() -> None:
    assert cells(b"sep=;\r\n" + text(ROWS, ";").encode()) == [RINA]


def test_a_name_with_the_separator_or_a_line_break_in_it_stays_one_cell() -> None:
    content = b'Name;E-mail\r\n"Contoh; Rina\nDewi";rina@contoh.example\r\n'
    assert cells(content) == [(2, {"full_name": "Contoh; Rina Dewi", "email": "rina@contoh.example"})]


def test_columns_are_known_by_either_language_in_any_order_case_and_spelling() -> None:
    for header in ("EMAIL,nama  lengkap", "e_mail,NAME", "Surel,Nama"):
        assert cells(f"{header}\na@b.example,Rina".encode()) == [
            (2, {"full_name": "Rina", "email": "a@b.example"})
        ]


def test_rows_keep_the_numbers_of_the_spreadsheet() -> None:
    rows = [[""], ROWS[0], ["", ""], ROWS[1], ["", "", ""], ROWS[1]]
    assert [number for number, _cells in cells(text(rows).encode())] == [4, 6]
    assert [number for number, _cells in cells(workbook(rows))] == [4, 6]


def test_columns_that_nobody_asked_for_are_named() -> None:
    assert read(b"Name,E-mail,NIP,Pangkat\n", COLUMNS).unused == ["NIP", "Pangkat"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "There is nothing in this table."),
        (b"\r\n ; ;\r\n", "There is nothing in this table."),
        (b"Rina,rina@contoh.example\n", "Missing: Nama, E-mail. Found: Rina, rina@contoh.example."),
        (b"Name,E-mail,Surel\n", "Two columns are called \u201cE-mail\u201d."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "protected with a password"),
        (b"PK\x03\x04 and nothing else", "damaged"),
        (b"%PDF-1.7\n", "another kind of file"),
        (b"Name,E-mail\n\x81\x8d\x8f", "CSV UTF-8"),
        (b"\xff\xfeN\0a", "The letters in this file cannot be read"),
        (b'Name,E-mail\nRina,r@b.example\n"Dewi,d@b.example\n' + b"x,y\n" * 30_000, "From row 3 on"),
        (b"Name,E-mail" + b",x" * 60, "more than 50 columns"),
        (b"Name,E-mail\n" + b" " * tables.BYTES, "larger than 5 MB"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(content: bytes, said: str) -> None:
    assert said in problem(content)


def test_one_row_more_than_the_most_is_too_many_and_empty_rows_do_not_count() -> None:
    content = text([ROWS[0], ROWS[1], ["", "", ""], ROWS[1]]).encode()
    assert len(list(read(content, COLUMNS, rows=2).rows)) == 2
    assert "more than 1 rows" in problem(content, rows=1)


def test_what_is_wrong_with_one_row_is_told_with_it_and_the_others_are_read() -> None:
    long = "x" * (tables.CELL + 1)
    content = (
        f"Name,E-mail\nRi\0na,a@b.example\n{long},a@b.example\nContoh, Rina,a@b.example\nRina,a@b.example\n"
    )
    rows = list(read(content.encode(), COLUMNS).rows)
    assert [[found.code for found in row.problems] for row in rows] == [
        ["nul"],
        ["long_cell"],
        ["too_many_cells"],
        [],
    ]
    assert all(
        "\0" not in row.cells["full_name"] and len(row.cells["full_name"]) <= tables.CELL for row in rows
    )


def test_a_formula_and_an_error_of_a_workbook_are_told_by_their_column() -> None:
    said = row_problems(workbook([["Nama", "E-mail"], ["=A1", "#N/A"], ["Rina", "a@b.example"]]))
    assert said == [
        "\u201cNama\u201d holds a formula. Copy the column and paste it as values.",
        "\u201cE-mail\u201d holds an error of the spreadsheet (#N/A). Type what belongs there.",
    ]


def test_a_problem_is_told_in_the_language_of_whoever_reads_it() -> None:
    (row,) = read(b"Name,E-mail\nRi\0na,a@b.example", COLUMNS).rows
    said = set()
    for language in ("id", "en"):
        with translation.override(language):
            said.add(sentence(row.problems[0]))
    assert len(said) == 2


def with_member(content: bytes, name: str, text: bytes) -> bytes:
    """The workbook with another text in one member."""
    before, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after:
        for member in before.namelist():
            after.writestr(member, text if member == name else before.read(member))
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_workbook_with_entities_is_refused_unread() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "lots">]><worksheet><sheetData>&a;</sheetData></worksheet>'
    assert "damaged" in problem(with_member(workbook(ROWS), SHEET, bomb))


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    content = with_member(workbook(ROWS), SHEET, b" " * (tables.UNPACKED + 1))
    assert len(content) < tables.BYTES
    assert "unpacks to far more" in problem(content)


def test_cells_far_out_on_a_sheet_cost_nothing() -> None:
    far = '<row r="{0}"><c r="XFD{0}" t="inlineStr"><is><t>x</t></is></c></row>'
    sheet = "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
    sheet += (
        "".join(far.format(number) for number in (1, 1_048_576, 999_999_999)) + "</sheetData></worksheet>"
    )
    assert problem(with_member(workbook(ROWS), SHEET, sheet.encode())) == "There is nothing in this table."


def test_reading_more_rows_takes_no_more_memory() -> None:
    def peak(count: int) -> int:
        content = text([ROWS[0], *([ROWS[1]] * count)]).encode()
        tracemalloc.start()
        assert sum(1 for _row in read(content, COLUMNS).rows) == count
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)  # what is loaded once
    few, many = peak(1_000), peak(10_000)
    assert many - few < 1_000_000  # the file itself is 350 kB longer


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda tail: b"PK\x03\x04" + tail)))
def test_any_bytes_at_all_are_rows_or_a_sentence(content: bytes) -> None:
    rows, said = [], ""
    try:
        table = read(b"Name,E-mail\n" + content if len(content) % 2 else content, COLUMNS)
        rows = list(table.rows)
    except TableProblem as refusal:
        said = str(refusal)
    assert said.strip() == said
    assert all("\0" not in cell for row in rows for cell in row.cells.values())
