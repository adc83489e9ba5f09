"""Load from the same machine: wrk sends requests in turn over so many connections, and says how long answers took."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmi_portal.local import system
from pmi_portal.local.problem import Problem

SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True)
class Request:
    """`status` is what a right answer has; the same for all requests of one page."""

    path: str
    method: str = "GET"
    body: str = ""
    status: int = 200

    @property
    def line(self) -> str:
        return "\t".join([self.method, self.path, str(self.status), self.body])


@dataclass(frozen=True)
class Load:
    """Milliseconds until an answer was whole; requests in a second; bytes of one answer with its headers."""

    p50: float
    p95: float
    per_second: float
    bytes: float


def ready() -> None:
    """Problem when wrk is not there and cannot be brought."""
    if shutil.which("wrk") is None and not (system.bring("wrk") and shutil.which("wrk")):
        raise Problem("`make bench` needs wrk, which sends the load: install the package wrk.")


PATIENCE = 30.0  # seconds, for a page that did not answer in the time that was given


def send(
    address: str, requests: Sequence[Request], *, cookies: str, connections: int, seconds: float
) -> Load:
    """Problem when a wrong answer came, or none even with patience: what is measured then is not the page."""
    told = _told(address, requests, cookies, connections, seconds)
    if not told["answers"]:
        told = _told(address, requests, cookies, connections, PATIENCE)
    if not told["answers"] or told["wrong"]:
        what = (
            f"{told['wrong']} of {told['answers']} answers were wrong"
            if told["answers"]
            else "no answer came"
        )
        raise Problem(f"{requests[0].path.partition('?')[0]}, {connections} connections: {what}.")
    return Load(told["p50"], told["p95"], told["per_second"], told["bytes"] / told["answers"])


def _told(
    address: str, requests: Sequence[Request], cookies: str, connections: int, seconds: float
) -> dict[str, Any]:
    """What wrk says of so many seconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{request.line}\n" for request in requests))
        file.flush()
        options = ["-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "30s", "-s", str(SCRIPT)]
        headers = ["-H", f"Cookie: {cookies}", "-H", "Accept-Encoding: gzip", "-H", "Accept-Language: id"]
        said = subprocess.run(
            ["wrk", *options, *headers, address, "--", file.name], capture_output=True, text=True, check=True
        ).stdout
    told: dict[str, Any] = json.loads(said.rstrip().splitlines()[-1])
    return told
