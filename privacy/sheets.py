"""XLSX as a stream: rows are written one by one in flat memory, and nothing of them lies on the disk.

Everything in the workbook but the rows themselves is what XlsxWriter makes of an empty one. Cells are texts or days; a text is
never a formula (privacy.spreadsheets).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape

import xlsxwriter

from .spreadsheets import EXACT, Cell, Formats, write_cell, xlsx_text

SHEET = "xl/worksheets/sheet1.xml"
EPOCH = date(1899, 12, 30).toordinal()  # day 0 of a spreadsheet
_ROW = re.compile(r'<row r="2".*?</row>', re.DOTALL)
_CELL = re.compile(r'<c r="([AB])2" s="(\d+)"')


class Book:
    """The parts of a workbook with these columns: `members` but for the sheet, and the sheet around its rows."""

    def __init__(self, header: Sequence[str]) -> None:
        file = zipfile.ZipFile(_empty(tuple(header)))
        self.members = {name: file.read(name) for name in file.namelist() if name != SHEET}
        sheet = re.sub(r'<dimension ref="[^"]*"/>', "", file.read(SHEET).decode())
        row = _ROW.search(sheet)
        assert row is not None
        self.before, self.after = sheet[: row.start()].encode(), sheet[row.end() :].encode()
        styles = dict(_CELL.findall(row[0]))
        self._text = f'<c s="{styles["A"]}" t="inlineStr"><is><t xml:space="preserve">'
        self._day = f'<c s="{styles["B"]}"><v>'

    def row(self, cells: Iterable[Cell]) -> str:
        """A row as it stands in the sheet."""
        return f"<row>{''.join([self._cell(cell) for cell in cells])}</row>"

    def _cell(self, cell: Cell) -> str:
        if cell is None or cell == "":
            return "<c/>"
        if isinstance(cell, date) and not isinstance(cell, datetime):
            return f"{self._day}{cell.toordinal() - EPOCH}</v></c>"
        if isinstance(cell, int | Decimal) and -EXACT < cell < EXACT:
            return f"<c><v>{cell}</v></c>"
        return f"{self._text}{escape(xlsx_text(str(cell)), quote=False)}</t></is></c>"

    def sheet(self, rows: Iterable[bytes]) -> Iterator[bytes]:
        """The sheet of rows that `row` wrote."""
        yield self.before
        yield from rows
        yield self.after


@lru_cache(maxsize=8)
def _empty_bytes(header: tuple[str, ...]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "constant_memory": False}) as book:
        formats = Formats(book)
        sheet = book.add_worksheet()
        for column, name in enumerate(header):
            sheet.write_string(0, column, xlsx_text(name), formats.heading)
        sheet.freeze_panes(1, 0)
        write_cell(sheet, 1, 0, "x", formats)
        write_cell(sheet, 1, 1, date(2000, 1, 1), formats)
    return file.getvalue()


def _empty(header: tuple[str, ...]) -> io.BytesIO:
    return io.BytesIO(_empty_bytes(header))
