"""The whole portal on a PostgreSQL of its own that may be killed, with a mail server and a clock that the test holds."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from pmi_portal.local import folders
from pmi_portal.local.engines import Postgres
from pmi_portal.local.processes import Child, Guard
from pmi_portal.schedule import LONG, MAIL, ROUTE, WORK, sweeps_of
from pmi_portal.tests.journeys.stack import Stack, wait_until

from .clocks import Clock
from .mail import MailServer

PORTAL = ("web", "worker", "carrier", "beat")
WORKERS = {"worker": (ROUTE, WORK), "carrier": (MAIL, LONG)}


class ChaosStack(Stack):
    """`children` by name: broker, postgres, web, worker, carrier, beat."""

    def __init__(self, folder: Path) -> None:
        self.postgres_guard = Guard()
        sockets = folders.sockets()
        self.postgres_guard.tell("remove", sockets)
        self.clocks = {whose: Clock(folder, whose) for whose in ("portal", "database")}
        self.postgres = Postgres(folder, sockets, self.postgres_guard, folder / "postgres.log")
        self.database = self._start_postgres()
        os.environ["DATABASE_URL"] = self.postgres.url
        super().__init__(folder)
        self.mailbox = MailServer()
        self.env |= {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mailbox.port}",
            "SESSION_IDLE_MINUTES": "6000",  # else a clock that is moved by an hour signs everybody out
            "SESSION_MAX_HOURS": "600",
            "LOG_LEVEL": "WARNING",
        }
        self.env.pop("MAIL_DIR")
        del self.children["mail"]
        self.children["postgres"] = self.database
        web = [
            "gunicorn",
            "-c",
            "python:pmi_portal.web",
            "--bind",
            f"127.0.0.1:{self.port}",
            "--workers",
            "2",
        ]
        self.children["web"] = self._child("web", *web, "--no-control-socket", "pmi_portal.wsgi")
        for name, lanes in WORKERS.items():
            read = ",".join(one for lane in lanes for one in (lane, sweeps_of(lane)))
            options = ("-n", f"{name}@chaos", "-Q", read, "-c", "2", "--without-mingle", "--without-gossip")
            self.children[name] = self._child(name, "celery", "-A", "pmi_portal", "worker", *options)
        self.done, self.ended = threading.Event(), list[str]()
        self.hands = {name: threading.RLock() for name in self.children}
        self.watcher = threading.Thread(target=self.watch)
        for name in PORTAL:
            self.children[name].env = self.env | self.clocks["portal"].env

    # Watching, as systemd does with Restart=always

    def watch(self) -> None:
        """Start anew whatever ended by itself, a second later, until `tear_down`."""
        while not self.done.wait(0.5):
            for name, child in self.children.items():
                with self.hands[name]:
                    if child.process is not None and not child.running:
                        self.ended.append(f"{name} ({child.code})")
                        with suppress(ProcessLookupError):
                            os.killpg(child.process.pid, signal.SIGKILL)  # what it left behind
                        child.forget()
                        time.sleep(1)
                        self.start(name)

    def bring_up(self) -> None:
        self.start("broker")
        wait_until(self.valkey.answers, "the broker answers")
        self.manage("migrate", "--verbosity", "0")
        self.manage("load_reference")
        self.manage("seed_demo")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        for name in ("worker", "carrier", "beat", "web"):
            self.start(name)
        wait_until(self.healthy, "/healthz is content")
        self.watcher.start()

    # PostgreSQL

    def _start_postgres(self) -> Child:
        if initdb := self.postgres.initdb():
            wait_until(lambda: not initdb.running, "initdb is done")
            self.postgres.adopt(initdb)
        child = self.postgres.child()
        child.env = os.environ | self.clocks["database"].env
        child.start()
        wait_until(self.postgres.answers, "PostgreSQL answers")
        return child

    def start(self, name: str) -> None:
        with self.hands[name]:
            super().start(name)
            if name == "postgres":
                wait_until(self._answers_or_starts_again, "PostgreSQL is back", seconds=30)

    def _answers_or_starts_again(self) -> bool:
        child = self.children["postgres"]
        if not child.running:  # what the killed one left behind may still hold its memory
            child.forget()
            time.sleep(0.2)
            child.start()
        return self.postgres.answers()

    def kill(self, name: str) -> None:
        with self.hands[name]:
            root = self.children[name].process
            if root is None:  # it had ended by itself this very moment
                return
            for pid in (root.pid, *family(root.pid)):  # PostgreSQL's backends are groups of their own
                strike(pid, signal.SIGKILL)
            root.wait()
            self.children[name].forget()

    def stop_softly(self, name: str, number: int = signal.SIGTERM) -> None:
        """Ask a process to stop, as when it is updated, and wait until it has."""
        child = self.children[name]
        with self.hands[name]:
            child.signal(number)
            wait_until(lambda: not child.running, f"{name} stops when asked to", seconds=30)
            child.forget()

    def wipe_broker(self) -> None:
        shutil.rmtree(self.folder / "valkey", ignore_errors=True)
        (self.folder / "valkey").mkdir()

    def members(self, name: str) -> list[int]:
        """The process and all it has begun."""
        process = self.children[name].process
        return [process.pid, *family(process.pid)] if process else []

    def tear_down(self) -> None:
        self.done.set()
        if self.watcher.is_alive():
            self.watcher.join()
        self.mailbox.close()
        super().tear_down()
        self.postgres_guard.close()


def strike(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def family(pid: int) -> list[int]:
    """The processes that this one has begun, and they in turn."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = list(parents.get(pid, []))
    for child in found:
        found += parents.get(child, [])
    return found
