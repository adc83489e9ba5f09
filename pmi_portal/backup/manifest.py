"""What a backup says of itself: when it was made, of what, and the digest of every file in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .trouble import Trouble

FORMAT = 1
NAME, DUMP, DOCUMENTS = "manifest.json", "database.dump", "documents.tar"


@dataclass(frozen=True)
class Manifest:
    """`tables` has for each table its rows and their digest; `files` the SHA-256 of each file; `log` size and root of the
    access log's tree; `ledger` how many bytes of the erasure ledger there were."""

    made_at: str
    migrations: list[str]
    tables: dict[str, list[Any]]
    files: dict[str, str]
    documents: int
    ledger: int
    format: int = FORMAT
    log: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1))


def read(folder: Path) -> Manifest:
    """The manifest of a whole backup. Raises Trouble where it is not one, is newer, or any file is not as it was written."""
    try:
        content = json.loads((folder / NAME).read_text())
        if content["format"] > FORMAT:
            raise Trouble(
                f"{folder} was made by a newer portal (format {content['format']}): update this one first."
            )
        manifest = Manifest(**content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{folder} is no backup, or not a whole one: {NAME} cannot be read.") from error
    for name, digest in manifest.files.items():
        if not (folder / name).exists():
            raise Trouble(f"{folder / name} is missing: this backup is not whole.")
        if sha256(folder / name) != digest:
            raise Trouble(f"{folder / name} is not as it was written: take another backup.")
    return manifest


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
