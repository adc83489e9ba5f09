"""Which modules are tried, by which tests, and the folder in which that happens."""

from __future__ import annotations

import json
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmi_portal.local import folders

TABLE = Path(__file__).with_name("areas.toml")
HOME = folders.REPOSITORY / ".local" / "mutants"
APPS = (
    "privacy",
    "accounts",
    "notifications",
    "agencies",
    "directory",
    "cases",
    "referrals",
    "rights",
    "search",
    "administration",
    "pmi_portal",
)
BESIDE = (
    "templates",
    "static",
    "locale",
    "docs",
    "requirements",
    "requirements.txt",
    "README.md",
    "Makefile",
)
OWN = ("conftest.py", "pytest.ini", "manage.py")
CONFTEST = "\nfrom pmi_portal.tests.mutants.quick import *  # noqa\n"


@dataclass(frozen=True)
class Area:
    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return HOME / self.name

    def lay_out(self) -> None:
        """A folder beside the sources in which mutmut may write: links to them, and its own settings."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name in (*APPS, *BESIDE, *OWN):
            (self.folder / name).symlink_to(folders.REPOSITORY / name)
        (self.folder / "pyproject.toml").write_text(self._settings())

    def _settings(self) -> str:
        said: dict[str, Any] = {
            "source_paths": APPS,
            "only_mutate": self.modules,
            "also_copy": [*BESIDE, *OWN],
            "pytest_add_cli_args": ["-m", "not journey", "-p", "no:cacheprovider", "-p", "no:xdist"],
            "pytest_add_cli_args_test_selection": self.tests,
            "timeout_multiplier": 4.0,  # of the time that its tests took; more for a machine that is busy helps nobody
            "use_git_change_detection": False,
        }
        return "[tool.mutmut]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items())


def read() -> tuple[float, list[Area]]:
    """The least percentage, and the areas in their order."""
    table = tomllib.loads(TABLE.read_text())
    least = float(table.pop("least"))
    return least, [Area(name, tuple(row["modules"]), tuple(row["tests"])) for name, row in table.items()]
