"""`python -m pmi_portal.bench.routing CASES SECONDS TIMES`: how soon and how many referrals come to an inbox; JSON lines.

Web, a worker of two processes for the lanes of routing (as docs/deploy.md has it beside another for e-mails), beat and broker are
real. Beside each stands the floor: a plain Django whose worker writes one row for each message, or many by one statement.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import django

from pmi_portal.local import folders
from pmi_portal.local.problem import Problem
from pmi_portal.local.signals import Signals

from .serving import at_work, served, sweeping
from .sides import Side

PACES = (2, 10, 50)  # forms in a second
LEAST = 20  # forms of one measurement
FLOOR = {"DJANGO_SETTINGS_MODULE": "pmi_portal.bench.floor.settings"}
FLOORS_WORKER = "pmi_portal.bench.floor.celery"
LANES = ("route", "route.sweeps", "work", "work.sweeps")
TARGET = 60.0  # ms at p95, from submit to inbox
RATES = {"one by one": 150.0, "in bulk": 2_000.0}  # in a second, at least


def main(size: int, seconds: float, times: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "pmi_portal.settings"
    django.setup()
    from .floors import Floor
    from .portals import Portal

    log, signals = folders.home("bench") / "log", Signals()
    with (
        served("pmi_portal.wsgi", signals, log) as portal,
        served("pmi_portal.bench.floor.wsgi", signals, log, **FLOOR) as floor,
        at_work("pmi_portal", LANES, signals, log),
        at_work(FLOORS_WORKER, ["floor"], signals, log, **FLOOR),
        sweeping("pmi_portal", signals, log),
    ):
        both: list[Side] = [Portal(portal), Floor(floor)]
        for side in both:
            side.forget()
            side.inbox(per_second=5, count=LEAST)  # what is loaded once is loaded
        for one in [*_inbox(both, seconds, times), *_throughput(both, times)]:
            print(json.dumps({"size": size, **one}), flush=True)
        for side in both:
            side.forget()


def _inbox(both: Sequence[Side], seconds: float, times: int) -> Iterator[dict[str, Any]]:
    for pace in PACES:
        count = max(int(pace * seconds), LEAST)
        runs = [[side.inbox(per_second=pace, count=count) for side in both] for _time in range(times)]
        yield {
            "measure": f"submit to inbox, {pace} a second",
            "p50": _median(_percentile(ours.inbox, 50) for ours, _floor in runs),
            "p95": _median(_percentile(ours.inbox, 95) for ours, _floor in runs),
            "answer_p50": _median(_percentile(ours.answer, 50) for ours, _floor in runs),
            "floor_p50": _median(_percentile(floor.inbox, 50) for _ours, floor in runs),
            "floor_p95": _median(_percentile(floor.inbox, 95) for _ours, floor in runs),
            "ratio": _median(
                _percentile(ours.inbox, 95) / _percentile(floor.inbox, 95) for ours, floor in runs
            ),
            "target_p95": TARGET,
        }
        for side in both:
            side.forget()


def _throughput(both: Sequence[Side], times: int) -> Iterator[dict[str, Any]]:
    for name, target in RATES.items():
        runs = [[side.rate(in_bulk=name == "in bulk") for side in both] for _time in range(times)]
        yield {
            "measure": f"referrals routed, {name}",
            "per_second": _median(ours for ours, _floor in runs),
            "floor_per_second": _median(floor for _ours, floor in runs),
            "share": _median(ours / floor for ours, floor in runs),
            "target_per_second": target,
        }


def _median(values: Iterable[float]) -> float:
    return round(statistics.median(values), 2)


def _percentile(seconds: Sequence[float], percent: int) -> float:
    """In milliseconds."""
    return sorted(seconds)[min(len(seconds) * percent // 100, len(seconds) - 1)] * 1000


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
    except Problem as problem:
        sys.exit(str(problem))
