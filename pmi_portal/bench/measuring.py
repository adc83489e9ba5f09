"""`python -m pmi_portal.bench.measuring CASES SECONDS TIMES` measures the pages of one database beside the floor; JSON lines."""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import django

from pmi_portal.local import folders
from pmi_portal.local.problem import Problem
from pmi_portal.local.signals import Signals

from .floor import sign_in
from .load import Load, Request, send
from .serving import served

MANY = 8  # connections
BESIDE = {
    "rows": Request("/rows/"),
    "detail": Request("/case/UKUR-7/"),
    "create": Request(
        "/create/", "POST", "name=Contoh&country=TW&chronology=Gaji+tidak+dibayar.", status=302
    ),
}
if TYPE_CHECKING:
    from .pages import Asked  # which needs Django set up

FLOOR = "pmi_portal.bench.floor.settings"


def main(size: int, seconds: float, times: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "pmi_portal.settings"
    django.setup()
    from . import world
    from .pages import Pages

    pages = Pages(size, world.settle()).all()
    log, signals = folders.home("bench") / "log", Signals()
    with (
        served("pmi_portal.wsgi", signals, log) as portal,
        served("pmi_portal.bench.floor.wsgi", signals, log, DJANGO_SETTINGS_MODULE=FLOOR) as floor,
    ):
        measured = [_Measured(page.name, size) for page in pages]
        cookies = sign_in(floor)
        for _time in range(times):
            for page, one in zip(pages, measured, strict=True):
                for connections in (1, MANY):
                    ours = send(
                        portal,
                        page.requests(),
                        cookies=page.cookies,
                        connections=connections,
                        seconds=seconds,
                    )
                    theirs = send(
                        floor,
                        [BESIDE[page.floor]],
                        cookies=cookies,
                        connections=connections,
                        seconds=seconds,
                    )
                    one.add(connections, ours, theirs)
        for page, one in zip(pages, measured, strict=True):
            print(json.dumps(one.told(page.asked, page.target)), flush=True)


class _Measured:
    """One page at one size, measured several times."""

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size = name, size
        self.pairs: dict[int, list[tuple[Load, Load]]] = {}

    def add(self, connections: int, ours: Load, floor: Load) -> None:
        self.pairs.setdefault(connections, []).append((ours, floor))

    def told(self, asked: Asked, target: float) -> dict[str, Any]:
        """Medians; ratios are each to the floor that was measured beside it."""
        one, many = self.pairs[1], self.pairs[MANY]
        return {
            "page": self.name,
            "size": self.size,
            "p50": _median([ours.p50 for ours, _floor in one]),
            "p95": _median([ours.p95 for ours, _floor in one]),
            "queries": asked.statements,
            "database_p95": round(asked.milliseconds, 1),
            "ratio": _median([ours.p50 / floor.p50 for ours, floor in one]),
            "target": target,
            "floor_p50": _median([floor.p50 for _ours, floor in one]),
            "kilobytes": _median([ours.bytes / 1000 for ours, _floor in one]),
            "p50_of_8": _median([ours.p50 for ours, _floor in many]),
            "per_second_of_8": _median([ours.per_second for ours, _floor in many]),
            "share_of_8": _median([ours.per_second / floor.per_second for ours, floor in many]),
        }


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 2)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
    except Problem as problem:
        sys.exit(str(problem))
