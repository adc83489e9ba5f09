"""The rows of an XLSX file's first sheet that is shown: values only, piece by piece, and never more than a table unpacks to.

What stands in the file's XML is read by openpyxl with defusedxml's parsers, which take no entities (OWASP ASVS 5.0.0, 1.5.1).
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl

from .tables import COLUMNS, LAST_ROW, Cell, RawRow, TableProblem

UNPACKED = 60 * 1024 * 1024  # bytes
MEMBERS = 500
NOTHING: RawRow = ()


def rows(content: bytes) -> Iterator[RawRow]:
    """Every row from the first on, the empty ones as well. Raises TableProblem for what is no sound workbook."""
    _refuse_what_blows_up(content)
    try:
        yield from _rows(content)
    except Exception as error:  # openpyxl and what it stands on raise a dozen kinds for spoiled files
        raise TableProblem("damaged") from error


def _refuse_what_blows_up(content: bytes) -> None:
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise TableProblem("damaged") from error
    overlaps = sum(member.compress_size for member in members) > len(content)
    if overlaps or len(members) > MEMBERS or sum(member.file_size for member in members) > UNPACKED:
        raise TableProblem("unpacks")


def _rows(content: bytes) -> Iterator[RawRow]:
    with warnings.catch_warnings():  # of styles and extensions that nobody needs here
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        sheet.reset_dimensions()  # what the file says of its own size may be wrong
        last, cells = None, NOTHING
        for row in sheet.iter_rows(max_row=LAST_ROW, max_col=COLUMNS + 1):
            if row is not last:  # the rows that the file leaves out, up to a million, are one and the same
                last, cells = row, _cells(row)
            yield cells
    finally:
        book.close()


def _cells(row: Sequence[Any]) -> RawRow:
    cells = [_cell(cell) for cell in row]
    return cells if any(cell.text or cell.problem for cell in cells) else NOTHING


def _cell(cell: Any) -> Cell:
    if cell.data_type == "f":
        return Cell(str(cell.value or ""), "formula")
    if cell.data_type == "e":
        return Cell(str(cell.value or ""), "broken_cell")
    return Cell(_text(cell.value))


def _text(value: Any) -> str:
    """A value as the spreadsheet shows it: whole numbers without a fraction, days and hours as ISO 8601 writes them."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return " ".join(str(value).split())
