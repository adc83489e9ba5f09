"""PDFs: paper, and nothing that acts. What a PDF would do when opened is found by the names of its parts (ISO 32000-1).

Names are never encrypted (7.6.1), but may stand in compressed streams of objects (7.5.7), which are opened up to a limit.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext_lazy as _

from .file_problems import Damaged, Forbidden, size_of

TAIL = 2048  # bytes at the end in which the end mark stands
OPENED = 50_000_000  # bytes of opened streams that are looked through
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")  # a name may be written with codes: /J#61vaScript (7.3.5)
ACTS = re.compile(  # 12.6.4: actions; 7.11.4: embedded files; 12.7.8: XFA forms; 13: multimedia
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|XFA|RichMedia|ImportData|SubmitForm|GoToE)(?![A-Za-z0-9])"
)
LOCKED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
STREAM = re.compile(rb"/ObjStm(?![A-Za-z0-9]).{0,1000}?stream\r?\n", re.DOTALL)

ACTIVE = _(
    "This PDF holds a program, a form that sends, or other files. Please print it to a new PDF and send that one."
)
PASSWORD = _("This PDF is locked with a password. Please save it without one, or print it to a new PDF.")


def read(file: IO[bytes]) -> None:
    """Whether it is whole, and still. Raises Damaged or Forbidden."""
    file.seek(max(0, size_of(file) - TAIL))
    if b"%%EOF" not in file.read():
        raise Damaged
    file.seek(0)
    content = file.read()
    if LOCKED.search(content):
        raise Forbidden(PASSWORD)
    for part in (content, *_streams_of_objects(content)):
        if ACTS.search(ESCAPED.sub(_plain, part) if b"#" in part else part):
            raise Forbidden(ACTIVE)


def _plain(code: re.Match[bytes]) -> bytes:
    return bytes([int(code[1], 16)])


def _streams_of_objects(content: bytes) -> Iterator[bytes]:
    """The opened streams that hold objects. One that is not compressed stands in `content` already."""
    left = OPENED
    for begin in STREAM.finditer(content):
        try:
            opened = zlib.decompressobj().decompress(content[begin.end() :], left)
        except zlib.error:
            continue
        left -= len(opened)
        if left <= 0:
            raise Forbidden(ACTIVE)
        yield opened
