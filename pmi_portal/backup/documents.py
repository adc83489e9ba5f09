"""The sealed files of DOCUMENTS_DIR, packed as they lie there and unpacked again."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def home() -> Path:
    return Path(settings.DOCUMENTS_DIR)


def files() -> Iterator[Path]:
    """Every file that lies there. Raises OSError for a folder that cannot be read, whose files would be missing."""
    for folder, _folders, names in os.walk(home(), onerror=_unless_gone):
        yield from (file for name in names if (file := Path(folder, name)).is_file())


def pack(path: Path) -> int:
    """All of them into one archive; how many. One that is removed meanwhile was removed."""
    count = 0
    with tarfile.open(path, "w") as archive:
        for file in sorted(files()):
            try:
                archive.add(file, arcname=str(file.relative_to(home())), recursive=False)
                count += 1
            except FileNotFoundError:
                continue
    return count


def unpack(path: Path) -> int:
    """Everything of an archive; how many files lie there then."""
    home().mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(path) as archive:
        archive.extractall(home(), filter="data")
    return sum(1 for _file in files())


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
