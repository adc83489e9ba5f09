"""Restoring a backup into an empty database, and proving that it is what was backed up."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command

from accounts.models import PasswordReset
from privacy import acting
from privacy import keys as data_keys
from privacy.models import DataKey
from privacy.postgres.owner import as_owner
from rights import ledger

from . import manifest, postgres
from .trouble import Trouble

Step = tuple[str, Callable[[], str]]
SOME = 200  # data keys that are tried


def steps(folder: Path) -> list[Step]:
    """What is done one after the other: its name, and the act, which says what it found. Each raises Trouble."""
    kept: dict[str, manifest.Manifest] = {}

    def read() -> str:
        kept["it"] = manifest.read(folder)
        return f"made {kept['it'].made_at}, every file as it was written"

    def ledger_is_there() -> str:
        return _ledger(kept["it"])

    return [
        ("the backup", read),
        ("the erasure ledger", ledger_is_there),
        ("an empty database", lambda: _empty()),
        ("the role of web and workers", lambda: _role()),
        ("the database", lambda: _database(folder)),
        ("rows and digests", lambda: _compare(kept["it"])),
        ("documents", lambda: _documents(folder, kept["it"])),
        ("keys", lambda: _keys()),
        ("migrations of this version", lambda: _migrate()),
        ("sessions and links", lambda: _sessions()),
        ("erasures", lambda: _called("reapply_erasures")),
        ("the access log", lambda: _log()),
    ]


def _ledger(kept: manifest.Manifest) -> str:
    """The ledger only grows: one that is shorter than when the backup was made is not the one of this portal."""
    path = ledger.path()
    size = path.stat().st_size if path.exists() else 0
    if size < kept.ledger:
        raise Trouble(
            f"{path} has {size} bytes and had {kept.ledger} when the backup was made: set ERASURE_LEDGER to the ledger of today, "
            "else people who were erased would be back. Nothing was changed."
        )
    return f"{path}, {size} bytes"


def _empty() -> str:
    with postgres.owner() as database:
        found = postgres.tables(database)
    if found:
        raise Trouble(
            f"The database is not empty ({len(found)} tables): a backup is restored into a new one only. Nothing was changed."
        )
    home = Path(settings.DOCUMENTS_DIR)
    if home.exists() and any(path.is_file() for path in home.rglob("*")):
        raise Trouble(
            f"{home} is not empty: name another DOCUMENTS_DIR, or move what is there away. Nothing was changed."
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
    postgres.restore(folder / manifest.DUMP)
    return "restored in one transaction"


def _compare(kept: manifest.Manifest) -> str:
    with postgres.owner() as database:
        names = postgres.tables(database)
        there = postgres.holdings(database, names)
    wrong = [name for name in sorted({*kept.tables, *names}) if kept.tables.get(name) != there.get(name)]
    if wrong:
        raise Trouble(f"Not what was backed up: {', '.join(wrong)}.")
    return f"{len(names)} tables, {sum(rows for rows, _digest in there.values())} rows, all alike"


def _documents(folder: Path, kept: manifest.Manifest) -> str:
    home = Path(settings.DOCUMENTS_DIR)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(folder / manifest.DOCUMENTS) as archive:
        archive.extractall(home, filter="data")
    found = sum(path.is_file() for path in home.rglob("*"))
    if found != kept.documents:
        raise Trouble(f"{found} documents were restored of {kept.documents}.")
    return f"{found} files"


def _keys() -> str:
    """The keys of the environment open what was sealed."""
    with acting.as_portal():
        tried = list(
            DataKey.objects.filter(destroyed_at=None).order_by("?").values_list("pk", flat=True)[:SOME]
        )
        for key in tried:
            try:
                data_keys.open_(key)
            except Exception as error:
                raise Trouble(
                    "PRIVACY_KEYS do not open this backup: take the ring of its time, and the keys of today before it."
                ) from error
    return f"{len(tried)} data keys tried, all open"


def _migrate() -> str:
    with as_owner():
        call_command("migrate", verbosity=0)
    return "up to date"


def _log() -> str:
    options: dict[str, Any] = {}
    if settings.LOG_CHECKPOINTS_DIR and Path(settings.LOG_CHECKPOINTS_DIR).exists():
        options["checkpoints"] = Path(settings.LOG_CHECKPOINTS_DIR)
    return _called("verify_log", **options)


def _called(command: str, **options: Any) -> str:
    said = StringIO()
    try:
        call_command(command, stdout=said, **options)
    except CommandError as error:
        raise Trouble(str(error)) from error
    return said.getvalue().strip().splitlines()[-1]


def _sessions() -> str:
    """Whoever was signed in when the backup was made signs in again; links for a new password of then open nothing."""
    with acting.as_portal():
        ended, _models = Session.objects.all().delete()
        PasswordReset.objects.all().delete()
    return f"{ended} sessions ended"
