"""Where the bytes of documents are: a private folder outside the web root, under names that mean nothing.

They are sealed with the key of their case and bound to their document and their name (privacy.sealing).
A row is made only after its bytes are safely there. Bytes whose row was never made harm nobody; `sweep` removes them.
"""

from __future__ import annotations

import hashlib
import hmac
import io
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

from privacy import keys, sealing
from privacy.acting import as_portal
from privacy.sealing import Place, SealBroken

from .models import Document

logger = logging.getLogger(__name__)
security = logging.getLogger("security")

ORPHAN_AFTER = 24 * 3600  # seconds
OURS = re.compile(r"[0-9a-f]{32}(\.part)?")  # names of our own making; nothing else in the folder is touched


class Source(Protocol):
    """Something that gives its bytes piece by piece: an uploaded file."""

    def chunks(self) -> Iterable[bytes]: ...


@dataclass(frozen=True)
class Stored:
    """Bytes that are on the disk: under which name, how many, and what equal bytes of the same case have in common."""

    name: str
    size: int
    fingerprint: str


def folder() -> Path:
    return Path(settings.DOCUMENTS_DIR)


def keep(source: Source, *, document_id: uuid.UUID, key_id: uuid.UUID) -> Stored:
    """Write the bytes, sealed for this document with this data key, under a new random name, and wait until the disk
    has them.

    Raises OSError when they cannot be kept; then nothing of them stays.
    """
    name = uuid.uuid4().hex
    content = b"".join(source.chunks())
    key = keys.open_(key_id)
    stored = Stored(f"{name[:2]}/{name}", len(content), fingerprint(content, key))
    put(stored.name, sealing.seal(content, key=key, key_id=key_id, place=_place(document_id, stored.name)))
    return stored


def put(stored_as: str, sealed: bytes) -> None:
    """Write sealed bytes whole or not at all, in the place of what is there."""
    name = Path(stored_as).name
    home = folder() / Path(stored_as).parent
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
    part = home / f"{name}.part"
    try:
        _write(part, sealed)
        part.rename(home / name)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync(home)


def fingerprint(content: bytes, key: bytes) -> str:
    """The same for equal bytes of one case; without its key it tells nothing of them (HMAC-SHA256)."""
    return of_digest(hashlib.sha256(content).hexdigest(), key)


def of_digest(sha256: str, key: bytes) -> str:
    return hmac.digest(key, b"document " + sha256.encode(), "sha256").hex()


def _place(document_id: uuid.UUID, stored_as: str) -> Place:
    return Place(Document._meta.db_table, stored_as, str(document_id))


def _write(part: Path, sealed: bytes) -> None:
    part.unlink(missing_ok=True)  # of a put that was killed
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        output.write(sealed)
        output.flush()
        os.fsync(output.fileno())


def _sync(home: Path) -> None:
    """Let the new name survive a power cut as well."""
    descriptor = os.open(home, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(document: Document) -> IO[bytes]:
    """The bytes of a document. Raises FileNotFoundError when they are gone, SealBroken when they were tampered with."""
    sealed = (folder() / document.stored_as).read_bytes()
    try:
        key = keys.open_(sealing.key_id_of(sealed))
        return io.BytesIO(sealing.open_(sealed, key=key, place=_place(document.pk, document.stored_as)))
    except sealing.KeyDestroyed:
        raise
    except SealBroken as broken:
        security.error("seal broken: the file of document %s: %s", document.pk, broken)
        raise


def forget(document: Document) -> None:
    """Delete the bytes of a document; once more does no harm."""
    (folder() / document.stored_as).unlink(missing_ok=True)


def drop(stored: Stored) -> None:
    """Remove bytes that no row will ever name."""
    (folder() / stored.name).unlink(missing_ok=True)


@as_portal()  # here and not left to the task: for anybody else other partners' documents would have no rows
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
