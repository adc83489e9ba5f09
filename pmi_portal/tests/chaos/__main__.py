"""`make chaos`: `--rounds 200`, `--seed N`, `--only K` for one round again."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "pmi_portal.tests.settings"
django.setup()

from pmi_portal.local import system  # noqa: E402
from pmi_portal.tests.chaos import rounds  # noqa: E402
from pmi_portal.tests.chaos.clocks import compiler  # noqa: E402
from pmi_portal.tests.chaos.stack import ChaosStack  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--only", type=int, default=None)
    chosen = parser.parse_args()
    if not (compiler() or (system.bring("gcc") and compiler())):
        print("A C compiler is missing, without which no clock can be moved: install gcc.", file=sys.stderr)
        return 1
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    print(f"seed {chosen.seed}; logs and a line of JSON for each round in {folder}", flush=True)
    stack = ChaosStack(folder)
    started = time.monotonic()
    try:
        stack.bring_up()
        print(f"the portal is up after {time.monotonic() - started:.0f} s", flush=True)
        numbers = range(chosen.rounds) if chosen.only is None else [chosen.only]
        played = rounds.run(
            stack, chosen.seed, numbers, lambda line: print(line, flush=True), folder / "rounds.jsonl"
        )
        taken = dict(stack.mailbox.got)
    finally:
        stack.tear_down()
    repeated = sum(count - 1 for count in taken.values())
    print(rounds.summary(chosen.seed, played, len(taken), repeated))
    print(f"ended by themselves and started anew: {Counter(stack.ended) or 'none'}")
    print(f"in {(time.monotonic() - started) / 60:.1f} minutes")
    return 0 if all(this.is_good for this in played) else 1


if __name__ == "__main__":
    sys.exit(main())
