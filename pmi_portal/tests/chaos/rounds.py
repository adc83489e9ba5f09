"""Round after round: people work, a fault strikes at some moment, is undone, and the portal has to come back by itself."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from pmi_portal.tests.journeys.stack import wait_until

from .faults import of_round
from .judge import Verdict, gather, judge
from .people import Act, Diary, Person, at_work, everybody
from .stack import ChaosStack

LIMIT = 30  # seconds in which everything is as it should be after a fault
GIVE_UP = 90  # seconds after which a round is late for good
WAITING = """
    SELECT (SELECT count(*) FROM referrals_referral WHERE state = 'waiting'),
           (SELECT count(*) FROM notifications_email WHERE state = 'due')
"""


@dataclass
class Round:
    number: int
    faults: list[str]
    kills: int = 0
    recovery: float = 0.0
    acts: list[Act] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    troubles: list[str] = field(default_factory=list)
    waits: str = ""

    @property
    def referrals(self) -> int:
        return sum(act.kind == "refer" and act.outcome == "done" for act in self.acts)

    @property
    def is_late(self) -> bool:
        return self.recovery > LIMIT

    @property
    def is_whole(self) -> bool:
        """Nothing lost, nothing doubled, everybody could work, and the portal mended by itself, however slow the machine."""
        return self.verdict.is_good and not self.troubles and self.recovery < GIVE_UP

    @property
    def is_good(self) -> bool:
        return self.is_whole and not self.is_late

    def line(self) -> str:
        worst = [
            *self.verdict.lost,
            *self.verdict.doubled,
            *self.troubles,
            *([self.waits] if self.is_late else []),
        ]
        said = f"{self.number:4} {' + '.join(self.faults):60} {self.referrals:3} referrals, back after {self.recovery:5.1f} s"
        return said + "".join(f"\n       {what}" for what in worst[:6])


def play(stack: ChaosStack, people: list[Person], seed: int, number: int) -> Round:
    """One round. Its faults, their moments and what people do follow from the seed and the number alone."""
    random = Random(f"{seed} {number}")
    faults = of_round(number, random)
    this = Round(number, [fault.name for fault in faults], kills=sum(fault.kills for fault in faults))
    diary, stop = Diary(), threading.Event()
    threads = at_work(people, diary, random, stop)
    wait_until(lambda: diary.has_done("refer"), "somebody has referred")
    time.sleep(random.uniform(0, 1.5))
    for fault in faults:
        fault.strike(stack, random)
    time.sleep(random.uniform(1, 5))
    for fault in reversed(faults):
        fault.undo(stack, random)
    undone = time.monotonic()
    time.sleep(random.uniform(0, 1))
    stop.set()
    for thread in threads:
        thread.join(timeout=GIVE_UP)
    this.recovery, this.waits = recovered(stack, undone)
    this.acts, this.troubles = diary.acts, diary.troubles
    with stack.connect() as connection:
        this.verdict = judge(diary.acts, gather(connection, diary.acts, dict(stack.mailbox.got)))
    return this


def recovered(stack: ChaosStack, since: float) -> tuple[float, str]:
    """Seconds since then until nothing waits and every part is well, and what was waited for last."""
    waits = "nothing"
    while time.monotonic() - since < GIVE_UP:
        if not (waits := what_waits(stack)):
            return time.monotonic() - since, ""
        time.sleep(0.2)
    return time.monotonic() - since, waits


def what_waits(stack: ChaosStack) -> str:
    try:
        with stack.connect() as connection:
            row = connection.execute(WAITING).fetchone()
    except psycopg.Error as error:
        return f"PostgreSQL: {type(error).__name__}"
    assert row is not None
    if any(row):
        return f"{row[0]} referrals and {row[1]} e-mails wait"
    health = stack.health()
    return "" if health["status"] == 200 else f"not well: {health}"


def run(
    stack: ChaosStack, seed: int, numbers: Sequence[int], say: Callable[[str], None], keep: Path | None = None
) -> list[Round]:
    """Play these rounds; a line for each, and a line of JSON in `keep`."""
    played, people = [], everybody(stack.address)
    for number in numbers:
        this = play(stack, people, seed, number)
        played.append(this)
        say(this.line())
        if keep is not None:
            with keep.open("a") as file:
                file.write(json.dumps(as_json(this)) + "\n")
    return played


def as_json(this: Round) -> dict[str, Any]:
    return {
        "round": this.number,
        "faults": this.faults,
        "referrals": this.referrals,
        "acts": len(this.acts),
        "recovery": round(this.recovery, 2),
        "lost": this.verdict.lost,
        "doubled": this.verdict.doubled,
        "troubles": this.troubles,
    }


def summary(seed: int, played: Sequence[Round], mails: int, repeated: int) -> str:
    """What `make chaos` prints at the end."""
    lost = sum(len(this.verdict.lost) for this in played)
    doubled = sum(len(this.verdict.doubled) for this in played)
    slowest = max(played, key=lambda this: this.recovery)
    by_fault: dict[str, list[float]] = {}
    for this in played:
        for name in this.faults:
            by_fault.setdefault(name, []).append(this.recovery)
    table = [
        f"  {name:45} {len(seconds):3} times, slowest {max(seconds):5.1f} s"
        for name, seconds in sorted(by_fault.items())
    ]
    bad = [this.number for this in played if not this.is_good]
    return "\n".join(
        [
            "",
            *table,
            f"seed {seed}: {len(played)} rounds, {sum(this.kills for this in played)} kills, "
            f"{sum(this.referrals for this in played)} referrals, {sum(len(this.acts) for this in played)} acts, {mails} e-mails",
            f"lost {lost}, doubled {doubled}, e-mails that came again under the same id {repeated}, "
            f"slowest recovery {slowest.recovery:.1f} s ({' + '.join(slowest.faults)})",
            *(
                [f"not as it should be: rounds {bad}; one again: --seed {seed} --only {bad[0]}"]
                if bad
                else []
            ),
        ]
    )
