"""Where the bytes of documents are: a private folder outside the web root, under names that mean nothing.

A row is made only after its bytes are safely there. Bytes whose row was never made harm nobody; `sweep` removes them.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings

from .models import Document

logger = logging.getLogger(__name__)

ORPHAN_AFTER = 24 * 3600  # seconds
OURS = re.compile(r"[0-9a-f]{32}(\.part)?")  # names of our own making; nothing else in the folder is touched


class Source(Protocol):
    """Something that gives its bytes piece by piece: an uploaded file."""

    def chunks(self) -> Iterable[bytes]: ...


@dataclass(frozen=True)
class Stored:
    """Bytes that are on the disk: under which name, how many, and their SHA-256."""

    name: str
    size: int
    sha256: str


def folder() -> Path:
    return Path(settings.DOCUMENTS_DIR)


def keep(source: Source) -> Stored:
    """Write the bytes under a new random name, readable by the portal alone, and wait until the disk has them.

    Raises OSError when they cannot be kept; then nothing of them stays.
    """
    name = uuid.uuid4().hex
    home = folder() / name[:2]
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
    part = home / f"{name}.part"
    try:
        size, digest = _write(part, source)
        part.rename(home / name)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync(home)
    return Stored(f"{name[:2]}/{name}", size, digest)


def _write(part: Path, source: Source) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        for chunk in source.chunks():
            output.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        output.flush()
        os.fsync(output.fileno())
    return size, digest.hexdigest()


def _sync(home: Path) -> None:
    """Let the new name survive a power cut as well."""
    descriptor = os.open(home, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(document: Document) -> IO[bytes]:
    """The bytes of a document. Raises FileNotFoundError when they are gone."""
    return (folder() / document.stored_as).open("rb")


def forget(document: Document) -> None:
    """Delete the bytes of a document; once more does no harm."""
    (folder() / document.stored_as).unlink(missing_ok=True)


def drop(stored: Stored) -> None:
    """Remove bytes that no row will ever name."""
    (folder() / stored.name).unlink(missing_ok=True)


def sweep(*, now: float | None = None) -> int:
    """Remove bytes older than a day that no row names; how many files that were.

    Does nothing when there is no document at all: then the database is more likely the wrong one than the files.
    """
    if not folder().is_dir() or not Document.objects.exists():
        return 0
    before = (now or time.time()) - ORPHAN_AFTER
    removed = sum(_sweep(shard, before) for shard in sorted(folder().iterdir()) if shard.is_dir())
    if removed:
        logger.info("Removed %s files that belong to no document", removed)
    return removed


def _sweep(shard: Path, before: float) -> int:
    old = {f"{shard.name}/{file.name}": file for file in shard.iterdir() if _is_old(file, before)}
    named = Document.objects.filter(stored_as__in=list(old)).values_list("stored_as", flat=True)
    orphans = old.keys() - set(named)
    for name in orphans:
        old[name].unlink(missing_ok=True)
    return len(orphans)


def _is_old(file: Path, before: float) -> bool:
    with suppress(FileNotFoundError):  # somebody else swept it
        return OURS.fullmatch(file.name) is not None and file.stat().st_mtime < before
    return False
