"""`make test`: every test, on engines of its own, the journeys in an installed Chromium."""

import os
import sys
from collections.abc import Sequence

from . import system
from .throwaway import STOPPED, with_engines

SIDE_BY_SIDE = ("-n", "logical", "--maxprocesses", "4")


def test(arguments: Sequence[str]) -> int:
    """Run pytest; its exit code, or 1 when journeys could not run although CI asks for everything.

    Journeys that measure time run by themselves at the end, since others would share the cores with them.
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
        code = _pytest(*SIDE_BY_SIDE, "--dist", "loadfile", "-m", "journey and not clocked") or code
        return code if code == STOPPED else _pytest("-m", "journey and clocked") or code
    print(
        "NOT RUN: the browser journeys (tests marked `journey`). No Chromium is here: install one or set CHROMIUM."
    )
    return code or int(system.in_ci())


def _pytest(*arguments: str) -> int:
    return with_engines([sys.executable, "-m", "pytest", *arguments])
