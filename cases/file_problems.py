"""What may be wrong with a file beneath its name."""

from __future__ import annotations

import os
from typing import IO

from django.utils.functional import Promise


class Damaged(Exception):
    """The file is cut off, or not what its first bytes promise."""


class Forbidden(Exception):
    """The file is what it seems, and is refused for the reason given."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason


def size_of(file: IO[bytes]) -> int:
    """Bytes of the file; leaves it at its end."""
    return file.seek(0, os.SEEK_END)
