"""Tables for spreadsheets, written so that no text in them becomes a formula (CWE-1236, OWASP "CSV Injection").

What people typed may begin with "=HYPERLINK(…)". In CSV such a text gets an apostrophe before it, which spreadsheets read as
"this is text"; in XLSX every text is a cell of text by itself, and is marked so that it stays one when somebody edits it.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO

import xlsxwriter
from django.utils import timezone

Cell = str | int | float | Decimal | date | datetime | None  # a bool is an int: write it in words
Row = Sequence[Cell]

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 64 * 1024  # characters of CSV that are sent at once
CELL_LENGTH = 32_767  # characters that Excel keeps in a cell
ROWS = 1_048_576  # that Excel has on a sheet
EXACT = 10**15  # from here on a spreadsheet rounds whole numbers, as it would a NIK

# The signs that begin a formula, with their full-width, small, raised and lowered forms, which some programs fold.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−"
_UNSEEN = (
    "\\s\"'`\x00-\x1f\x7f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # skipped, trimmed or invisible
)
# At the beginning; and behind what may part cells, for a program set to another separator parts the text there.
_FORMULA = re.compile(f"(?:^|(?<=[,;|\t\r\n]))(?=[{_UNSEEN}]*[{_SIGNS}]|[\t\r\n])")
_DISARMED = re.compile(f"(?:^|(?<=[,;|\t\r\n]))'(?=[{_UNSEEN}]*[{_SIGNS}]|[\t\r\n])")
# A text without any of these signs is as it should be: most are, and are looked at once.
_LOOKED_AT = re.compile(f"[{_SIGNS}\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]"
)  # XML 1.0, 2.2: no character


def csv_stream(header: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """RFC 4180 in UTF-8 with a byte-order mark, without which Excel guesses; piece by piece as `rows` come."""
    yield csv_head(header)
    yield from csv_lines(rows)


def csv_head(header: Sequence[str]) -> bytes:
    """What the lines of a CSV file follow."""
    return "\ufeff".encode() + b"".join(csv_lines([header]))


def csv_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """Lines of CSV, some rows at a time."""
    buffer = io.StringIO()
    writer, looked_at = csv.writer(buffer, quoting=csv.QUOTE_ALL), _LOOKED_AT.search
    for row in rows:  # most cells are texts that stay as they are, and take no call
        writer.writerow(
            [cell if type(cell) is str and not looked_at(cell) else csv_text(cell) for cell in row]
        )
        if buffer.tell() >= CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def csv_text(cell: Cell) -> str:
    """A cell as it stands in CSV."""
    if isinstance(cell, str):
        return _clean(_FORMULA.sub("'", cell)) if _LOOKED_AT.search(cell) else cell
    if isinstance(cell, datetime):
        return _local(cell).isoformat(" ", "seconds")
    return "" if cell is None else str(cell)


def typed_text(text: str) -> str:
    """What somebody typed in a cell that went out with `csv_text` and came back: without the apostrophes put there."""
    return _DISARMED.sub("", text)


def xlsx_file(header: Sequence[str], rows: Iterable[Row]) -> IO[bytes]:
    """A workbook with one sheet, open at its beginning; it vanishes when closed. Rows are not kept in memory.

    Texts longer than Excel's 32,767 characters end with "…". Raises ValueError for more rows than a sheet has.
    """
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        with tempfile.TemporaryDirectory() as folder:  # nothing is left behind in it, whatever happens
            _write_book(target, folder, header, rows)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return target


def _write_book(target: IO[bytes], folder: str, header: Sequence[str], rows: Iterable[Row]) -> None:
    options = {
        "constant_memory": True,
        "tmpdir": folder,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        formats = Formats(book)
        sheet = book.add_worksheet()
        for column, name in enumerate(header):
            sheet.write_string(0, column, xlsx_text(name), formats.heading)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            if number >= ROWS:
                raise ValueError(f"A sheet has {ROWS} rows; this table has more.")
            for column, cell in enumerate(row):
                write_cell(sheet, number, column, cell, formats)


class Formats:
    """How the cells of one workbook look."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.heading = book.add_format({"bold": True, "quote_prefix": True})
        self.text = book.add_format({"num_format": "@", "quote_prefix": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})


def write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, formats: Formats
) -> None:
    if cell is None:
        return
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, _local(cell).replace(tzinfo=None), formats.time)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, formats.day)
    elif isinstance(cell, int | float | Decimal) and -EXACT < cell < EXACT:
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, xlsx_text(str(cell)), formats.text)


def xlsx_text(text: str) -> str:
    """A text as a cell of Excel holds it: one that is longer ends with "…"."""
    text = _clean(text)
    return text if len(text) <= CELL_LENGTH else text[: CELL_LENGTH - 1] + "…"


def _clean(text: str) -> str:
    """Without what neither UTF-8 nor XML can say."""
    return _CONTROL.sub("\ufffd", text)


def _local(moment: datetime) -> datetime:
    """In the reader's time zone."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment
