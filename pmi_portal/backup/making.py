"""Making a backup while the portal works: the database at one moment, then the documents, so that every row finds its file."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from psycopg import IsolationLevel

from rights import ledger

from . import manifest, postgres
from .trouble import Trouble

Say = Callable[[str], None]
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY id"
LOG = "SELECT size, encode(peaks, 'hex') FROM privacy_logtree"


def make(into: Path, say: Say) -> Path:
    """A new folder with a whole backup, inside `into`; under its name only once it is whole. Raises Trouble."""
    made_at = datetime.now(UTC)
    final = into / f"portal-{made_at:%Y%m%dT%H%M%S}Z"
    part = into / f".{final.name}.part"
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.mkdir(mode=0o700)  # fails where another one is being made this very second
    except OSError as error:
        raise Trouble(f"The backup cannot be written to {into}: {error.strerror or error}.") from error
    try:
        _write(part, made_at, say)
        _sync(part)
        part.rename(final)
        _sync(into)
    except OSError as error:
        raise Trouble(f"The backup cannot be written to {into}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return final


def _write(folder: Path, made_at: datetime, say: Say) -> None:
    with postgres.owner() as database:
        facts = _database(database, folder, say)
    count = _documents(folder / manifest.DOCUMENTS)
    say(f"{count} documents")
    files = {name: manifest.sha256(folder / name) for name in (manifest.DUMP, manifest.DOCUMENTS)}
    path = ledger.path()
    size = path.stat().st_size if path.exists() else 0
    manifest.Manifest(made_at=made_at.isoformat(), files=files, documents=count, ledger=size, **facts).write(
        folder
    )


def _database(database: Any, folder: Path, say: Say) -> dict[str, Any]:
    """The dump, and what it holds: both at one snapshot."""
    database.commit()  # the settings of `owner`
    database.isolation_level = IsolationLevel.REPEATABLE_READ
    snapshot = database.execute("SELECT pg_export_snapshot()").fetchone()[0]
    tables = postgres.holdings(database, postgres.tables(database))
    say(f"{len(tables)} tables, {sum(rows for rows, _digest in tables.values())} rows")
    postgres.dump(folder / manifest.DUMP, snapshot)
    migrations = [name for (name,) in database.execute(MIGRATIONS).fetchall()]
    head = database.execute(LOG).fetchone()
    return {
        "tables": tables,
        "migrations": migrations,
        "log": {"size": head[0], "peaks": head[1]} if head else {},
    }


def _documents(path: Path) -> int:
    """All sealed files, as they lie there; how many. One that is removed meanwhile was removed."""
    home, count = Path(settings.DOCUMENTS_DIR), 0
    with tarfile.open(path, "w") as archive:
        for file in sorted(home.rglob("*")) if home.exists() else []:
            if file.is_file():
                try:
                    archive.add(file, arcname=str(file.relative_to(home)), recursive=False)
                    count += 1
                except FileNotFoundError:
                    continue
    return count


def _sync(folder: Path) -> None:
    """Wait until the disk has every file of the folder, and the folder itself."""
    for path in [*(file for file in folder.iterdir() if file.is_file()), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
