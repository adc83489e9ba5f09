"""Child processes that never outlive us: each in a group of its own, each known to the guard."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .problem import plain_errors
from .signals import Signals

LOG_LIMIT = 5_000_000  # bytes; a longer log is put aside at the next start


class Guard:
    """Our end of guard.py. `lock`, when given, stays held until the guard has cleaned up."""

    def __init__(self, lock: int | None = None) -> None:
        reader, self._pipe = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))],
            stdin=reader,
            start_new_session=True,
            pass_fds=[] if lock is None else [lock],
        )
        os.close(reader)

    def tell(self, verb: str, rest: object) -> None:
        with suppress(BrokenPipeError):  # somebody killed it; we still stop our children ourselves
            os.write(self._pipe, f"{verb} {rest}\n".encode())

    def close(self) -> None:
        """Let the guard do what is left to do, and end."""
        os.close(self._pipe)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=15)


@dataclass
class Child:
    """A process we start, watch and stop. `stop_signal` asks politely, `kill_signal` does not."""

    name: str
    command: Sequence[str]
    guard: Guard
    env: Mapping[str, str] | None = None
    folder: Path | None = None
    log: Path | None = None
    stop_signal: int = signal.SIGTERM
    kill_signal: int = signal.SIGKILL
    grace: float = 10  # seconds between the two
    become: Callable[[], None] | None = None  # runs in the child before its program
    pass_fds: tuple[int, ...] = ()
    foreground: bool = False  # it reads our input
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        if self.log:
            with plain_errors(self.log):
                self._open_log_and_start(self.log)
        else:
            self._start(None)

    def _open_log_and_start(self, log: Path) -> None:
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".old"))
        with log.open("ab") as output:
            self._start(output.fileno())

    def _start(self, output: int | None) -> None:
        own_session = not self.foreground
        self.process = subprocess.Popen(
            self.command,
            env=self.env,
            cwd=self.folder,
            stdin=subprocess.DEVNULL if own_session else None,
            stdout=output,
            stderr=output and subprocess.STDOUT,
            pass_fds=self.pass_fds,
            start_new_session=own_session,
            process_group=0 if self.foreground else None,
            preexec_fn=self._before_program,
        )

    def _before_program(self) -> None:
        # The child reports itself while it still holds the pipe: however early we die, the guard knows of it.
        self.guard.tell("watch", f"{os.getpid()} {int(self.kill_signal)}")
        if self.become:
            self.become()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def code(self) -> int | None:
        """Exit code; minus the signal's number when one ended it; None while it runs."""
        return self.process.poll() if self.process else None

    def signal(self, number: int) -> None:
        if self.process and self.running:
            self.process.send_signal(number)

    def stop(self, signals: Signals) -> None:
        """Ask, wait for `grace` seconds or a further request to stop, then insist. Leaves nothing of the group."""
        if self.process is None:
            return
        self.signal(self.stop_signal)
        if not signals.wait_until(lambda: not self.running, self.grace, hurry=True):
            self.signal(self.kill_signal)
            signals.wait_until(lambda: not self.running, 3, hurry=True)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.forget()

    def forget(self) -> None:
        """The process ended: the guard need not care for it any more."""
        if self.process:
            self.guard.tell("forget", self.process.pid)
            self.process = None

    def last_words(self) -> str:
        """The last line of its log, or nothing."""
        try:
            lines = self.log.read_bytes()[-4000:].decode(errors="replace").split("\n") if self.log else []
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def take_terminal() -> None:
    """Make our process group the one that Ctrl-C and the keyboard belong to."""
    ignored = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    with suppress(OSError):
        os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, ignored)
