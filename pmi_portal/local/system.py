"""Programs that no wheel brings: found on PATH, else installed with the system's package manager where allowed."""

import os
import shutil
import subprocess
from collections.abc import Sequence

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MANAGERS: dict[str, list[list[str]]] = {
    "apt-get": [["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends"]],
    "dnf": [["dnf", "install", "-y"]],
    "apk": [["apk", "add"]],
    "pacman": [["pacman", "-Sy", "--noconfirm"]],
    "zypper": [["zypper", "--non-interactive", "install"]],
}


def in_ci() -> bool:
    """Whether what cannot run is a failure."""
    return os.environ.get("CI", "").lower() in ("true", "1")


def chromium(*, install: bool = False) -> str | None:
    """The Chromium that CHROMIUM names, or one on PATH; with `install`, one installed now."""
    named = os.environ.get("CHROMIUM")
    return _working([named] if named else CHROMIUM) or (
        _working(CHROMIUM) if install and bring("chromium") else None
    )


def gettext(*, install: bool = False) -> bool:
    """Whether gettext's programs are there, after installing them if need be and `install`."""
    return _found("xgettext") or (install and bring("gettext") and _found("xgettext"))


def _found(name: str) -> bool:
    return shutil.which(name) is not None


def _working(names: Sequence[str]) -> str | None:
    """The first that starts: some systems ship a `chromium-browser` that only tells how to get one."""
    for path in filter(None, map(shutil.which, names)):
        try:
            subprocess.run([path, "--version"], check=True, capture_output=True, timeout=30)
        except (OSError, subprocess.SubprocessError):
            continue
        return path
    return None


def bring(package: str) -> bool:
    """Install `package` if we are root and know the system's package manager."""
    manager = next(filter(shutil.which, MANAGERS), None)
    if os.geteuid() != 0 or manager is None:
        return False
    print(f"Installing {package} with {manager} ...", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    *before, install = MANAGERS[manager]
    for command in (*before, [*install, package]):
        result = subprocess.run(command, env=env, capture_output=True, text=True)
    if result.returncode != 0:
        print((result.stderr or result.stdout).strip().split("\n")[-1], flush=True)
    return result.returncode == 0
