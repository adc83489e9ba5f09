"""What an hour of samples says: is anything growing, and did any row wait for longer than it may?

The first fifth does not count for what grows: caches fill and pools open. Of the rest the first part is held against the
last, and what lies between them is taken to go on as long as the rest lasts. Rows are judged from the first minute on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pmi_portal import web

from .rows import WAITING
from .watching import SESSION, Sample

WARMING = 0.2  # of the time: caches fill
SIDE = 0.2  # of what is left, at its beginning and at its end
FLAT = 0.05
NOISE = 1024  # KiB by which the memory of a small process may waver
CACHED = (
    1000  # files that a process of PostgreSQL keeps open to spare itself opening them (max_files_per_process)
)
SPARE = (
    web.threads
)  # files that a process may open late: a pool has a connection for each thread once all were busy at once
SPARES = 2 * SPARE  # connections of both web processes likewise
SETTLING = 60  # seconds in which what the demo left behind is taken up
SWEEPING = 5  # seconds that a sweep itself may take
FEWEST = 20  # samples below which nothing is told


@dataclass(frozen=True)
class Growth:
    """Something that was so much at first and is so much at last (medians)."""

    what: str
    first: float
    last: float

    @property
    def share(self) -> float:
        """By how much it grows while it is judged: the middles of both sides lie closer to each other than its ends."""
        return (self.last / self.first - 1) / (1 - SIDE) if self.first else float(self.last > 0)


@dataclass(frozen=True)
class Verdict:
    memory: list[Growth]  # of each process that lived all the time, and of each part, in KiB
    files: list[Growth]
    connections: list[Growth]
    oldest: dict[str, float]  # seconds for which a row of a kind was due at most
    faults: list[str]


def judge(samples: Sequence[Sample]) -> Verdict:
    """ValueError with fewer than FEWEST samples."""
    if len(samples) < FEWEST:
        raise ValueError(f"{len(samples)} samples tell nothing: at least {FEWEST} are needed")
    kept = [sample for sample in samples if sample.at >= WARMING * samples[-1].at]
    first, last = ends(kept)
    memory, files = (
        list(_of_processes(kept, first, last, "memory")),
        list(_of_processes(kept, first, last, "files")),
    )
    memory += list(_of_parts(first, last))
    connections = [
        Growth("sessions of the database", _mid(s.sessions for s in first), _mid(s.sessions for s in last)),
        Growth("clients of the broker", _mid(s.clients for s in first), _mid(s.clients for s in last)),
    ]
    settled = [sample for sample in samples if sample.at >= SETTLING] or samples
    oldest = {name: max(sample.ages.get(name, 0) for sample in settled) for name in WAITING}
    faults = [
        *(f"memory of {it.what}: {it.share:+.1%}" for it in memory if _leaks(it)),
        *(f"open files of {it.what}: {it.first:.0f}, then {it.last:.0f}" for it in files if _stay_open(it)),
        *(f"{it.what}: {it.first:.0f}, then {it.last:.0f}" for it in connections if _piles_up(it, SPARES)),
        *(
            f"{name} were due for {age:.0f} s"
            for name, age in oldest.items()
            if age > WAITING[name].every + SWEEPING
        ),
    ]
    return Verdict(memory, files, connections, oldest, faults)


def late(slowest: Mapping[str, float]) -> list[str]:
    """What took longer from being asked for to being done than until the next sweep and through it."""
    return [
        f"{name} took up to {seconds:.0f} s from being asked for to being sent"
        for name, seconds in slowest.items()
        if seconds > WAITING[name].every + SWEEPING
    ]


def ends(kept: Sequence[Sample]) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """The samples of the beginning and of the end."""
    count = max(int(len(kept) * SIDE), 1)
    return kept[:count], kept[-count:]


def _leaks(it: Growth) -> bool:
    return it.share > FLAT and it.last - it.first > NOISE


def _piles_up(it: Growth, spare: int) -> bool:
    return it.last > it.first * (1 + FLAT) + spare


def _stay_open(it: Growth) -> bool:
    return it.last > CACHED if "postgres" in it.what else _piles_up(it, SPARE)


def _of_processes(
    kept: Sequence[Sample], first: Sequence[Sample], last: Sequence[Sample], what: str
) -> Iterable[Growth]:
    """Of each process that was there from the first sample to the last."""
    there = [{(it.part, it.pid) for it in sample.processes} for sample in (kept[0], kept[-1])]
    for part, pid in sorted(there[0] & there[1]):
        sides = [
            _mid(getattr(it, what) for sample in side for it in sample.processes if it.pid == pid)
            for side in (first, last)
        ]
        yield Growth(f"{part} {pid}", *sides)


def _of_parts(first: Sequence[Sample], last: Sequence[Sample]) -> Iterable[Growth]:
    """Of the processes of a part taken together, so that one that is replaced before it has grown does not hide a leak.

    Of PostgreSQL's sessions, which come and go with the connections, the largest; how many there are is judged by itself.
    """
    sides: list[dict[str, list[int]]] = []
    for side in (first, last):
        sums: dict[str, list[int]] = defaultdict(list)
        for sample in side:
            by_part: dict[str, int] = defaultdict(int)
            for it in sample.processes:
                by_part[it.part] += it.memory
            for part, memory in by_part.items():
                sums[part].append(memory)
        sides.append(sums)
    for part in sorted((set(sides[0]) | set(sides[1])) - {SESSION}):
        yield Growth(f"{part} as a whole", *(_mid(side.get(part, [])) for side in sides))
    largest = [_largest(side) for side in (first, last)]
    if any(largest):
        yield Growth(f"{SESSION}, the largest", *largest)


def _largest(side: Sequence[Sample]) -> float:
    return float(
        max((it.memory for sample in side for it in sample.processes if it.part == SESSION), default=0)
    )


def _mid(values: Iterable[float]) -> float:
    found = list(values)
    return float(median(found)) if found else 0.0
