"""What stands in the way of a backup or a restore, as one sentence for whoever runs it."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager

import django.db
import psycopg
from django.core.exceptions import ImproperlyConfigured

# What disks, databases, archives and settings answer when they fail: the machine's trouble, and no fault of the code.
FAILURES = (
    OSError,
    tarfile.TarError,
    psycopg.Error,
    django.db.Error,
    subprocess.SubprocessError,
    ImproperlyConfigured,
)


class Trouble(Exception):
    """The text says what is wrong and what to do; nothing was changed, or what was says so."""


@contextmanager
def in_one_sentence(what: str) -> Iterator[None]:
    """Let every failure of the machine be Trouble that says `what` did not go, and why."""
    try:
        yield
    except FAILURES as error:
        raise Trouble(f"{what}: {reason(error)}") from error


def reason(error: BaseException) -> str:
    """The first line of what a failure says, with the file that it is about."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    said = str(error).strip()
    return said.splitlines()[0] if said else f"{type(error).__name__}."
