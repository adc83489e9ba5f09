"""The portal and the floor, each under gunicorn with two processes and the portal's own configuration."""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pmi_portal.local import folders
from pmi_portal.local.problem import Problem
from pmi_portal.local.processes import Child, Guard
from pmi_portal.local.signals import Signals

PROCESSES = 2
PATIENCE = 30  # seconds


@contextmanager
def served(application: str, signals: Signals, folder: Path, **settings: str) -> Iterator[str]:
    """The address of a web server that lives as long as the block."""
    guard, port = Guard(), _free_port()
    name = application.partition(".wsgi")[0]
    command = [sys.executable, "-m", "gunicorn", "-c", "python:pmi_portal.web", "--workers", str(PROCESSES)]
    command += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", application]
    log = folder / f"{name}.log"
    child = Child(name, command, guard, os.environ | settings, folder=folders.REPOSITORY, log=log)
    child.start()
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, child)
        yield address
    finally:
        child.stop(signals)
        guard.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, child: Child) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and child.running:
        try:
            urllib.request.urlopen(address, timeout=PATIENCE)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Problem(f"{child.name} did not start: {child.last_words()}")
