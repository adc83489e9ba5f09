"""`make test`: every test, on engines of its own, the journeys in an installed Chromium."""

import os
import sys
from collections.abc import Sequence

from . import system
from .throwaway import STOPPED, with_engines

SIDE_BY_SIDE = ("-n", "logical", "--maxprocesses", "4")


def test(arguments: Sequence[str]) -> int:
    """Run pytest; its exit code, or 1 when journeys could not run although CI asks for everything.

    Journeys run by themselves at the end: they measure time and would otherwise share the cores with other tests.
    """
    browser = system.chromium(install=True)
    if browser:
        os.environ["CHROMIUM"] = browser
    if arguments:
        return _pytest(*arguments)
    code = _pytest(*SIDE_BY_SIDE, "-m", "not journey")
    if code == STOPPED:
        return code
    if browser:
        return _pytest("-m", "journey") or code
    print(
        "NOT RUN: the browser journeys (tests marked `journey`). No Chromium is here: install one or set CHROMIUM."
    )
    return code or int(system.in_ci())


def _pytest(*arguments: str) -> int:
    return with_engines([sys.executable, "-m", "pytest", *arguments])
