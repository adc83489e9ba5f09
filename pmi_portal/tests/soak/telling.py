"""What `make soak` prints: a word every minute, and at the end each process with what it was and became."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pmi_portal.tests.chaos.people import Diary

from .judge import FLAT, Growth, Verdict
from .rows import WAITING
from .watching import Sample

BARS = "▁▂▃▄▅▆▇█"
MIB = 1024
SHOWN = 15  # faults that are named


def moment(samples: Sequence[Sample], diary: Diary) -> str:
    """Where things stand now."""
    if not samples:
        return "nothing seen yet"
    now = samples[-1]
    memory = sum(process.memory for process in now.processes) / MIB
    files = sum(process.files for process in now.processes)
    oldest = max(now.ages, key=lambda name: now.ages[name])
    return (
        f"{now.at / 60:5.1f} min: {len(diary.acts)} acts, {memory:.0f} MiB, {files} files, {now.sessions} sessions, "
        f"{now.clients} clients, longest due: {oldest} {now.ages[oldest]:.0f} s"
    )


def line(values: Sequence[float], width: int = 30) -> str:
    """The course of a figure in a line of bars from nought to its highest."""
    if not values:
        return ""
    step = max(len(values) / width, 1)
    points = [values[int(number * step)] for number in range(min(width, len(values)))]
    high = max(points) or 1
    return "".join(BARS[round(point / high * (len(BARS) - 1))] for point in points)


def table(verdict: Verdict, samples: Sequence[Sample]) -> str:
    """Memory and files of each process, connections, and the longest wait of each kind of row."""
    files = {it.what: it for it in verdict.files}
    rows = [f"{'':28} {'MiB at first':>12} {'at last':>8} {'':>7}   files"]
    for it in verdict.memory:
        opened = files.get(it.what)
        rows.append(
            f"{it.what:28} {it.first / MIB:12.1f} {it.last / MIB:8.1f} {it.share:+7.1%}   "
            + (f"{opened.first:.0f} > {opened.last:.0f}  " if opened else "")
            + line(_course(samples, it))
        )
    rows += [f"{it.what:28} {it.first:12.0f} {it.last:8.0f}" for it in verdict.connections]
    rows += [
        f"{name:28} due for {age:5.1f} s at most (swept every {WAITING[name].every} s)"
        for name, age in verdict.oldest.items()
    ]
    return "\n".join(rows)


def _course(samples: Sequence[Sample], it: Growth) -> list[float]:
    """The figure over the whole time: of one process, of a part, or of the largest of its kind."""
    if it.what.endswith("as a whole"):
        part = it.what.removesuffix(" as a whole")
        return [float(sum(p.memory for p in sample.processes if p.part == part)) for sample in samples]
    if it.what.endswith("the largest"):
        part = it.what.partition(",")[0]
        return [float(max((p.memory for p in s.processes if p.part == part), default=0)) for s in samples]
    return [
        float(sum(p.memory for p in sample.processes if it.what == f"{p.part} {p.pid}")) for sample in samples
    ]


def slowest(seconds: Mapping[str, float]) -> str:
    """How long the slowest took from being asked for to being sent."""
    return "\n".join(f"{name:28} sent after {took:5.1f} s at most" for name, took in seconds.items())


def summary(seed: int, diary: Diary, samples: Sequence[Sample], faults: Sequence[str]) -> str:
    """The last lines: how much was done, and what is not as it should be."""
    done = Counter(act.kind for act in diary.acts if act.outcome == "done")
    said = ", ".join(f"{count} {kind}" for kind, count in sorted(done.items()))
    head = f"seed {seed}: {samples[-1].at / 60:.0f} minutes, {len(samples)} samples; {said}"
    if not faults:
        return f"{head}\nnothing grew by more than {FLAT:.0%} or waited for longer than its sweep, nothing was lost or doubled"
    return "\n".join([head, f"{len(faults)} faults:", *(f"  {fault}" for fault in faults[:SHOWN])])
