"""The whole portal as processes of its own, for journeys: web, worker, beat, broker and mail server, on loopback."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from pmi_portal.local import folders
from pmi_portal.local.engines import Valkey
from pmi_portal.local.processes import Child, Guard

PATIENCE = 60  # seconds until a condition that should come true counts as failed


def wait_until(condition: Callable[[], Any], what: str, *, seconds: float = PATIENCE) -> Any:
    """What `condition` returns once it is true. AssertionError naming `what` when it stays false for too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stack:
    """Every process can be stopped and started by name, as when a machine fails and comes back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.guard = Guard()
        self.sockets = folders.sockets()
        self.guard.tell("remove", self.sockets)
        side = os.environ.get("PYTEST_XDIST_WORKER", "alone")
        self.port, mail_port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.database_url = make_database(os.environ["DATABASE_URL"], f"journeys_{side}")
        self.valkey = Valkey(folder, self.sockets, self.guard, folder / "valkey.log")
        self.env = dict(os.environ) | {
            "DJANGO_SETTINGS_MODULE": "pmi_portal.settings",
            "DATABASE_URL": self.database_url,
            "DATABASE_POOL_MAX": "4",
            "REDIS_URL": self.valkey.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "MAIL_DIR": str(folder / "mail"),
            "STATIC_ROOT": str(folder / "static"),
            "DOCUMENTS_DIR": str(folder / "documents"),
            "ERASURE_LEDGER": str(folder / "erasures.jsonl"),
            "PORTAL_URL": self.address,
            "DEMO": "true",
            "CONDUCT_REQUIRED": "true",  # as it is by itself; who is there has accepted it
            "PACE_LIMITED": "false",  # what drives these browsers is faster than a person
            "LOG_LEVEL": "INFO",
            "PYTHONUNBUFFERED": "1",
        }
        self.env.pop("PYTEST_CURRENT_TEST", None)
        web = ["gunicorn", "-c", "python:pmi_portal.web", "--bind", f"127.0.0.1:{self.port}"]
        mail = ["aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Mailbox", str(folder / "mail")]
        celery = ["celery", "-A", "pmi_portal"]
        self.children = {
            "broker": self.valkey.child(),
            "mail": self._child("mail", *mail, "-l", f"127.0.0.1:{mail_port}"),
            "worker": self._child(
                "worker", *celery, "worker", "-c", "2", "--without-mingle", "--without-gossip"
            ),
            "beat": self._child("beat", *celery, "beat"),
            "web": self._child("web", *web, "--no-control-socket", "pmi_portal.wsgi"),
        }

    def _child(self, name: str, *module: str) -> Child:
        command = [sys.executable, "-m", *module]
        return Child(
            name, command, self.guard, self.env, folder=folders.REPOSITORY, log=self.folder / f"{name}.log"
        )

    def manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=folders.REPOSITORY,
            env=self.env,
            check=True,
            capture_output=True,
        )

    def bring_up(self) -> None:
        """Everything from an empty database to a healthy portal with the demo's data."""
        self.start("broker")
        wait_until(self.valkey.answers, "the broker answers")
        self.manage("migrate", "--verbosity", "0")
        self.manage("load_reference")
        self.manage("seed_demo")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        for name in ("mail", "worker", "beat", "web"):
            self.start(name)
        wait_until(self.healthy, "/healthz is content")

    @contextmanager
    def another_web(self, **settings: str) -> Iterator[str]:
        """A second web process beside the first, on the same data but with settings of its own; its address."""
        port = free_port()
        options = ("--worker-class", "gthread", "--workers", "1", "--threads", "4", "--no-control-socket")
        web = ("gunicorn", "--bind", f"127.0.0.1:{port}", *options, "pmi_portal.wsgi")
        address = f"http://localhost:{port}"  # by this name, since passkeys are bound to names
        with self.beside("another-web", *web, **settings):
            wait_until(lambda: answers(f"{address}/accounts/login/"), "the other web process answers")
            yield address

    @contextmanager
    def beside(self, name: str, *module: str, **settings: str) -> Iterator[None]:
        """One more process of the portal, with settings of its own; it may be killed meanwhile."""
        child = self.children[name] = self._child(name, *module)
        child.env = self.env | settings
        child.start()
        try:
            yield
        finally:
            if child.process is not None:
                self.kill(name)
            del self.children[name]

    def start(self, name: str) -> None:
        self.children[name].start()

    def kill(self, name: str) -> None:
        """End it and all of its children at once, as a power cut would."""
        child = self.children[name]
        assert child.process is not None
        os.killpg(child.process.pid, SIGKILL)
        child.process.wait()
        child.forget()

    def health(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return {"status": answer.status, **json.load(answer)}
        except urllib.error.HTTPError as error:
            return {"status": error.code, **json.load(error)}
        except OSError as error:
            return {"status": 0, "error": str(error)}

    def healthy(self) -> bool:
        return self.health()["status"] == 200

    def connect(self) -> "psycopg.Connection[Any]":
        """A connection to the portal's own database, to look at what a page does not show."""
        return psycopg.connect(**connection_arguments(self.database_url), autocommit=True)

    def tear_down(self) -> None:
        for name, child in self.children.items():
            if child.process is not None:
                self.kill(name)
        self.guard.close()


def connection_arguments(url: str) -> dict[str, Any]:
    """psycopg's arguments for a DATABASE_URL as Django reads it."""
    import environ

    settings = environ.Env.db_url_config(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {names[name]: value for name, value in settings.items() if name in names and value}


def make_database(url: str, name: str) -> str:
    """A new empty database on the server that `url` names; its own URL."""
    with psycopg.connect(**connection_arguments(url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rpartition('/')[0]}/{name}"))
