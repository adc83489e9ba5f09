"""Waiting until the disk has what was written."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """One file, or the names in one folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(folder: Path) -> None:
    """Every file of the folder, and the folder itself."""
    for path in [*(file for file in folder.iterdir() if file.is_file()), folder]:
        sync(path)
