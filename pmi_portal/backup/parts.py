"""The folder in which a backup is made, hidden until it is whole; and those that one that was killed left."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .trouble import Trouble

LOCK = ".portal.lock"
PARTS = ".portal-*.part"


@contextmanager
def alone(into: Path) -> Iterator[None]:
    """One backup at a time is made in a folder. The lock goes with the process, however that ends. Raises Trouble."""
    descriptor = os.open(into / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(
                f"Another backup is being made in {into}: wait until it is whole, or name another folder."
            ) from None
        yield
    finally:
        os.close(descriptor)


def remove_stale(into: Path, say: Callable[[str], None]) -> None:
    """Remove what backups that were killed left here. Only for whoever is `alone`: then none of them is in progress."""
    for part in sorted(into.glob(PARTS)):
        left = remove(part)
        say(left or f"removed {part}, of a backup that was broken off")


def remove(folder: Path) -> str:
    """Remove a folder with all that is in it; what is to be done where that fails, else nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    return f"{folder} is left: remove it." if folder.exists() else ""
