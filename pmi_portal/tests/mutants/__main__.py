"""`python -m pmi_portal.tests.mutants [AREA…]`: tries the areas, prints what survived, fails below the least percentage."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pmi_portal.local.problem import Problem

from . import areas, report
from .areas import Area

BIN = Path(sys.executable).parent
# The first makes the test database that quick.py uses, in the area's own engines, as the second does.
STEPS = """
set -e
export PYTHONPATH= LOG_ENTRIES=300
{python} -m pytest -q -p no:cacheprovider -p no:xdist --create-db --reuse-db accounts/tests/test_policy.py
(cat {repository}/conftest.py; printf '%s' '{more}') > conftest.new
rm conftest.py
mv conftest.new conftest.py
exec {mutmut} run --max-children 1
"""


def attempt(area: Area) -> str:
    """Try every mutant of an area, on engines of its own; what mutmut printed last."""
    area.lay_out()
    script = STEPS.format(
        python=sys.executable,
        repository=areas.folders.REPOSITORY,
        more=areas.CONFTEST,
        mutmut=BIN / "mutmut",
    )
    log = area.folder / "output.txt"
    with log.open("w") as output:
        command = [sys.executable, "-m", "pmi_portal.local", "with-engines", "--", "sh", "-c", script]
        done = subprocess.run(command, cwd=area.folder, stdout=output, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Problem(f"mutmut failed on {area.name}: see {log}")
    return log.read_text()[-500:]


def show(area: Area, mutant: str) -> str:
    """The fault as a diff."""
    command = [str(BIN / "mutmut"), "show", mutant]
    return subprocess.run(command, cwd=area.folder, capture_output=True, text=True).stdout


def main(names: Sequence[str]) -> int:
    least, every = areas.read()
    unknown = set(names) - {area.name for area in every}
    if unknown:
        raise Problem(
            f"No such area: {', '.join(sorted(unknown))}. There are {', '.join(a.name for a in every)}."
        )
    chosen = [area for area in every if not names or area.name in names]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(attempt, chosen))
    results = [(area, report.result(area.folder, module)) for area in chosen for module in area.modules]
    for area, result in results:
        for mutant in result.survived:
            print(show(area, mutant))
    for _area, result in results:
        print(result)
    short = [result.module for _area, result in results if result.percent < least]
    print(f"Below {least:g} %: {', '.join(short)}." if short else f"Every module has {least:g} % or more.")
    return int(bool(short))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        sys.exit(str(problem))
