"""The catalogues of messages: renewed from the sources by `make messages`, judged by `make lint`."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

from . import system
from .folders import REPOSITORY
from .problem import Problem

CATALOGUES = Path("locale") / "id" / "LC_MESSAGES"
COLLECT = ("-l", "id", "-e", "py,html,txt,jinja", "--no-location", "--no-wrap", "--no-obsolete", "-v", "0")
SOURCES = (".py", ".html", ".txt", ".jinja")
SKIPPED = {"tests", "node_modules", "staticfiles"}

SHOWN = 40  # complaints printed

Key = tuple[str | None, str, str]


def renew() -> int:
    """Bring locale/ up to the sources and compile it."""
    if not system.gettext(install=True):
        raise Problem("gettext is missing: install it with your system's package manager.")
    _collect(REPOSITORY)
    for file in (REPOSITORY / CATALOGUES).glob("*.po"):
        polib.pofile(str(file)).save_as_mofile(str(file.with_suffix(".mo")))
    return 0


def check() -> int:
    """Say what is wrong with the catalogues; 0 when nothing is."""
    files = sorted((REPOSITORY / CATALOGUES).glob("*.po"))
    complaints = [line for file in files for line in (*_untranslated(file), *_differs_from_mo(file))]
    if not files:
        complaints.append("locale/id holds no catalogue: run `make messages`.")
    if system.gettext(install=True):
        complaints += _outdated()
    elif system.in_ci():
        complaints.append("gettext is missing, so nobody knows whether the catalogues are up to date.")
    else:
        print("NOT CHECKED: whether the catalogues are up to date. gettext is missing.")
    for complaint in complaints[:SHOWN]:
        print(complaint)
    if len(complaints) > SHOWN:
        print(f"... and {len(complaints) - SHOWN} more.")
    return 1 if complaints else 0


def _collect(root: Path) -> None:
    ignored = [part for name in sorted(SKIPPED) for part in ("-i", name)]
    command = [sys.executable, "-m", "pmi_portal.local.collecting", *COLLECT, *ignored]
    (root / "locale").mkdir(exist_ok=True)
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    result = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
    if result.returncode != 0:
        raise Problem(f"Collecting the messages failed: {result.stderr.strip()}")


def _entries(file: Path) -> dict[Key, polib.POEntry]:
    return {
        (entry.msgctxt, entry.msgid, entry.msgid_plural): entry
        for entry in polib.pofile(str(file))
        if not entry.obsolete
    }


def _untranslated(file: Path) -> Iterator[str]:
    for entry in _entries(file).values():
        if entry.fuzzy:
            yield f"{file.name}: fuzzy: {entry.msgid!r}"
        elif not entry.translated():
            yield f"{file.name}: not translated: {entry.msgid!r}"


def _differs_from_mo(file: Path) -> Iterator[str]:
    compiled = file.with_suffix(".mo")
    if not compiled.exists() or _texts(polib.mofile(str(compiled))) != _texts(polib.pofile(str(file))):
        yield f"{compiled.name} is not what {file.name} compiles to: run `make messages`."


def _texts(catalogue: "polib.POFile | polib.MOFile") -> dict[Key, object]:
    return {
        (entry.msgctxt, entry.msgid, entry.msgid_plural): entry.msgstr_plural or entry.msgstr
        for entry in catalogue
        if not entry.obsolete and (entry.msgstr or any(entry.msgstr_plural.values()))
    }


def _outdated() -> Iterator[str]:
    """What collecting anew, in a copy, would change."""
    with tempfile.TemporaryDirectory(prefix="pmi-messages-") as folder:
        copy = Path(folder)
        _copy_sources(copy)
        _collect(copy)
        for fresh in (copy / CATALOGUES).glob("*.po"):
            committed = REPOSITORY / CATALOGUES / fresh.name
            wanted, present = set(_entries(fresh)), set(_entries(committed)) if committed.exists() else set()
            yield from (
                f"{fresh.name} lacks {key[1]!r}: run `make messages`."
                for key in sorted(wanted - present, key=str)
            )
            yield from (
                f"{fresh.name} still has {key[1]!r}: run `make messages`."
                for key in sorted(present - wanted, key=str)
            )


def _copy_sources(copy: Path) -> None:
    for folder, names, files in os.walk(REPOSITORY):
        names[:] = [name for name in names if not name.startswith(".") and name not in SKIPPED]
        target = copy / Path(folder).relative_to(REPOSITORY)
        target.mkdir(exist_ok=True)
        for name in files:
            if name.endswith((*SOURCES, ".po")):
                shutil.copy(Path(folder, name), target / name)


if __name__ == "__main__":
    try:
        sys.exit(check())
    except Problem as problem:
        sys.exit(str(problem))
