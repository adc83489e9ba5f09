"""The engines of the measurement: PostgreSQL keeps its databases for the next run, in .local/bench."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from pmi_portal.local import folders
from pmi_portal.local.engines import Postgres, Valkey
from pmi_portal.local.problem import Problem
from pmi_portal.local.processes import Child, Guard
from pmi_portal.local.signals import Signals

# As on a small server of its own; what a transaction wrote is on the disk before it is answered.
SETTINGS = ("shared_buffers=2GB", "maintenance_work_mem=512MB", "max_wal_size=8GB", "max_connections=60")
MADE_BY = ("bulk.py", "fill.py", "names.py", "world.py", "floor/models.py", "floor/prepare.py")
SECRETS = {  # kept with the databases, which are noise without them
    "SECRET_KEY": folders.secret_key,
    "PRIVACY_KEYS": folders.key_ring,
    "PRIVACY_INDEX_KEYS": folders.key_ring,
    "LOG_SIGNING_KEY": folders.signing_key,
}
HERE = Path(__file__).parent


class Engines:
    """`env` is what processes of the portal need to reach them."""

    def __init__(self, home: Path, guard: Guard, sockets: Path) -> None:
        self.postgres = Postgres(home, sockets, guard, home / "log" / "postgres.log", SETTINGS)
        self.valkey = Valkey(home, sockets, guard, home / "log" / "valkey.log", durable=False)
        self.env = {
            "REDIS_URL": self.valkey.url,
            **{name: folders.secret(home, name, make) for name, make in SECRETS.items()},
        }

    def url(self, name: str) -> str:
        parts = urlsplit(self.postgres.url)
        return urlunsplit(parts._replace(path=f"{parts.path.rpartition('/')[0]}/{name}"))

    def is_made(self, name: str) -> bool:
        """Whether the database is there as today's sources would make it."""
        found = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        with self._connection() as connection:
            row = connection.execute(found, [name]).fetchone()
        return row is not None and row[0] == _made_by()

    def make(self, name: str) -> None:
        """A new empty database; one of that name is forgotten."""
        with self._connection() as connection:
            named = sql.Identifier(name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(named))

    def seal(self, name: str) -> None:
        """It is made whole."""
        with self._connection() as connection:
            comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
            connection.execute(comment.format(sql.Identifier(name), sql.Literal(_made_by())))

    def _connection(self) -> psycopg.Connection[tuple[str]]:
        return psycopg.connect(
            host=str(self.postgres.sockets), user="pmi_portal", dbname="postgres", autocommit=True
        )


@contextmanager
def running() -> Iterator[Engines]:
    """Both engines, for as long as the block lasts. Problem when another measurement holds them."""
    home = folders.home("bench")
    signals, guard, sockets = Signals(), Guard(folders.lock(home)), folders.sockets()
    guard.tell("remove", sockets)
    engines = Engines(home, guard, sockets)
    children: list[Child] = []
    try:
        if initdb := engines.postgres.initdb():
            signals.wait_until(lambda: not initdb.running, 60)
            engines.postgres.adopt(initdb)
        for child, answers in (
            (engines.postgres.child(), engines.postgres.answers),
            (engines.valkey.child(), engines.valkey.answers),
        ):
            children.append(child)
            child.start()
            if not signals.wait_until(answers, 60):
                raise Problem(f"{child.name} did not start: {child.last_words()}")
        yield engines
    finally:
        for child in reversed(children):
            child.stop(signals)
        guard.close()


def _made_by() -> str:
    return sha256(b"".join((HERE / name).read_bytes() for name in MADE_BY)).hexdigest()
