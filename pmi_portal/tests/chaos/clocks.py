"""Clocks that a test may set: `clock.c`, compiled here and loaded into every process of the portal and of PostgreSQL."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


def compiler() -> str | None:
    """A C compiler, if this machine has one."""
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


class Clock:
    """One clock for several processes; `env` is what they are started with."""

    def __init__(self, folder: Path, name: str) -> None:
        self.library, self.file = folder / "clock.so", folder / f"{name}.clock"
        if not self.library.exists():
            command = [compiler() or "cc", "-shared", "-fPIC", "-O1", "-o", str(self.library), str(SOURCE)]
            subprocess.run(command, check=True)
            self.library.chmod(0o755)
        self.file.write_bytes(struct.pack("=q", 0))
        self.file.chmod(0o644)

    @property
    def env(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "CLOCK_FILE": str(self.file)}

    def set(self, seconds: int) -> None:
        """Let it differ from the true time by so much, at once and for everybody who reads it."""
        with self.file.open("r+b") as file:
            file.write(struct.pack("=q", seconds))
