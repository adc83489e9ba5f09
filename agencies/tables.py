"""Tables that people upload or paste: CSV as any spreadsheet writes it, and XLSX (agencies/workbooks.py).

The first row that is not empty names the columns, in Indonesian or English. Rows come one by one, numbered as the spreadsheet
numbers them; what is wrong with one of them is told with it, what is wrong with the whole raises TableProblem. Problems are
codes with values, so that they can be kept and told in whatever language somebody reads them (`sentence`).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

BYTES = 5 * 1024 * 1024  # of a whole file
ROWS = 10_000  # with something in them, besides the header
COLUMNS = 50
CELL = 2_000  # characters
UNPACKED = 60 * 1024 * 1024  # bytes that a workbook may unpack to
LAST_ROW = 1_048_576  # that a spreadsheet has
SEPARATORS = ("\t", ";", ",")
QUOTE_LIMIT = 100_000  # characters; a cell that long is a quotation mark that nothing closes

SENTENCES = {
    "empty": _("There is nothing in this table."),
    "too_large": _("This file is larger than %(most)s MB. Divide it into several."),
    "too_many_rows": _("There are more than %(most)s rows in this table. Divide it into several."),
    "too_many_columns": _("There are more than %(most)s columns. Keep those that are needed."),
    "old_excel": _(
        "This is an old Excel file (.xls), or one that is protected with a password. Save it as XLSX without a password, or as CSV."
    ),
    "damaged": _("This file cannot be read: it is damaged, or no table. Save it anew as XLSX or CSV."),
    "unpacks": _("This file unpacks to far more than a table needs. Save it as CSV."),
    "encoding": _("The letters in this file cannot be read. Save it as “CSV UTF-8”, or as XLSX."),
    "binary": _("This is no table but another kind of file. Save the table as XLSX or CSV."),
    "quote": _(
        "From row %(row)s on nothing can be told apart: a quotation mark that opens there is never closed."
    ),
    "no_header": _("The first row has to name the columns. Missing: %(missing)s. Found: %(found)s."),
    "twice": _("Two columns are called “%(name)s”. Keep one of them."),
    "nul": _("There is a sign in this row that no text has. Type the row anew instead of copying it."),
    "formula": _("“%(column)s” holds a formula. Copy the column and paste it as values."),
    "broken_cell": _("“%(column)s” holds an error of the spreadsheet (%(value)s). Type what belongs there."),
    "merged": _(
        "“%(column)s” is part of cells that were merged over several rows (%(value)s). Unmerge them, and fill in each row."
    ),
    "rounded": _(
        "“%(column)s” is a number that the spreadsheet has rounded (%(value)s): its last digits are lost. Format the column as text, and type the whole number again."
    ),
    "long_cell": _("“%(column)s” is longer than %(most)s characters."),
    "too_many_cells": _(
        "This row has more cells than the first row names. A text with the separator in it needs quotation marks around it."
    ),
}


@dataclass(frozen=True)
class Bounds:
    """How much of a table is read. With `lines` a cell keeps its line breaks; with `strict` what was merged over several
    rows, and numbers that the spreadsheet has rounded, are problems of their cells."""

    bytes: int = BYTES
    columns: int = COLUMNS
    cell: int = CELL
    unpacked: int = UNPACKED
    lines: bool = False
    strict: bool = False


USUAL = Bounds()


@dataclass(frozen=True)
class Problem:
    """What is wrong, as a code and its values."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


def sentence(problem: Problem, sentences: Mapping[str, Any] = SENTENCES) -> str:
    """A problem in the reader's language."""
    return str(sentences[problem.code]) % problem.values


class TableProblem(Exception):
    """The table as a whole cannot be read; its text says why and what to do, in the reader's language."""

    def __init__(self, code: str, **values: Any) -> None:
        self.problem = Problem(code, values)
        super().__init__(code)

    def __str__(self) -> str:
        return sentence(self.problem)


@dataclass(frozen=True)
class Column:
    """A column by its code, and what people call it; the first name is the one that sentences use."""

    code: str
    names: Sequence[Any]
    required: bool = True

    @property
    def name(self) -> str:
        return str(self.names[0])


@dataclass(frozen=True)
class Row:
    """One row: its number in the spreadsheet, each column's text by its code, and why it cannot be used."""

    number: int
    cells: Mapping[str, str]
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class Table:
    """`rows` can be walked once. Walking them raises TableProblem for what shows up on the way: too many, an open quote.

    `unused` are the names of columns that nobody asked for.
    """

    rows: Iterator[Row]
    unused: Sequence[str]


@dataclass(frozen=True)
class Cell:
    """What a format found in a cell: its text, or the code of what is wrong with it, and in which range where that says more."""

    text: str
    problem: str = ""
    where: str = ""


RawRow = Sequence[Cell]


def read(content: bytes, columns: Sequence[Column], *, rows: int = ROWS) -> Table:
    """The table in a file's bytes, with at most so many rows. Raises TableProblem when there is none to be read."""
    raw = raw_rows(content)
    for number, cells in raw:
        if number > LAST_ROW:
            break
        if any(cell.text for cell in cells):
            header = _header([cell.text for cell in cells], columns)
            unused = [
                cell.text for place, cell in enumerate(cells) if cell.text and place not in header.places
            ]
            return Table(_rows(raw, header, rows), unused)
    raise TableProblem("empty")


def raw_rows(content: bytes, bounds: Bounds = USUAL) -> Iterator[tuple[int, RawRow]]:
    """Every row, the empty ones as well, with its number in the spreadsheet. Raises TableProblem, also while it is walked."""
    if len(content) > bounds.bytes:
        raise TableProblem("too_large", most=bounds.bytes // 1024 // 1024)
    return enumerate(_raw_rows(content, bounds), start=1)


def folded(name: str) -> str:
    """A name by which columns and codes are compared: "E-mail" is "email", "Kode Mitra" is "kodemitra"."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())


@dataclass(frozen=True)
class _Header:
    places: Mapping[int, Column]
    width: int


def _header(cells: Sequence[str], columns: Sequence[Column]) -> _Header:
    width = max(place for place, text in enumerate(cells, start=1) if text)
    if width > COLUMNS:
        raise TableProblem("too_many_columns", most=COLUMNS)
    known = {folded(str(name)): column for column in columns for name in (column.code, *column.names)}
    places: dict[int, Column] = {}
    for place, text in enumerate(cells):
        column = known.get(folded(text))
        if column is None:
            continue
        if column in places.values():
            raise TableProblem("twice", name=column.name)
        places[place] = column
    missing = [column.name for column in columns if column.required and column not in places.values()]
    if missing:
        found = ", ".join(text[:40] for text in cells if text)
        raise TableProblem("no_header", missing=", ".join(missing), found=found[:300])
    return _Header(places, width)


def _rows(raw: Iterable[tuple[int, RawRow]], header: _Header, most: int) -> Iterator[Row]:
    count = 0
    for number, cells in raw:
        if number > LAST_ROW:
            return
        if not any(cell.text or cell.problem for cell in cells):
            continue
        count += 1
        if count > most:
            raise TableProblem("too_many_rows", most=most)
        yield _row(number, cells, header)


def _row(number: int, cells: RawRow, header: _Header) -> Row:
    problems = []
    texts: dict[str, str] = {column.code: "" for column in header.places.values()}
    for place, column in header.places.items():
        cell = cells[place] if place < len(cells) else Cell("")
        texts[column.code] = cell.text[:CELL].replace("\0", "\ufffd")
        if cell.problem:
            problems.append(Problem(cell.problem, {"column": column.name, "value": cell.text[:20]}))
        elif len(cell.text) > CELL:
            problems.append(Problem("long_cell", {"column": column.name, "most": CELL}))
    if any("\0" in cell.text for cell in cells):
        problems.append(Problem("nul"))
    if any(cell.text for cell in cells[header.width :]):
        problems.append(Problem("too_many_cells"))
    return Row(number, texts, problems)


def _raw_rows(content: bytes, bounds: Bounds) -> Iterator[RawRow]:
    if content.startswith(b"PK\x03\x04"):
        from . import workbooks  # only where one is read: it takes a while to load

        return workbooks.rows(content, bounds)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):  # OLE: .xls, or an encrypted .xlsx
        raise TableProblem("old_excel")
    return _csv_rows(content, bounds)


# CSV ----------------------------------------------------------------------------------------------


def _csv_rows(content: bytes, bounds: Bounds) -> Iterator[RawRow]:
    text = io.TextIOWrapper(io.BytesIO(content), encoding=_encoding(content), newline="")
    first = text.readline(bounds.cell * bounds.columns)
    told = re.fullmatch(r"\s*sep=(.)\s*", first, re.IGNORECASE)  # Excel's own line, which it does not show
    while not told and first.isspace():
        first = text.readline(bounds.cell * bounds.columns)
    separator = told[1] if told and told[1] in SEPARATORS else _separator(first)
    if not told:
        text.seek(0)
    csv.field_size_limit(QUOTE_LIMIT)
    reader = csv.reader(text, delimiter=separator)
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableProblem("quote", row=number + 1) from error
        number += 1
        yield [Cell(spaced(cell, bounds)) for cell in cells]


def spaced(text: str, bounds: Bounds) -> str:
    """A cell's text without doubled or outer blanks: on one line, or on as many as it has where those are kept."""
    if not bounds.lines or "\n" not in text:
        return " ".join(text.split())
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()


def _encoding(content: bytes) -> str:
    """UTF-8 or UTF-16 by their marks or their looks; else Windows-1252, in which Excel saves where it is not told."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decodable(content, "utf-16")
    if content.startswith(codecs.BOM_UTF8):
        return _decodable(content, "utf-8-sig")
    head = content[:4000]
    if head[1::2].count(0) > len(head) * 0.3:
        return _decodable(content, "utf-16-le")
    if head[::2].count(0) > len(head) * 0.3:
        return _decodable(content, "utf-16-be")
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"<!DOCTYPE", b"<html")):
        raise TableProblem("binary")
    try:
        return _decodable(content, "utf-8")
    except TableProblem:
        return _decodable(content, "cp1252")


def _decodable(content: bytes, encoding: str) -> str:
    """The name of an encoding in which all of this can be read, tried piece by piece. Raises TableProblem."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), 65_536):
            decoder.decode(content[start : start + 65_536])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise TableProblem("encoding") from error
    return encoding


def _separator(line: str) -> str:
    """What parts the cells: what stands most often in the first line outside of quotes."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(SEPARATORS, key=bare.count) if any(sign in bare for sign in SEPARATORS) else ","
