"""Where the scanners are: installed once, pinned and hashed, into folders of their own below .local/scan."""

from __future__ import annotations

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from pmi_portal.local import folders
from pmi_portal.local.problem import Problem

HERE = Path(__file__).parent
HOME = folders.REPOSITORY / ".local" / "scan"
PINS = folders.REPOSITORY / "requirements" / "scan.txt"
NPM_FILES = ("package.json", "package-lock.json", "observatory.mjs")


def python() -> Path:
    """The interpreter of an environment that has Wapiti and sqlmap."""
    home = HOME / "python"
    mark = home / f"installed-{sha256(PINS.read_bytes()).hexdigest()[:16]}"
    program = home / "bin" / "python"
    if not mark.exists():
        _run(sys.executable, "-m", "venv", "--clear", str(home))
        _run(str(program), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(PINS))
        mark.touch()
    return program


def observatory() -> Path | None:
    """The script that asks the Observatory; None where there is no Node."""
    if not (shutil.which("npm") and shutil.which("node")):
        return None
    home = HOME / "node"
    home.mkdir(parents=True, exist_ok=True)
    for name in NPM_FILES:
        shutil.copy(HERE / name, home / name)
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", folder=home)
    # Its own installing fetches the list of preloaded hosts from elsewhere; localhost is in none.
    (home / "node_modules" / "@mdn" / "mdn-http-observatory" / "conf" / "hsts-preload.json").write_text("{}")
    return home / "observatory.mjs"


def _run(*command: str, folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"{command[0]} could not install the scanners: {done.stderr.strip()[-500:]}")
