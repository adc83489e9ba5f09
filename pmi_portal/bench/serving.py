"""The portal and the floor, each under gunicorn with two processes and the portal's own configuration; and their workers."""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
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
    port = _free_port()
    options = ["-c", "python:pmi_portal.web", "--workers", str(PROCESSES), "--no-control-socket"]
    command = ["gunicorn", *options, "--bind", f"127.0.0.1:{port}", application]
    with _running(application.partition(".wsgi")[0], command, signals, folder, settings) as child:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, child)
        yield address


@contextmanager
def at_work(
    application: str, lanes: Sequence[str], signals: Signals, folder: Path, **settings: str
) -> Iterator[None]:
    """A worker of as many processes, for these lists of the broker, that lives as long as the block."""
    options = ["-c", str(PROCESSES), "--without-mingle", "--without-gossip", "-Q", ",".join(lanes)]
    command = ["celery", "-A", application, "worker", *options, "-l", "WARNING"]
    with _running(f"{application}.worker", command, signals, folder, settings):
        yield


@contextmanager
def sweeping(application: str, signals: Signals, folder: Path) -> Iterator[None]:
    """A beat that lives as long as the block."""
    with _running(f"{application}.beat", ["celery", "-A", application, "beat"], signals, folder, {}):
        yield


@contextmanager
def _running(
    name: str, command: Sequence[str], signals: Signals, folder: Path, settings: Mapping[str, str]
) -> Iterator[Child]:
    guard = Guard()
    whole = [sys.executable, "-m", *command]
    child = Child(
        name, whole, guard, os.environ | settings, folder=folders.REPOSITORY, log=folder / f"{name}.log"
    )
    child.start()
    try:
        yield child
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
