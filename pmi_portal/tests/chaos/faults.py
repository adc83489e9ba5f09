"""What may go wrong: each fault with its name, how it strikes and how it is undone. Nothing else is done by hand."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from .mail import MODES, WELL
from .stack import ChaosStack, strike

HOUR = 3600
Do = Callable[[ChaosStack, Random], None]


@dataclass(frozen=True)
class Fault:
    name: str
    strike: Do
    undo: Do
    kills: int = 0

    @property
    def part(self) -> str:
        """What it strikes: two faults at once strike two parts."""
        return self.name.partition(":")[0]


def nothing(_stack: ChaosStack, _random: Random) -> None:
    """It mends by itself."""


def killed(name: str) -> Fault:
    """Killed with all that it had begun, and started anew by whoever watches over it."""
    return Fault(
        f"{name}: killed",
        lambda stack, _random: stack.kill(name),
        lambda stack, _random: stack.start(name),
        1,
    )


def asked_to_stop(name: str, number: int = signal.SIGTERM) -> Fault:
    return Fault(
        f"{name}: asked to stop",
        lambda stack, _random: stack.stop_softly(name, number),
        lambda stack, _random: stack.start(name),
        1,
    )


def paused(name: str) -> Fault:
    """It hangs: it is there and does nothing."""

    def send(number: int) -> Do:
        def do(stack: ChaosStack, _random: Random) -> None:
            for pid in stack.members(name):
                strike(pid, number)

        return do

    return Fault(f"{name}: hangs", send(signal.SIGSTOP), send(signal.SIGCONT))


def a_child_killed(name: str) -> Fault:
    """One of its processes is killed; the others go on."""

    def do(stack: ChaosStack, random: Random) -> None:
        children = stack.members(name)[1:]
        if children:
            strike(random.choice(children), signal.SIGKILL)

    return Fault(f"{name}: one process of several killed", do, nothing, 1)


def broker_wiped() -> Fault:
    def do(stack: ChaosStack, _random: Random) -> None:
        stack.kill("broker")
        stack.wipe_broker()

    return Fault("broker: killed, its file is lost", do, lambda stack, _random: stack.start("broker"), 1)


def connections_cut() -> Fault:
    """Every session of the database is ended, as by a failover."""

    def do(stack: ChaosStack, _random: Random) -> None:
        with stack.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    return Fault("postgres: every connection cut", do, nothing)


def mail(mode: str) -> Fault:
    return Fault(
        f"mail: {mode}",
        lambda stack, _random: stack.mailbox.behave(mode),
        lambda stack, _random: stack.mailbox.behave(WELL),
    )


def clock(whose: str, seconds: int) -> Fault:
    way = "forward" if seconds > 0 else "back"
    return Fault(
        f"clock of the {whose}: an hour {way}",
        lambda stack, _random: stack.clocks[whose].set(seconds),
        lambda stack, _random: stack.clocks[whose].set(0),
    )


CLOCKS = [clock(whose, seconds) for whose in ("portal", "database") for seconds in (HOUR, -HOUR)]
FAULTS: list[Fault] = [
    killed("web"),
    killed("worker"),
    killed("postgres"),
    killed("broker"),
    mail("takes the text and dies"),
    killed("carrier"),
    clock("portal", -HOUR),
    broker_wiped(),
    killed("beat"),
    a_child_killed("worker"),
    mail("refuses"),
    clock("database", HOUR),
    paused("worker"),
    connections_cut(),
    mail("hangs after the text"),
    a_child_killed("web"),
    asked_to_stop("web"),
    mail("4xx after the text"),
    paused("broker"),
    mail("5xx at the recipient"),
    asked_to_stop("worker"),
    asked_to_stop("carrier"),
    asked_to_stop("postgres", signal.SIGQUIT),
    paused("web"),
    paused("beat"),
    paused("carrier"),
    a_child_killed("carrier"),
    clock("portal", HOUR),
    clock("database", -HOUR),
    *[
        mail(mode)
        for mode in MODES
        if mode
        not in (
            "takes the text and dies",
            "refuses",
            "hangs after the text",
            "4xx after the text",
            "5xx at the recipient",
        )
    ],
]


def of_round(number: int, random: Random) -> list[Fault]:
    """The fault of this round, each in turn; in every sixth a second one at the same time, of another part."""
    first = FAULTS[number % len(FAULTS)]
    if number % 6 != 5:
        return [first]
    return [first, random.choice([fault for fault in FAULTS if fault.part != first.part])]
