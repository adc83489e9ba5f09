"""`make soak`: an hour of mixed work, `--minutes 60`, `--seed N`; nothing may grow and no row may wait for longer than its sweep."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "pmi_portal.tests.settings"
django.setup()

from pmi_portal.local import system  # noqa: E402
from pmi_portal.tests.chaos import judge as acts  # noqa: E402
from pmi_portal.tests.chaos.clocks import compiler  # noqa: E402
from pmi_portal.tests.chaos.people import Diary  # noqa: E402
from pmi_portal.tests.chaos.rounds import recovered  # noqa: E402
from pmi_portal.tests.chaos.stack import ChaosStack  # noqa: E402
from pmi_portal.tests.soak import judge, rows, telling, work  # noqa: E402
from pmi_portal.tests.soak.watching import Watcher  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    chosen = parser.parse_args()
    if not (compiler() or (system.bring("gcc") and compiler())):
        print("A C compiler is missing, with which the portal's clock is held: install gcc.", file=sys.stderr)
        return 1
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    print(f"seed {chosen.seed}; logs and a line of JSON for each sample in {folder}", flush=True)
    stack, diary = ChaosStack(folder), Diary()
    watcher = Watcher(stack, folder / "samples.jsonl")
    try:
        stack.bring_up()
        print(f"the portal is up; {chosen.minutes:.0f} minutes begin", flush=True)
        began = datetime.now(UTC)
        live(work.Crew(stack.address, diary, chosen.seed), watcher, chosen.minutes * 60)
        told = hold_against(stack, diary)
        with stack.connect() as connection:
            slowest = rows.slowest(connection, began)
    finally:
        stack.tear_down()
    verdict = judge.judge(watcher.samples)
    print(telling.table(verdict, watcher.samples))
    print(telling.slowest(slowest))
    faults = [*verdict.faults, *judge.late(slowest), *told, *watcher.troubles]
    faults += [f"ended by itself: {what}" for what in stack.ended]
    print(telling.summary(chosen.seed, diary, watcher.samples, faults))
    return 1 if faults else 0


def live(crew: work.Crew, watcher: Watcher, seconds: float) -> None:
    """Let people work for so long, with a word every minute."""
    end = time.monotonic() + seconds
    crew.start()
    watcher.start()
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(60, left))
        crew.look()
        print(telling.moment(watcher.samples, crew.diary), flush=True)
    watcher.stop()
    crew.stop()


def hold_against(stack: ChaosStack, diary: Diary) -> list[str]:
    """What was lost or doubled, and what people met with that they should not have."""
    _seconds, waits = recovered(stack, time.monotonic())
    with stack.connect() as connection:
        verdict = acts.judge(diary.acts, acts.gather(connection, diary.acts, dict(stack.mailbox.got)))
    refused = Counter(f"{act.kind} was refused: {act.why}" for act in diary.acts if act.outcome != "done")
    return [
        *verdict.lost,
        *verdict.doubled,
        *diary.troubles,
        *(f"{count} times {what}" for what, count in refused.items()),
        *([f"at the end: {waits}"] if waits else []),
    ]


if __name__ == "__main__":
    sys.exit(main())
