"""What is noted of the running portal every few seconds: memory and open files of each process, connections, rows that wait."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psycopg
import redis

from pmi_portal.tests.chaos.stack import ChaosStack

from . import rows

SESSION = "session of postgres"
SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class Process:
    """A process at one moment. `memory` is what it filled itself (RssAnon), in KiB: neither files nor what others share."""

    part: str  # of the stack; SESSION for a process of PostgreSQL that serves one connection
    pid: int
    memory: int
    files: int


@dataclass(frozen=True)
class Sample:
    at: float  # seconds since the work began
    processes: list[Process]
    sessions: int  # of the database
    clients: int  # of the broker
    ages: dict[str, float]  # seconds for which rows of each kind have been due


@dataclass
class Watcher:
    """Samples in a thread of its own, each also a line of JSON in `file`."""

    stack: ChaosStack
    file: Path
    every: float = 5
    samples: list[Sample] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._began = time.monotonic()

    def start(self) -> None:
        self._began = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """End; a watcher that had stopped looking before is a trouble of its own."""
        last = self.samples[-1].at if self.samples else 0.0
        if (blind := time.monotonic() - self._began - last) > 6 * self.every:
            self.troubles.append(f"nobody looked for the last {blind:.0f} s")
        self._stop.set()
        self._thread.join(timeout=30)

    def _watch(self) -> None:
        with self.stack.connect() as connection, redis.Redis.from_url(self.stack.valkey.url) as broker:
            while not self._stop.wait(self.every):
                try:
                    self._note(connection, broker)
                except Exception as error:  # a full disk, say: an hour that nobody saw proves nothing
                    self.troubles.append(f"could not look: {type(error).__name__} {error}")
                    return

    def _note(self, connection: psycopg.Connection[tuple[int]], broker: redis.Redis) -> None:
        found = connection.execute(SESSIONS).fetchone()
        sample = Sample(
            at=round(time.monotonic() - self._began, 1),
            processes=list(processes(self.stack)),
            sessions=found[0] if found else 0,
            clients=len(broker.client_list()),
            ages=rows.ages(connection),
        )
        self.samples.append(sample)
        with self.file.open("a") as file:
            file.write(json.dumps(asdict(sample)) + "\n")


def processes(stack: ChaosStack) -> Iterator[Process]:
    """Every process of the portal and of what it stands on."""
    for part in stack.children:
        for pid in stack.members(part):
            with suppress(OSError, KeyError):  # it ended this moment
                files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
                yield Process(SESSION if serves_one(pid) else part, pid, memory(pid), files)


def serves_one(pid: int) -> bool:
    """Whether it is a process of PostgreSQL for one connection: those name who is connected, and from where."""
    said = Path(f"/proc/{pid}/cmdline").read_bytes()
    return said.startswith(b"postgres: ") and (b"[local]" in said or b"127.0.0.1(" in said)


def memory(pid: int) -> int:
    """RssAnon in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    known = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(known["RssAnon"].split()[0])
