"""The two forms of an export, each made of rows that come piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from django.utils import timezone
from stream_zip import ZIP_64, stream_zip

from privacy.sheets import SHEET, Book
from privacy.spreadsheets import CHUNK, CSV_TYPE, XLSX_TYPE, Cell, csv_head, csv_lines

from .choices import FileForm

ZIP_TYPE = "application/zip"
READABLE = 0o600
QUICK = 1  # level of compression: a sixth of the size in a seventh of the time that the best takes
Rows = Iterable[Sequence[Cell]]


class Form(Protocol):
    """How rows become bytes, and these a file."""

    type: str

    def lines(self, rows: Rows) -> Iterator[bytes]:
        """Some rows, which others may follow."""

    def whole(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The file of all lines."""


class Csv:
    type = CSV_TYPE

    def __init__(self, header: Sequence[str]) -> None:
        self.header = header

    def lines(self, rows: Rows) -> Iterator[bytes]:
        return csv_lines(rows)

    def whole(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        yield csv_head(self.header)
        yield from lines


class Xlsx:
    type = XLSX_TYPE

    def __init__(self, header: Sequence[str]) -> None:
        self.book = Book(header)

    def lines(self, rows: Rows) -> Iterator[bytes]:
        kept: list[str] = []
        length = 0
        for cells in rows:
            kept.append(self.book.row(cells))
            length += len(kept[-1])
            if length >= CHUNK:
                yield "".join(kept).encode()
                kept, length = [], 0
        yield "".join(kept).encode()

    def whole(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        members = {name: [content] for name, content in self.book.members.items()}
        yield from zipped({**members, SHEET: self.book.sheet(lines)})


FORMS: dict[str, Callable[[Sequence[str]], Form]] = {FileForm.CSV: Csv, FileForm.XLSX: Xlsx}


def zipped(
    members: dict[str, Iterable[bytes]], *, password: str | None = None, level: int = QUICK
) -> Iterable[bytes]:
    """A ZIP archive; with a password its members are encrypted with AES-256 (AE-2)."""
    now = timezone.now()
    files = [(name, now, READABLE, ZIP_64, content) for name, content in members.items()]
    return stream_zip(
        files,
        password=password,
        get_compressobj=lambda: zlib.compressobj(wbits=-zlib.MAX_WBITS, level=level),
    )


def squeezed(lines: Iterable[bytes]) -> bytes:
    """Lines as a piece keeps them."""
    squeeze = zlib.compressobj(level=QUICK)
    return b"".join([*map(squeeze.compress, lines), squeeze.flush()])


def let_go(kept: bytes) -> Iterator[bytes]:
    """What `squeezed` kept, bit by bit: a piece of long texts is large."""
    loosen = zlib.decompressobj()
    while kept:
        yield loosen.decompress(kept, CHUNK)
        kept = loosen.unconsumed_tail
    yield loosen.flush()
