"""The worker's first look at a table: where its header is, what its columns hold, and its rows in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.uploads import LIMIT
from agencies import tables
from agencies.tables import Bounds, RawRow, TableProblem

from . import columns
from .dates import order_in

MEGABYTE = 1024 * 1024
ROWS = 50_000
BOUNDS = Bounds(bytes=LIMIT, columns=300, cell=20_000, unpacked=300 * MEGABYTE, lines=True, strict=True)
TITLES = 15  # rows with something in them among which the names of the columns are looked for
SAMPLES, SAMPLE = 3, 60  # of each column, and how many characters of them

Row = dict[
    str, Any
]  # "n": number in the spreadsheet; "c": texts; "p": by place the code of what is spoiled, and where


@dataclass
class Head:
    """What is known of a table before anybody has said what its columns are."""

    names: list[str]
    number: int  # the row of the names
    samples: list[list[str]] = field(default_factory=list)
    orders: list[set[str]] = field(default_factory=list)

    def see(self, texts: Sequence[str]) -> None:
        """Take notice of a row: of samples, and of which orders of day and month its dates prove."""
        for place, text in enumerate(texts):
            if len(self.samples[place]) < SAMPLES and text and text not in self.samples[place]:
                self.samples[place].append(text[:SAMPLE])
            if 5 < len(text) < 20 and text[0].isdigit() and (order := order_in(text)):
                self.orders[place].add(order)

    def kept(self) -> dict[str, Any]:
        return {
            "header": self.names,
            "row": self.number,
            "samples": self.samples,
            "orders": ["".join(sorted(found)) for found in self.orders],
        }


def read(content: bytes) -> tuple[Head, Iterator[Row]]:
    """The head of a table, and its rows one by one. Raises TableProblem, also while the rows are walked."""
    raw = tables.raw_rows(content, BOUNDS)
    first = _first(raw)
    if not first:
        raise TableProblem("empty")
    place = _header_in([cells for _number, cells in first])
    number, cells = first[place]
    names = _names(cells)
    head = Head(names, number, [[] for _name in names], [set() for _name in names])
    return head, _rows(_again(first[place + 1 :], raw), head)


def _first(raw: Iterator[tuple[int, RawRow]]) -> list[tuple[int, RawRow]]:
    found = []
    for number, cells in raw:
        if any(cell.text for cell in cells):
            found.append((number, cells))
        if len(found) == TITLES or number > tables.LAST_ROW:
            break
    return found


def _header_in(rows: Sequence[RawRow]) -> int:
    """The row in which most cells are names of columns; without any, the first with two cells or more."""
    scores = [len({columns.target_of(cell.text) for cell in cells if cell.text} - {""}) for cells in rows]
    if max(scores) > 0:
        return scores.index(max(scores))
    return next((place for place, cells in enumerate(rows) if sum(bool(cell.text) for cell in cells) > 1), 0)


def _names(cells: RawRow) -> list[str]:
    width = max(place for place, cell in enumerate(cells, start=1) if cell.text)
    if width > BOUNDS.columns:
        raise TableProblem("too_many_columns", most=BOUNDS.columns)
    return [" ".join(cell.text.replace("\0", "").split())[: columns.NAMES] for cell in cells[:width]]


def _again(
    first: Sequence[tuple[int, RawRow]], rest: Iterator[tuple[int, RawRow]]
) -> Iterator[tuple[int, RawRow]]:
    yield from first
    yield from rest


def _rows(raw: Iterator[tuple[int, RawRow]], head: Head) -> Iterator[Row]:
    count, width = 0, len(head.names)
    for number, cells in raw:
        if number > tables.LAST_ROW:
            return
        if not any(cell.text for cell in cells):
            continue
        count += 1
        if count > ROWS:
            raise TableProblem("too_many_rows", most=ROWS)
        row = _row(number, cells, width)
        head.see(row["c"])
        yield row


def _row(number: int, cells: RawRow, width: int) -> Row:
    texts, problems = [], {}
    for place, cell in enumerate(cells[:width]):
        texts.append(cell.text[: BOUNDS.cell].replace("\0", "\ufffd"))
        if cell.problem:
            problems[str(place)] = [cell.problem, cell.where]
        elif len(cell.text) > BOUNDS.cell:
            problems[str(place)] = ["long_cell", ""]
    if any("\0" in cell.text for cell in cells):
        problems["-1"] = ["nul", ""]
    elif any(cell.text for cell in cells[width:]):
        problems["-1"] = ["too_many_cells", ""]
    while texts and not texts[-1]:
        texts.pop()
    return {"n": number, "c": texts, "p": problems}
