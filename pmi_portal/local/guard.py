"""A small process that outlives its starter only to clean up after it.

It reads lines from a pipe whose other end the starter holds: `watch PID SIGNAL`, `forget PID`, `remove PATH`.
When the pipe closes (the starter ended, even by kill -9) it stops every watched process group and removes every named
folder. Runs as a plain file with the standard library only, so that it is up in a few milliseconds.
"""

import os
import shutil
import signal
import sys
import time
from contextlib import suppress

PATIENCE = 5  # seconds a process has after its signal


def alive(pid: int) -> bool:
    """Whether any process of the group is left; one that ended but was not collected yet counts as gone."""
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True


def stop(watched: dict[int, int]) -> None:
    """Signal every process; those who stay are killed. SIGKILL goes to the whole group, others to its leader."""
    for pid, number in watched.items():
        with suppress(ProcessLookupError, PermissionError):
            (os.killpg if number == signal.SIGKILL else os.kill)(pid, number)
    end = time.monotonic() + PATIENCE
    while any(alive(pid) for pid in watched) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in watched:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(ignored, signal.SIG_IGN)
    watched: dict[int, int] = {}
    folders: set[str] = set()
    for line in sys.stdin:
        verb, _, rest = line.rstrip("\n").partition(" ")
        if verb == "watch":
            pid, number = map(int, rest.split())
            watched[pid] = number
        elif verb == "forget":
            watched.pop(int(rest), None)
        elif verb == "remove":
            folders.add(rest)
    stop(watched)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
