"""The short form of `make chaos`: twenty rounds, another seed each day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pmi_portal.local import system
from pmi_portal.tests.chaos import rounds
from pmi_portal.tests.chaos.clocks import compiler
from pmi_portal.tests.chaos.stack import ChaosStack

pytestmark = [pytest.mark.journey, pytest.mark.clocked]

ROUNDS = 20


def test_twenty_rounds_lose_nothing_double_nothing_and_mend_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compiler() or (system.bring("gcc") and compiler()), "without a C compiler no clock can be moved"
    for name in ("DATABASE_URL", "REDIS_URL"):  # the portal of this test has its own
        monkeypatch.delenv(name, raising=False)
    seed = date.today().toordinal()
    first = seed * ROUNDS  # the faults take turns: two days see all of them
    stack = ChaosStack(tmp_path)
    with capsys.disabled():
        print()
        try:
            stack.bring_up()
            played = rounds.run(
                stack, seed, range(first, first + ROUNDS), lambda line: print(line, flush=True)
            )
            taken = dict(stack.mailbox.got)
        finally:
            stack.tear_down()
        print(rounds.summary(seed, played, len(taken), sum(taken.values()) - len(taken)))
    # How fast is printed here and judged by `make chaos`: no test of the suite hangs on the speed of its machine.
    assert [this.line() for this in played if not this.is_whole] == []
