"""How long it takes from the submit of a form until the row stands in the receiver's inbox: asked of the database all the while."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

import psycopg

from pmi_portal.local.problem import Problem

SENDERS = 8  # connections that forms are sent over, each kept
PATIENCE = 120  # seconds that the last of them may take
ASKED_EVERY = 0.002  # seconds

Connect = Callable[[], "psycopg.Connection[tuple[str]]"]
Inbox = Callable[["psycopg.Connection[tuple[str]]", list[str]], list[str]]  # which of the keys stand in it


@dataclass(frozen=True)
class Form:
    """`key` is what its row is told by in the inbox."""

    key: str
    path: str
    body: str


@dataclass(frozen=True)
class Arrivals:
    """Seconds of each, from submit to inbox and to the answer."""

    inbox: list[float]
    answer: list[float]


def measured(
    address: str,
    forms: Sequence[Form],
    *,
    cookies: str,
    per_second: float,
    inbox: Inbox,
    connect: Connect,
) -> Arrivals:
    """Send the forms at that pace, one connection waiting for no other. Problem when one is refused or does not arrive."""
    jobs: SimpleQueue[tuple[float, Form]] = SimpleQueue()
    begun = time.perf_counter() + 0.2
    for number, form in enumerate(forms):
        jobs.put((begun + number / per_second, form))
    sent: dict[str, float] = {}
    answered: dict[str, float] = {}
    refused: list[str] = []

    def send() -> None:
        line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        while True:
            try:
                due, form = jobs.get_nowait()
            except Empty:
                return
            time.sleep(max(due - time.perf_counter(), 0))
            sent[form.key] = time.perf_counter()
            line.request("POST", form.path, form.body, headers)
            answer = line.getresponse()
            answer.read()
            answered[form.key] = time.perf_counter()
            if answer.status != 302:
                refused.append(f"{form.path}: {answer.status}")

    threads = [threading.Thread(target=send) for _each in range(min(SENDERS, len(forms)))]
    for thread in threads:
        thread.start()
    arrived = _seen(sent, len(forms), inbox, connect, refused, begun + len(forms) / per_second + PATIENCE)
    for thread in threads:
        thread.join()
    if refused:
        raise Problem(f"A form was refused: {refused[0]}.")
    return Arrivals(
        inbox=[arrived[key] - sent[key] for key in sent], answer=[answered[key] - sent[key] for key in sent]
    )


def _seen(
    sent: dict[str, float],
    count: int,
    inbox: Inbox,
    connect: Connect,
    refused: list[str],
    end: float,
) -> dict[str, float]:
    arrived: dict[str, float] = {}
    with connect() as connection:
        while len(arrived) < count and not refused:
            awaited = [key for key in list(sent) if key not in arrived]
            if awaited:
                found = inbox(connection, awaited)
                now = time.perf_counter()
                arrived |= dict.fromkeys(found, now)
            elif time.perf_counter() > end:
                break
            if time.perf_counter() > end:
                raise Problem(f"{len(awaited)} of {count} forms did not come to the inbox.")
            time.sleep(ASKED_EVERY)
    return arrived
