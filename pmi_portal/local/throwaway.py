"""A PostgreSQL and a Valkey for one command: made in a temporary folder, gone afterwards."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from . import folders
from .engines import THROW_AWAY, Postgres, Valkey
from .problem import Problem
from .processes import Child, Guard, take_terminal
from .signals import Signals, StopRequested

STOPPED = 128 + 15  # the exit code when somebody stopped us


def with_engines(command: Sequence[str]) -> int:
    """Run `command` with DATABASE_URL and REDIS_URL of engines of its own, unless they are set; its exit code."""
    signals, guard = Signals(), Guard()
    folder = folders.sockets()
    guard.tell("remove", folder)
    servers: list[Child] = []
    try:
        env = dict(os.environ)
        _start(folder, guard, signals, env, servers)
        return _run(command, guard, signals, env)
    except StopRequested:
        return STOPPED
    finally:
        for server in reversed(servers):
            server.stop_signal = server.kill_signal  # nothing is worth saving
            server.stop(signals)
        guard.close()  # which removes the folder


def _start(folder: Path, guard: Guard, signals: Signals, env: dict[str, str], servers: list[Child]) -> None:
    """Start what `env` does not name yet, and name it there."""

    def start(server: Child) -> None:
        servers.append(server)
        server.start()

    def wait_for(server: Child, answers: Callable[[], bool]) -> None:
        if not signals.wait_until(lambda: answers() or not server.running, 30) or not server.running:
            raise Problem(f"{server.name} did not start: {server.last_words()}")

    if not env.get("REDIS_URL"):
        valkey = Valkey(folder, folder, guard, folder / "valkey.log", durable=False)
        start(valkey.child())
        wait_for(servers[-1], valkey.answers)
        env["REDIS_URL"] = valkey.url
    if not env.get("DATABASE_URL"):
        postgres = Postgres(folder, folder, guard, folder / "postgres.log", THROW_AWAY)
        if initdb := postgres.initdb():
            servers.append(initdb)
            signals.wait_until(lambda: not initdb.running, 60)
            postgres.adopt(initdb)
        start(postgres.child())
        wait_for(servers[-1], postgres.answers)
        env["DATABASE_URL"] = postgres.url
        for ring in ("PRIVACY_KEYS", "PRIVACY_INDEX_KEYS"):  # what they seal is thrown away, too
            env.setdefault(ring, folders.key_ring())


def _run(command: Sequence[str], guard: Guard, signals: Signals, env: dict[str, str]) -> int:
    ours = os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()  # the terminal
    become = take_terminal if ours else None
    child = Child("command", command, guard, env=env, foreground=True, become=become)
    try:
        child.start()
    except OSError as error:
        raise Problem(f"{command[0]} cannot be run: {error.strerror}.") from error
    try:
        signals.wait_until(lambda: not child.running, float("inf"))
        code = child.code or 0
    except StopRequested:
        child.stop(signals)
        return STOPPED
    finally:
        if ours:
            take_terminal()
    child.stop(signals)  # whatever it left behind in its group
    return code if code >= 0 else 128 - code
