"""What became of each mutant, as mutmut notes it beside the mutated file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

# Exit codes as in mutmut 3.8 (mutmut/stats.py): pytest failed, or never came to an end.
KILLED = {1, 3}
HUNG = {36, 24, -24, 152, 255}


@dataclass(frozen=True)
class Result:
    """Of one module: the names of its mutants that were noticed and of those that lived."""

    module: str
    killed: tuple[str, ...]
    survived: tuple[str, ...]

    @property
    def percent(self) -> float:
        """Of a module without mutants: none, so that a path which matches nothing is no success."""
        tried = len(self.killed) + len(self.survived)
        return 100 * len(self.killed) / tried if tried else 0.0

    def __str__(self) -> str:
        tried = len(self.killed) + len(self.survived)
        return f"{self.module:28} {len(self.killed):4} of {tried:4} killed, {self.percent:5.1f} %"


def result(folder: Path, module: str) -> Result:
    """Whatever is neither killed nor hung has survived: also one that no test reaches, or that was never tried."""
    file = folder / "mutants" / f"{module}.meta"
    codes: dict[str, int | None] = json.loads(file.read_text())["exit_code_by_key"] if file.exists() else {}
    noticed = KILLED | HUNG
    return Result(
        module,
        killed=tuple(name for name, code in codes.items() if code in noticed),
        survived=tuple(name for name, code in codes.items() if code not in noticed),
    )
