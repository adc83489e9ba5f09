"""`python -m pmi_portal.bench [CASES]` inside `with-engines`: fills, measures, prints, and fails when a target is missed."""

from __future__ import annotations

import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

os.environ["DJANGO_SETTINGS_MODULE"] = "pmi_portal.tests.settings"
SIZE = 100_000
ROUNDS = 60
WARM = 5
PARTS = 20  # of which the last but one is the 95th percentile


@dataclass(frozen=True)
class Measured:
    """Milliseconds of one kind of look-up or page; `target` is what its 95th percentile has to stay under."""

    name: str
    p50: float
    p95: float
    target: float | None = None

    @property
    def holds(self) -> bool:
        return self.target is None or self.p95 < self.target

    def line(self, floor: float) -> str:
        verdict = "" if self.target is None else f"  under {self.target:.0f}: {'yes' if self.holds else 'NO'}"
        return f"{self.name:<44}{self.p50:>9.1f}{self.p95:>9.1f}{self.p50 / floor:>8.1f}{verdict}"


def measure(name: str, ask: Callable[[int], object], target: float | None = None) -> Measured:
    """Ask `ROUNDS` times, each time for another one; the first few warm up."""
    taken = []
    for place in range(WARM + ROUNDS):
        begun = time.perf_counter()
        ask(place)
        taken.append((time.perf_counter() - begun) * 1000)
    counted = taken[WARM:]
    return Measured(name, statistics.median(counted), statistics.quantiles(counted, n=PARTS)[-1], target)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(size: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from privacy.postgres.owner import as_owner

    with as_owner():
        call_command("migrate", verbosity=0)
    call_command("load_reference", stdout=io.StringIO())
    from .fill import fill
    from .lookups import all_of

    begun = time.monotonic()
    person = fill(size, say)[0]
    say(f"{size:,} cases made in {time.monotonic() - begun:.0f} s; measuring")
    results = all_of(person, size, measure)
    floor = results[0].p50
    print(f"{size:,} cases, {ROUNDS} rounds each, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':<44}{'p50 ms':>9}{'p95 ms':>9}{'x floor':>8}")
    for result in results:
        print(result.line(floor))
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZE))
