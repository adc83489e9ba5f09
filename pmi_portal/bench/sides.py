"""One of the two that are measured, the portal or the floor: how its forms come to an inbox, and what waits for its worker."""

from __future__ import annotations

import time
from typing import Any

import psycopg

from pmi_portal.local.problem import Problem

from .arriving import Arrivals, Form, measured

ARRIVING, WAITING = 1_000, 4_000  # rows that come one after the other, and that wait all at once
PATIENCE = 120  # seconds
ASKED_EVERY = 0.01  # seconds


class Side:
    """What both have in common. `keys` are what forms and rows of the inbox are told by."""

    def __init__(self, address: str, cookies: str) -> None:
        self.address, self.cookies = address, cookies

    def connect(self) -> psycopg.Connection[Any]:
        """To its database, as its owner."""
        raise NotImplementedError

    def forms(self, count: int) -> list[Form]:
        """So many that were not sent yet."""
        raise NotImplementedError

    def arrived(self, connection: psycopg.Connection[Any], keys: list[str]) -> list[str]:
        """Which of them stand in an inbox."""
        raise NotImplementedError

    def forget(self) -> None:
        """Take away what was measured before."""
        raise NotImplementedError

    def put(self, count: int, *, due: bool) -> None:
        """Let so many rows wait for the worker, or be there to come (`let_come`)."""
        raise NotImplementedError

    def let_come(self) -> None:
        """One row after the other becomes due, each with a message of its own."""
        raise NotImplementedError

    def nudge(self) -> None:
        """Tell both processes of the worker that something waits."""
        raise NotImplementedError

    def left(self, connection: psycopg.Connection[Any]) -> int:
        """How many rows the worker has still to do."""
        raise NotImplementedError

    def inbox(self, *, per_second: float, count: int) -> Arrivals:
        """Send so many forms at that pace."""
        return measured(
            self.address,
            self.forms(count),
            cookies=self.cookies,
            per_second=per_second,
            inbox=self.arrived,
            connect=self.connect,
        )

    def rate(self, *, in_bulk: bool) -> float:
        """How many rows the worker does in a second."""
        self.forget()
        count = WAITING if in_bulk else ARRIVING
        self.put(count, due=in_bulk)
        begun = time.perf_counter()
        self.nudge() if in_bulk else self.let_come()
        with self.connect() as connection:
            while self.left(connection):
                if time.perf_counter() - begun > PATIENCE:
                    raise Problem(f"Not all of {count} were routed in {PATIENCE} s.")
                time.sleep(ASKED_EVERY)
        return count / (time.perf_counter() - begun)
