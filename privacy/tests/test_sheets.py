"""A streamed workbook, opened with another reader than what wrote it, and beside the one that XlsxWriter writes."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.sheets import SHEET, Book
from privacy.spreadsheets import CELL_LENGTH, xlsx_file

ROWS: list[list[Any]] = [
    ["Siti", date(2026, 11, 27), Decimal("4500000.50"), None],
    ["=1+1", date(1990, 2, 28), 7, ""],
    ["<b>&amp;</b> \n \" '", date(2000, 2, 29), 10**15, "  blanks  "],
]


def book(header: list[str], rows: list[list[Any]]) -> bytes:
    made, file = Book(header), io.BytesIO()
    lines = "".join(made.row(row) for row in rows).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in made.members.items():
            archive.writestr(name, content)
        archive.writestr(SHEET, b"".join(made.sheet([lines])))
    return file.getvalue()


def cells(content: Any) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(content).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_it_reads_as_the_library_s_own() -> None:
    header = ["Nama", "=Hari", "Jumlah", "Lain"]
    with xlsx_file(header, ROWS) as own:
        expected = cells(own)
    read = cells(io.BytesIO(book(header, ROWS)))
    assert [[cell or None for cell in row] for row in read] == [
        [cell or None for cell in row] for row in expected
    ]


def test_texts_are_marked_as_texts_and_days_as_days() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(book(["Nama", "Hari"], [["=1+1", date(2026, 11, 27)]]))).active
    text, day = list(sheet.iter_rows())[1]
    assert (text.data_type, text.number_format, text.quotePrefix) == ("s", "@", True)
    assert (day.is_date, day.number_format) == (True, "yyyy-mm-dd")


def test_no_row_is_a_workbook_with_a_header() -> None:
    assert cells(io.BytesIO(book(["Nama"], []))) == [["Nama"]]


def test_a_text_that_is_too_long_for_a_cell_ends_with_a_sign() -> None:
    [_header, [cell]] = cells(io.BytesIO(book(["x"], [["a" * (CELL_LENGTH + 1)]])))
    assert (len(cell), cell[-1]) == (CELL_LENGTH, "…")


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\ud800", "\uffff"])
def test_what_xml_cannot_say_is_replaced(sign: str) -> None:
    assert cells(io.BytesIO(book(["x"], [[f"a{sign}b"]])))[1] == ["a\ufffdb"]


@settings(deadline=None, max_examples=30)
@given(text=st.text(min_size=1, max_size=60).filter(lambda text: "\r" not in text and "_x" not in text))
def test_any_text_survives(text: str) -> None:
    with xlsx_file(["x"], [[text]]) as own:
        assert cells(io.BytesIO(book(["x"], [[text]])))[1:] == cells(own)[1:]
