"""`python -m pmi_portal.bench.exporting CASES TIMES` measures exports of many cases with their personal data; JSON lines.

It does what the worker does, in a process of its own beside no web server: from the confirmation to the file that can be fetched.
Memory is what the process holds at most above what it held before the first export.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django

ROWS = 100_000  # that are exported, where the largest partner has so many
PERSONAL = ("name", "nik", "passport_number", "contact", "reporter_name", "reporter_contact")
PLAIN = ("reference", "urgency", "topics", "country", "assigned_to", "created_at", "closed_at", "outcome")
TARGET, MEMORY = 15_000, 20  # rows a second at least; MB at most
MB = 1024 * 1024
EVERY = 0.005  # seconds between two looks at the memory


def main(size: int, times: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pmi_portal.settings")
    django.setup()
    from . import world

    by = world.settle().caseworkers[0][0]
    for form in ("csv", "xlsx"):
        measured = [_exported(by, form) for _time in range(times)]
        print(json.dumps(_told(size, form, measured)), flush=True)


def _told(size: int, form: str, measured: list[tuple[int, float, float]]) -> dict[str, Any]:
    rates = [rows / seconds for rows, seconds, _held in measured]
    return {
        "export": form,
        "size": size,
        "rows": measured[0][0],
        "rows_per_second": round(statistics.median(rates)),
        "target": TARGET,
        "megabytes": round(max(held for _rows, _seconds, held in measured), 1),
        "megabytes_target": MEMORY,
    }


def _exported(by: Any, form: str) -> tuple[int, float, float]:
    """How many rows, in how many seconds, with how many more megabytes in memory; then nothing is left of it."""
    from bulk import actions, working
    from bulk.choices import Kind
    from bulk.models import BulkAct
    from privacy.acting import as_partner, as_portal

    with as_partner(by.partner_id):
        asked = {"tab": "team", "state": "all"}
        act = actions.prepare(by=by, kind=Kind.EXPORT, key=uuid.uuid4(), asked=asked)
        act = actions.confirm(by=by, act=act, values={"columns": [*PLAIN, *PERSONAL], "form": form})
        BulkAct.objects.filter(pk=act.pk).update(last=_last(by))
    with as_portal(), _memory() as held:
        begun = time.monotonic()
        while working.goes_on(act.pk):
            working.work(act.pk)
        seconds = time.monotonic() - begun
    with as_portal():
        done = BulkAct.objects.get(pk=act.pk)
        if not done.has_file:
            raise SystemExit(f"The export ended as {done.state} {done.problem}")
        done.delete()
    return done.rows_changed, seconds, max(held) / MB


def _last(by: Any) -> int:
    """The number of the last case of those that are exported."""
    from cases.models import Case

    numbers = Case.objects.known_to(by).order_by("pk").values_list("pk", flat=True)[:ROWS]
    return max(numbers)


@contextmanager
def _memory() -> Iterator[list[int]]:
    """Bytes above those at the beginning, looked at again and again."""
    start, held, over = _resident(), [0], threading.Event()

    def look() -> None:
        while not over.wait(EVERY):
            held.append(_resident() - start)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield held
    finally:
        over.set()
        watcher.join()


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
