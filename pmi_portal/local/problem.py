"""What went wrong, in one sentence for the person at the terminal."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NO_SPACE = "No space left on device"
# Bytes free below which a failure is put down to the disk: a new database takes 40 MB.
FULL = 60_000_000


class Problem(Exception):
    """A sentence that says what is wrong and how to mend it; shown without a traceback."""


def disk_full(path: Path) -> Problem:
    return Problem(f"The disk that holds {path} is full: free some space there and start again.")


def failure(sentence: str, path: Path) -> Problem:
    """A Problem that says `sentence`, unless the disk that holds `path` is full: that is then the reason."""
    return disk_full(path) if shutil.disk_usage(path).free < FULL else Problem(sentence)


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn an OSError met while using `path` into a Problem."""
    try:
        yield
    except OSError as error:
        where = Path(error.filename) if isinstance(error.filename, str) else path
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(where) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise Problem(
                f"{where} may not be written by you: give yourself the right to it, or use a clone of your own."
            ) from error
        raise Problem(f"{where} cannot be used: {error.strerror}.") from error
