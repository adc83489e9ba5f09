"""`make bench`: pages with 10,000 to 1,000,000 cases, and the way of a referral, beside a floor; `ARGS="10000 100000 --seconds 1 --times 1"` for a quick look."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from pmi_portal.local import folders
from pmi_portal.local.problem import Problem

from . import load, report
from .engine import Engines, running

SIZES = (10_000, 100_000, 1_000_000)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, help="numbers of cases")
    parser.add_argument("--seconds", type=float, default=5, help="of load for each measurement")
    parser.add_argument("--times", type=int, default=3, help="that each is repeated")
    chosen = parser.parse_args()
    load.ready()
    results: list[dict[str, Any]] = []
    exports: list[dict[str, Any]] = []
    with running() as engines:
        for size in sorted(chosen.sizes):
            env = _ready(engines, size)
            results = report.with_growth(
                [*results, *_lines(env, "measuring", size, chosen.seconds, chosen.times)]
            )
            _print(one for one in results if one["size"] == size)
            exports += _lines(env, "exporting", size, chosen.times)
            _print(one for one in exports if one["size"] == size)
        largest = max(chosen.sizes)
        routed = _lines(_env(engines, largest), "routing", largest, chosen.seconds, chosen.times)
    _print(routed)
    chart = report.draw(results, folders.home("bench") / "growth.svg")
    print(report.table(results), file=sys.stderr)
    print(report.table_of_exports(exports), file=sys.stderr)
    print(report.routed(routed), file=sys.stderr)
    print(f"chart: {chart}", file=sys.stderr)
    return 0


def _print(lines: Iterable[dict[str, Any]]) -> None:
    """As soon as they are known, so that what goes wrong later loses none."""
    for line in lines:
        print(json.dumps(line), flush=True)


def _ready(engines: Engines, size: int) -> dict[str, str]:
    """Both databases of this size, made if they are not there; the environment of processes that use them."""
    portal, floor, env = f"portal_{size}", f"floor_{size}", _env(engines, size)
    if not engines.is_made(floor):
        engines.make(floor)
        _run(env, "pmi_portal.bench.floor.prepare", size)
        engines.seal(floor)
    if not engines.is_made(portal):
        engines.make(portal)
        _run(env, "pmi_portal.bench.making", size)
        engines.seal(portal)
    for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        subprocess.run([sys.executable, "manage.py", *command], env=env, cwd=folders.REPOSITORY, check=True)
    return env


def _env(engines: Engines, size: int) -> dict[str, str]:
    urls = {
        "DATABASE_URL": engines.url(f"portal_{size}"),
        "FLOOR_URL": engines.url(f"floor_{size}"),
        "STATIC_ROOT": str(folders.home("bench") / "static"),
    }
    return os.environ | engines.env | SETTINGS | urls


def _lines(env: dict[str, str], module: str, *arguments: float) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _run(env, f"pmi_portal.bench.{module}", *arguments).splitlines()]


def _run(env: dict[str, str], module: str, *arguments: float) -> str:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(
        command, env=env, cwd=folders.REPOSITORY, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


# As a portal at work has them, but for what tells programs from people: those who measure ask faster than anybody types.
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "pmi_portal.settings",
    "DEBUG": "false",
    "DEMO": "false",
    "HTTPS": "false",
    "ALLOWED_HOSTS": "127.0.0.1,testserver",
    "PORTAL_URL": "http://127.0.0.1",
    "PACE_LIMITED": "false",
    "MFA_REQUIRED": "false",
    "LOCK_AFTER_DAYS": "0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))
    except subprocess.CalledProcessError as failed:  # which has said why
        sys.exit(failed.returncode)
