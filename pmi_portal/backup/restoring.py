"""Restoring a backup into an empty database, and proving that it is what was backed up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command

from privacy.postgres.owner import as_owner
from rights import ledger

from . import documents, doors, log, manifest, mark, opening, postgres
from .trouble import Trouble, in_one_sentence

Act = Callable[[], str]
Step = tuple[str, Act]

OF_TODAY = "set ERASURE_LEDGER to the ledger of today, else people who were erased would be back. Nothing was changed."


def steps(folder: Path, *, no_ledger: bool = False) -> list[Step]:
    """What is done one after the other: its name, and the act, which says what it found. Each raises Trouble.

    `no_ledger` says that nobody was ever erased, so that there is no erasure ledger.
    """
    kept: dict[str, manifest.Manifest] = {}

    def read() -> str:
        kept["it"] = manifest.read(folder)
        return f"made {kept['it'].made_at}, every file as it was written"

    before: list[Step] = [
        ("the backup", read),
        ("the erasure ledger", lambda: _ledger(kept["it"], none=no_ledger)),
        ("an empty database", lambda: _empty()),
        ("the role of web and workers", lambda: _role()),
        ("the mark of a restore", lambda: mark.put()),
        ("the database", lambda: _database(folder)),
    ]
    after: list[Step] = [
        ("rows and digests", lambda: _compare(kept["it"])),
        ("documents", lambda: _documents(folder, kept["it"])),
        ("keys", lambda: opening.try_data_keys()),
        ("migrations of this version", lambda: _migrate()),
        ("index keys", lambda: opening.try_index_keys()),
        ("the access log of then", lambda: log.prove(kept["it"])),
        ("erasures", lambda: _called("reapply_erasures")),
        ("what stood open", lambda: doors.shut()),
        ("the access log", lambda: _called("verify_log")),
        ("the end of the restore", lambda: mark.take_away()),
    ]
    return [
        *((name, partial(_done, name, act)) for name, act in before),
        *((name, partial(_done, name, act, half=True)) for name, act in after),
    ]


def _done(name: str, act: Act, *, half: bool = False) -> str:
    """The act; where it fails in the middle (`half`), the Trouble says what is left and how to begin anew."""
    try:
        with in_one_sentence(f"The step “{name}” failed"):
            return act()
    except Trouble as trouble:
        if not half:
            raise
        raise Trouble(
            f"{trouble} This portal is restored in part only: do not start it. To try again, {_anew()}"
        ) from trouble


def _anew() -> str:
    name = postgres.parameters().get("dbname", "")
    return f"drop the database {name} and make it anew (dropdb {name}; createdb {name}), and empty {settings.DOCUMENTS_DIR}."


def _ledger(kept: manifest.Manifest, *, none: bool) -> str:
    """The ledger only grows: one that does not begin as it did when the backup was made is not the one of this portal."""
    path = ledger.path()
    if not path.exists() and not (none and kept.ledger == 0):
        raise Trouble(_no_ledger(kept, none))
    size = ledger.size()
    if size < kept.ledger:
        raise Trouble(f"{path} has {size} bytes and had {kept.ledger} when the backup was made: {OF_TODAY}")
    if kept.ledger_sha256 and ledger.digest(kept.ledger) != kept.ledger_sha256:
        raise Trouble(f"{path} does not begin as it did when the backup was made: {OF_TODAY}")
    if not path.exists():
        return "none: nobody was ever erased"
    return f"{path}, {size} bytes; {_last_erasure()}"


def _no_ledger(kept: manifest.Manifest, none: bool) -> str:
    """What is said where the file is not there."""
    if none:
        return f"There was an erasure ledger of {kept.ledger} bytes when the backup was made: {OF_TODAY}"
    return f"There is no erasure ledger {ledger.path()}: {OF_TODAY} Where nobody was ever erased, say so: --no-ledger."


def _last_erasure() -> str:
    """When it was: whoever restores knows whether that is the ledger of today. Trouble for a file that is no ledger."""
    try:
        last = max((line.at for line in ledger.lines()), default=None)
    except ledger.LedgerDamaged as damaged:
        raise Trouble(f"{damaged} Set ERASURE_LEDGER to the whole ledger. Nothing was changed.") from damaged
    return f"the last erasure in it is of {last}" if last else "no erasure is in it"


def _empty() -> str:
    with postgres.owner() as database:
        found = postgres.tables(database)
    if found:
        raise Trouble(
            f"The database is not empty ({len(found)} tables): a backup is restored into a new one only. Nothing was changed. "
            f"If it holds nothing but what an earlier try restored, {_anew()}"
        )
    if any(documents.files()):
        raise Trouble(
            f"{documents.home()} is not empty: name another DOCUMENTS_DIR, or move what is there away. Nothing was changed."
        )
    return "no table, no document"


def _role() -> str:
    """As the migration that made it: PostgreSQL keeps roles beside databases, and a backup holds none."""
    made = import_module("privacy.migrations.0004_role_of_web_and_worker")
    with postgres.owner() as database:
        names = {
            "role": f'"{settings.DATABASE_ROLE}"',
            "text": f"'{settings.DATABASE_ROLE}'",
            "owner": postgres.parameters().get("user", "the owner"),
        }
        for statement in (made.MAKE, made.SAFE):
            database.execute(statement.format(**names))
    return settings.DATABASE_ROLE


def _database(folder: Path) -> str:
    try:
        postgres.restore(folder / manifest.DUMP)
    except Trouble:
        mark.take_away_where_nothing_came()
        raise
    return "restored in one transaction"


def _compare(kept: manifest.Manifest) -> str:
    with postgres.owner() as database:
        names = postgres.tables(database)
        there = postgres.holdings(database, names)
        _compare_what_was_said(kept, database)
    wrong = [name for name in sorted({*kept.tables, *names}) if kept.tables.get(name) != there.get(name)]
    if wrong:
        raise Trouble(f"Not what was backed up: {', '.join(wrong)}.")
    return f"{len(names)} tables, {sum(rows for rows, _digest in there.values())} rows, all alike"


def _compare_what_was_said(kept: manifest.Manifest, database: Any) -> None:
    migrations, head = postgres.migrations(database), postgres.log_head(database)
    if migrations != kept.migrations:
        odd = sorted({*kept.migrations} ^ {*migrations})
        raise Trouble(
            f"The migrations that came back are not those that the backup names: {', '.join(odd) or 'another order'}."
        )
    if head != kept.log:
        raise Trouble(
            f"The access log that came back is not the one that the backup names: {head.get('size', 0)} entries came back, "
            f"{kept.log.get('size', 0)} were backed up, and their tree differs."
        )


def _documents(folder: Path, kept: manifest.Manifest) -> str:
    found = documents.unpack(folder / manifest.DOCUMENTS)
    if found != kept.documents:
        raise Trouble(f"{found} documents were restored of {kept.documents}.")
    return f"{found} files"


def _migrate() -> str:
    with as_owner():
        call_command("migrate", verbosity=0)
    return "up to date"


def _called(command: str, **options: Any) -> str:
    said = StringIO()
    try:
        call_command(command, stdout=said, **options)
    except CommandError as error:
        raise Trouble(str(error)) from error
    return said.getvalue().strip().splitlines()[-1]
