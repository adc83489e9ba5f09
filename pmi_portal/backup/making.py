"""Making a backup while the portal works: the database at one moment, then the documents, so that every row finds its file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import IsolationLevel

from rights import ledger

from . import disk, documents, manifest, mark, parts, postgres
from .trouble import Trouble, in_one_sentence

Say = Callable[[str], None]


def make(into: Path, say: Say) -> Path:
    """A new folder with a whole backup, inside `into`; under its name only once it is whole. Raises Trouble."""
    made_at = datetime.now(UTC)
    final = into / f"portal-{made_at:%Y%m%dT%H%M%S}Z"
    with in_one_sentence(f"The backup cannot be written to {into}"):
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        with parts.alone(into):
            parts.remove_stale(into, say)
            _whole_or_not_at_all(final, lambda folder: _write(folder, made_at, say))
    return final


def _whole_or_not_at_all(final: Path, write: Callable[[Path], None]) -> None:
    """Nothing of a backup that breaks off is left, or the Trouble says what is."""
    made = final.with_name(f".{final.name}.part")
    made.mkdir(mode=0o700)
    try:
        with in_one_sentence("The backup was not made"):
            write(made)
            disk.sync_all(made)
            made = made.rename(final)
            disk.sync(final.parent)
    except BaseException as error:
        left = parts.remove(made)
        if left and isinstance(error, Trouble):
            raise Trouble(f"{error} {left}") from error
        raise


def _write(folder: Path, made_at: datetime, say: Say) -> None:
    with postgres.owner() as database:
        mark.refuse_backup(database)
        facts = _database(database, folder, say)
    count = documents.pack(folder / manifest.DOCUMENTS)
    say(f"{count} documents")
    files = {name: manifest.sha256(folder / name) for name in (manifest.DUMP, manifest.DOCUMENTS)}
    size = ledger.size()
    manifest.Manifest(
        made_at=made_at.isoformat(),
        files=files,
        documents=count,
        ledger=size,
        ledger_sha256=ledger.digest(size),
        **facts,
    ).write(folder)


def _database(database: Any, folder: Path, say: Say) -> dict[str, Any]:
    """The dump, and what it holds: both at one snapshot."""
    database.commit()  # the settings of `owner`
    database.isolation_level = IsolationLevel.REPEATABLE_READ
    snapshot = database.execute("SELECT pg_export_snapshot()").fetchone()[0]
    tables = postgres.holdings(database, postgres.tables(database))
    say(f"{len(tables)} tables, {sum(rows for rows, _digest in tables.values())} rows")
    postgres.dump(folder / manifest.DUMP, snapshot)
    return {
        "tables": tables,
        "migrations": postgres.migrations(database),
        "log": postgres.log_head(database),
    }
