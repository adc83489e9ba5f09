"""The mark of a restore that has not come to its end: a schema in the database. Where it stands, nothing may start.

It is put there before anything is restored and taken away by the last step, so that a restore that was killed in the middle,
or whose terminal was lost, is known by what it left. Every role can ask for it; a schema is in no table that is compared.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql

from . import postgres
from .trouble import Trouble

NAME = "restore_in_progress"
QUESTION = sql.SQL("SELECT nspname FROM pg_namespace WHERE nspname = {}").format(sql.Literal(NAME))
PUT = sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(NAME))
TAKE_AWAY = sql.SQL("DROP SCHEMA IF EXISTS {}").format(sql.Identifier(NAME))

HALF = (
    "This database is being restored, or a restore of it broke off: people who were erased may be back in it, and links of then "
    "be open. Nothing starts until `manage.py restore` has come to its end, or has been begun anew (docs/backup.md)."
)


def put() -> str:
    """Committed before anything is restored."""
    with postgres.owner() as database:
        database.execute(PUT)
    return "nothing starts until the last step"


def take_away() -> str:
    with postgres.owner() as database:
        database.execute(TAKE_AWAY)
    return "taken away"


def take_away_where_nothing_came() -> None:
    """After a restore of the database that failed as a whole: then the next try finds it as empty as it was."""
    with suppress(Trouble), postgres.owner() as database:
        if not postgres.tables(database):
            database.execute(TAKE_AWAY)


def stands(database: psycopg.Connection[Any]) -> bool:
    return database.execute(QUESTION).fetchone() is not None


def refuse_backup(database: psycopg.Connection[Any]) -> None:
    """Trouble where the database is restored in part: a backup of that would look whole."""
    if stands(database):
        raise Trouble(HALF)
