"""Where a local portal keeps its things: one folder per port, and a short private one for sockets."""

import base64
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .problem import Problem, disk_full, plain_errors

REPOSITORY = Path(__file__).resolve().parent.parent.parent
# Bytes free before we start: a new database takes 40 MB and grows in steps of 16.
NEEDED = 200_000_000
LONGEST = 107 - len("/.s.PGSQL.5432.lock")  # what the kernel allows for a socket's path, less the name


def home(name: int | str) -> Path:
    """The folder of the portal on this port, or of another purpose, made if needed. Problem when it may not be written or the disk is full."""
    folder = REPOSITORY / ".local" / str(name)
    with plain_errors(folder):
        (folder / "log").mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "may not be written", str(folder))
    if shutil.disk_usage(folder).free < NEEDED:
        raise disk_full(folder)
    return folder


def lock(folder: Path) -> int:
    """Hold `folder` for this process: the descriptor of its lock. Problem when another process holds it.

    After a kill -9 its guard still cleans up for a moment; that is waited for.
    """
    file = folder / "lock"
    with plain_errors(file):
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + 10
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode().strip()
            if _lives(holder) or time.monotonic() > end:
                os.close(descriptor)
                raise Problem(
                    f"The portal of this clone already runs here on port {folder.name} (process {holder}): "
                    "stop it first, or choose another PORT."
                ) from None
            time.sleep(0.1)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def secret_key() -> str:
    """A new SECRET_KEY."""
    return secrets.token_urlsafe(50)


def key_ring() -> str:
    """A new ring of one key, as PRIVACY_KEYS and PRIVACY_INDEX_KEYS name them."""
    return f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def signing_key() -> str:
    """A new LOG_SIGNING_KEY (Ed25519)."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def secret(folder: Path, name: str, make: Callable[[], str]) -> str:
    """A secret of the portal, made once and readable by us alone."""
    file = folder / name
    with plain_errors(file):
        if not file.exists():
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as output:
                output.write(make())
        return file.read_text()


def sockets(recorded_in: Path | None = None) -> Path:
    """A new private folder with a path short enough for sockets and free of spaces.

    Its path is recorded in `recorded_in`; the folder recorded there before is removed.
    """
    base = Path(tempfile.gettempdir())
    if len(str(base)) + len("/pmi-12345678") > LONGEST or not str(base).isascii() or " " in str(base):
        base = Path("/tmp")
    with plain_errors(base):
        folder = Path(tempfile.mkdtemp(prefix="pmi-", dir=base))
    if recorded_in:
        try:
            _record(folder, recorded_in)
        except Problem:
            folder.rmdir()
            raise
    return folder


def _record(folder: Path, recorded_in: Path) -> None:
    with plain_errors(recorded_in):
        with suppress(FileNotFoundError):
            _remove_old(Path(recorded_in.read_text()))
        recorded_in.write_text(str(folder))


def _remove_old(folder: Path) -> None:
    """Remove a socket folder left by a start that was killed together with its guard."""
    with suppress(OSError):
        found = folder.lstat()
        if folder.name.startswith("pmi-") and stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)
