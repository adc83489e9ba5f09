"""The rows of an XLSX file's first sheet that is shown: values only, piece by piece, and never more than a table unpacks to.

What stands in the file's XML is read by openpyxl with defusedxml's parsers, which take no entities (OWASP ASVS 5.0.0, 1.5.1).
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string

from .tables import LAST_ROW, Bounds, Cell, RawRow, TableProblem, spaced

MEMBERS = 500
MERGES = 100_000  # ranges of merged cells that are looked at
EXACT = 10**15  # from here on a spreadsheet keeps 15 digits of a number, and writes zeros for the others
MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
NOTHING: RawRow = ()


def rows(content: bytes, bounds: Bounds) -> Iterator[RawRow]:
    """Every row from the first on, the empty ones as well. Raises TableProblem for what is no sound workbook."""
    _refuse_what_blows_up(content, bounds)
    try:
        yield from _rows(content, bounds)
    except Exception as error:  # openpyxl and what it stands on raise a dozen kinds for spoiled files
        raise TableProblem("damaged") from error


def _refuse_what_blows_up(content: bytes, bounds: Bounds) -> None:
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise TableProblem("damaged") from error
    overlaps = sum(member.compress_size for member in members) > len(content)
    if overlaps or len(members) > MEMBERS or sum(member.file_size for member in members) > bounds.unpacked:
        raise TableProblem("unpacks")


def _rows(content: bytes, bounds: Bounds) -> Iterator[RawRow]:
    with warnings.catch_warnings():  # of styles and extensions that nobody needs here
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        sheet.reset_dimensions()  # what the file says of its own size may be wrong
        merged = _merged(content, sheet, bounds) if bounds.strict else {}
        last, cells = None, NOTHING
        for number, row in enumerate(sheet.iter_rows(max_row=LAST_ROW), start=1):
            if (
                row is not last or number in merged
            ):  # rows that the file leaves out, up to a million, are one and the same
                last, cells = row, _cells(row, bounds)
            yield _marked(cells, merged[number]) if number in merged else cells
    finally:
        book.close()


def _cells(row: Sequence[Any], bounds: Bounds) -> RawRow:
    cells = [_cell(cell, bounds) for cell in row[: bounds.columns + 1]]
    return cells if any(cell.text or cell.problem for cell in cells) else NOTHING


def _cell(cell: Any, bounds: Bounds) -> Cell:
    if cell.data_type == "f":
        return Cell(str(cell.value or ""), "formula")
    if cell.data_type == "e":
        return Cell(str(cell.value or ""), "broken_cell")
    return Cell(_text(cell.value, bounds), "rounded" if bounds.strict and _is_rounded(cell.value) else "")


def _is_rounded(value: Any) -> bool:
    """Whether digits of a number may be lost. A program that kept all of them writes whole numbers, seldom ending in 0."""
    if isinstance(value, float):
        return abs(value) >= EXACT
    return isinstance(value, int) and abs(value) >= EXACT and value % 10 == 0


def _text(value: Any, bounds: Bounds) -> str:
    """A value as the spreadsheet shows it: whole numbers without a fraction, days and hours as ISO 8601 writes them."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return spaced(str(value), bounds)


# Merged cells -------------------------------------------------------------------------------------

Spans = dict[
    int, list[tuple[int, int, str]]
]  # by row: the first and last place in it, and the range as people write it


def _merged(content: bytes, sheet: Any, bounds: Bounds) -> Spans:
    """What is merged over several rows. It stands behind the rows in the file, so it is looked for first, piece by piece."""
    spans: Spans = {}
    left = MERGES
    with zipfile.ZipFile(io.BytesIO(content)).open(sheet._worksheet_path.lstrip("/")) as source:
        before = b""
        while piece := source.read(1 << 16):
            window = before + piece
            end = window.rfind(b">") + 1 or len(window)
            for first, top, last, bottom in MERGED.findall(window[:end]):
                left -= _note(spans, (first, int(top), last, int(bottom)), bounds, left)
            before = window[end:][-1000:]
    return spans


def _note(spans: Spans, found: tuple[bytes, int, bytes, int], bounds: Bounds, left: int) -> int:
    """Note one range for each of its rows, up to so many; how many were noted."""
    first, top, last, bottom = found
    places = column_index_from_string(first.decode()) - 1, column_index_from_string(last.decode()) - 1
    if top >= bottom or places[0] > bounds.columns:
        return 0
    rows_of_it = range(top, min(bottom, top + left - 1, LAST_ROW) + 1)
    for number in rows_of_it:
        spans.setdefault(number, []).append(
            (places[0], min(places[1], bounds.columns), f"{first.decode()}{top}:{last.decode()}{bottom}")
        )
    return len(rows_of_it)


def _marked(cells: RawRow, spans: Sequence[tuple[int, int, str]]) -> RawRow:
    """The row with its merged cells marked: which row they are about nobody can tell. One with nothing else is empty."""
    if not cells:
        return NOTHING
    marked = list(cells)
    for first, last, where in spans:
        marked.extend(Cell("") for _place in range(len(marked), last + 1))
        marked[first : last + 1] = [
            Cell(cell.text, "merged", where=where) for cell in marked[first : last + 1]
        ]
    return marked
