"""The portal's processes: in which order they start and stop, and what happens when one ends by itself."""

import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from .engines import Postgres, Valkey
from .folders import REPOSITORY
from .problem import failure
from .processes import Child, Guard
from .signals import Signals

LONGEST_PAUSE = 30  # seconds between two attempts to start something that keeps ending
GOOD_RUN = 60  # seconds after which an earlier failure is forgotten


@dataclass
class Watched:
    """A child that is meant to run for as long as we do."""

    child: Child
    since: float = 0
    pause: float = 0.5  # seconds before the last attempt; doubles
    due: float | None = None  # when the next attempt is due; None while it runs


class Services:
    """Starts everything in order, restarts what ends by itself, stops everything in reverse order."""

    def __init__(
        self, home: Path, sockets: Path, guard: Guard, signals: Signals, say: Callable[[str], None]
    ) -> None:
        self.home, self.sockets, self.guard, self.signals, self.say = home, sockets, guard, signals, say
        self.env: dict[str, str] = {}
        self.running: list[Watched] = []  # in the order of their start
        self.passing: list[Child] = []  # those that are meant to end

    def _log(self, name: str) -> Path:
        return self.home / "log" / f"{name}.log"

    def _run(self, child: Child) -> Child:
        self.running.append(Watched(child, time.monotonic()))
        child.start()
        return child

    def _step(self, name: str, *arguments: str, log: Path | None = None) -> Child:
        """Start a Python module that is meant to end."""
        # Without a pool, which would try for ten seconds before it names the reason of a failure.
        env = self.env | {"DATABASE_POOL_MAX": "0"}
        child = Child(name, [sys.executable, *arguments], self.guard, env=env, folder=REPOSITORY, log=log)
        self.passing.append(child)
        child.start()
        return child

    def _finish(self, child: Child) -> None:
        self.signals.wait_until(lambda: not child.running, float("inf"))
        code = child.code
        child.forget()
        self.passing.remove(child)
        if code:
            seen = (
                f": {child.last_words()} (more in {child.log})" if child.log else "; the reason stands above"
            )
            raise failure(f"{child.name} failed{seen}.", self.home)

    # Starting ---------------------------------------------------------------------------------

    def start(self, env: dict[str, str], listener: socket.socket) -> None:
        """Bring everything up; slow steps that do not need each other run side by side."""
        self.env = env
        static = self._step(
            "Collecting static files", "manage.py", "collectstatic", "--noinput", log=self._log("static")
        )
        self.start_engines()
        self._start_mail()
        self._finish(self._step("Preparing the database", "-m", "pmi_portal.local.prepare"))
        self._start_worker_and_beat()
        self._finish(static)
        self._start_web(listener)

    def start_engines(self) -> None:
        """Valkey and PostgreSQL, where `env` names none; their addresses are in `env` afterwards."""
        engines: list[tuple[Child, Callable[[], bool]]] = []
        if "REDIS_URL" not in self.env:
            valkey = Valkey(self.home, self.sockets, self.guard, self._log("valkey"))
            engines.append((self._run(valkey.child()), valkey.answers))
            self.env["REDIS_URL"] = valkey.url
        if "DATABASE_URL" not in self.env:
            postgres = Postgres(self.home, self.sockets, self.guard, self._log("postgres"))
            if initdb := postgres.initdb():
                self.passing.append(initdb)
                self.signals.wait_until(lambda: not initdb.running, float("inf"))
                self.passing.remove(initdb)
                postgres.adopt(initdb)
            engines.append((self._run(postgres.child()), postgres.answers))
            self.env["DATABASE_URL"] = postgres.url
        for server, answers in engines:
            self._wait_for(server, answers)

    def _wait_for(self, server: Child, answers: Callable[[], bool]) -> None:
        """Wait until an engine answers. One that cannot start yet is tried again for ten seconds: what a kill left
        behind may still hold its data. Recovering after a crash may take as long as it needs."""
        end = time.monotonic() + 10
        while not answers():
            if not server.running:
                if time.monotonic() > end:
                    words = f"{server.last_words()} (more in {server.log})"
                    raise failure(f"{server.name} does not start: {words}", self.home)
                server.forget()
                self.signals.pause(0.5)
                server.start()
            self.signals.check()
            self.signals.pause(0.05)

    def _start_mail(self) -> None:
        """A mail server on loopback that keeps what the demo sends."""
        if "EMAIL_URL" in self.env:
            return
        folder = self.home / "mail"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        command = ["-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Mailbox", str(folder), "-l", address]
        self._run(
            Child(
                "mail", [sys.executable, *command], self.guard, env=self.env, log=self._log("mail"), grace=3
            )
        )
        self.env |= {"EMAIL_URL": f"smtp://{address}", "MAIL_DIR": str(folder)}

    def _python(self, name: str, *arguments: str, pass_fds: tuple[int, ...] = ()) -> None:
        command = [sys.executable, "-m", *arguments]
        child = Child(name, command, self.guard, self.env, REPOSITORY, self._log(name), pass_fds=pass_fds)
        child.grace = 30  # what it has in hand it ends first (web.graceful_timeout, stopping.PATIENCE)
        self._run(child)

    def _start_worker_and_beat(self) -> None:
        # Without mingle and gossip a worker does not wait for others, of which there are none here.
        # One worker for all lanes: on one machine a second one would cost more than it spares.
        worker = ("-c", "3", "--without-mingle", "--without-gossip", "-l", "INFO")
        self._python("worker", "celery", "-A", "pmi_portal", "worker", *worker)
        self._python("beat", "celery", "-A", "pmi_portal", "beat", "-l", "INFO")

    def _start_web(self, listener: socket.socket) -> None:
        number = listener.fileno()
        options = ["-c", "python:pmi_portal.web", "--bind", f"fd://{number}", "--workers", "2"]
        options += ["--no-control-socket", "--worker-tmp-dir", str(self.sockets)]
        self._python("web", "gunicorn", *options, "pmi_portal.wsgi", pass_fds=(number,))

    # Watching ---------------------------------------------------------------------------------

    def watch(self) -> NoReturn:
        """Until somebody asks to stop (StopRequested): start again what ends by itself."""
        while True:
            self.signals.check()
            self.tend()
            self.signals.pause(1)

    def tend(self) -> None:
        """One look at every child."""
        now = time.monotonic()
        for watched in self.running:
            if watched.due is None and not watched.child.running:
                self._plan_restart(watched, now)
            elif watched.due is not None and now >= watched.due:
                watched.due, watched.since = None, now
                watched.child.start()

    def _plan_restart(self, watched: Watched, now: float) -> None:
        child = watched.child
        watched.pause = 1 if now - watched.since > GOOD_RUN else min(watched.pause * 2, LONGEST_PAUSE)
        watched.due = now + watched.pause
        self.say(
            f"{child.name} ended by itself ({_how(child.code)}); starting it again in {watched.pause:.0f} s "
            f"(see {child.log and os.path.relpath(child.log)})."
        )
        child.forget()

    # Stopping ---------------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop everything, those who use an engine before the engine."""
        for child in self.passing:
            child.stop(self.signals)
        order = ("web", "beat", "worker", "mail", "Valkey", "PostgreSQL")
        for watched in sorted(self.running, key=lambda watched: order.index(watched.child.name)):
            watched.child.stop(self.signals)


def _how(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
