"""The erasure ledger: one line for each erased case and each forgotten request, in a file outside the database that only grows.

A backup brings erased keys back; the ledger says which to destroy again. It names keys and references, nobody's data.
Keep it where backups of the database are not, and copy it with them.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

STRUCK_OUT = "\x18"  # how a line ends that was cut off (ASCII: cancel)


class LedgerDamaged(Exception):
    """A line of the ledger cannot be read; the message names it."""


@dataclass(frozen=True)
class Line:
    """One erasure: its row, the case, the data keys that were destroyed, by whom, when (ISO 8601), and why.

    `erasure` and `case` are empty where a request was forgotten that was answered after its cases had been erased.
    """

    erasure: str
    case: str
    keys: list[str]
    by: int
    at: str
    why: str


def path() -> Path:
    return Path(settings.ERASURE_LEDGER)


def append(line: Line) -> None:
    """Write a line and wait until the disk has it. Raises OSError when it cannot be kept whole: then nothing may be erased."""
    home = path().parent
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = json.dumps(asdict(line), separators=(",", ":"), sort_keys=True).encode() + b"\n"
    descriptor = os.open(path(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        whole = _after_a_torn_line(descriptor) + content
        if os.write(descriptor, whole) != len(whole):
            raise OSError(errno.ENOSPC, "The ledger took only part of a line.")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _sync(home)


def lines() -> Iterator[Line]:
    """Every line, the oldest first; none when there is no ledger yet. Raises LedgerDamaged.

    A line that was cut off, by a power failure or a full disk, is passed over: its erasure was never committed. It is the
    last, or the next writer has struck it out.
    """
    if not path().exists():
        return
    try:
        content = path().read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise LedgerDamaged(f"{path()}: this is no erasure ledger.") from None
    whole = content.split("\n")
    for number, text in enumerate(whole[:-1], start=1):
        if not text.strip() or text.endswith(STRUCK_OUT):
            continue
        try:
            yield Line(**json.loads(text))
        except (ValueError, TypeError):
            raise LedgerDamaged(f"{path()}, line {number}: this is no line of the erasure ledger.") from None


def size() -> int:
    """How many bytes there are; 0 where there is no ledger yet."""
    return path().stat().st_size if path().exists() else 0


def digest(size: int) -> str:
    """SHA-256 of the first `size` bytes. They never change: what is written is only ever put behind them."""
    if size == 0:
        return hashlib.sha256().hexdigest()
    with path().open("rb") as file:
        return hashlib.sha256(file.read(size)).hexdigest()


def _after_a_torn_line(descriptor: int) -> bytes:
    """What has to come first, should the last writer have been cut off in the middle of a line."""
    size = os.fstat(descriptor).st_size
    if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
        return b""
    return f"{STRUCK_OUT}\n".encode()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
