"""What a backup says of itself: when it was made, of what, and the digest of every file in it; sealed with the portal's keys."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from privacy import keyring

from .trouble import Trouble, in_one_sentence

FORMAT = 3
SEALED = 2  # the first format with a seal; 3 knows how the erasure ledger began
NAME, DUMP, DOCUMENTS = "manifest.json", "database.dump", "documents.tar"
FILES = frozenset({DUMP, DOCUMENTS})
PURPOSE = "seal backups"


@dataclass(frozen=True)
class Manifest:
    """`tables` has for each table its rows and their digest; `files` the SHA-256 of each file; `log` size and peaks of the
    access log's tree; `ledger` how many bytes of the erasure ledger there were, `ledger_sha256` their digest (none before
    format 3)."""

    made_at: str
    migrations: list[str]
    tables: dict[str, list[Any]]
    files: dict[str, str]
    documents: int
    ledger: int
    ledger_sha256: str = ""
    format: int = FORMAT
    log: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Sealed with the active key of PRIVACY_KEYS: whoever has the backup alone cannot make another one of it."""
        key = keyring.keys().active
        content = asdict(self) | {"sealed_by": key.name}
        (folder / NAME).write_text(json.dumps(content | {"seal": _seal(key, content)}, indent=1))


def read(folder: Path) -> Manifest:
    """The manifest of a whole backup. Raises Trouble where it is not one, is of another format, is not sealed with the
    portal's keys, or where any file is not as it was written."""
    try:
        content = json.loads((folder / NAME).read_text())
        _refuse_another_format(folder, content["format"])
        seal = content.pop("seal")
        _refuse_another_seal(folder, content, seal)
        del content["sealed_by"]
        manifest = Manifest(**content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{folder} is no backup, or not a whole one: {NAME} cannot be read.") from error
    with in_one_sentence(f"{folder} cannot be read"):
        _refuse_other_files(folder, manifest.files)
    return manifest


def _refuse_another_format(folder: Path, format_: int) -> None:
    if format_ > FORMAT:
        raise Trouble(f"{folder} was made by a newer portal (format {format_}): update this one first.")
    if format_ < SEALED:
        raise Trouble(
            f"{folder} was made before backups were sealed (format {format_}): take another backup."
        )


def _refuse_another_seal(folder: Path, content: dict[str, Any], seal: str) -> None:
    try:
        key = keyring.keys().get(content["sealed_by"])
    except keyring.UnknownKey:
        raise Trouble(
            f"{folder} is sealed with the key “{content['sealed_by']}”, which is not among PRIVACY_KEYS: take the ring of "
            "its time, and the keys of today before it. Nothing was changed."
        ) from None
    if not hmac.compare_digest(_seal(key, content).encode(), str(seal).encode()):
        raise Trouble(
            f"{folder / NAME} is not as it was written, or PRIVACY_KEYS are another portal's: take another backup, or the "
            "keys of this one."
        )


def _refuse_other_files(folder: Path, files: dict[str, str]) -> None:
    if files.keys() != FILES:
        raise Trouble(
            f"{folder} names other files than {' and '.join(sorted(FILES))}: this backup is not whole."
        )
    for name, digest in files.items():
        if not (folder / name).exists():
            raise Trouble(f"{folder / name} is missing: this backup is not whole.")
        if sha256(folder / name) != digest:
            raise Trouble(f"{folder / name} is not as it was written: take another backup.")


def _seal(key: keyring.RingKey, content: dict[str, Any]) -> str:
    said = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hmac.digest(key.derived(PURPOSE), said.encode(), "sha256").hex()


def sha256(path: Path) -> str:
    """Of a whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
