"""PostgreSQL's programs reach the database as DATABASE_URL asks for it, and no secret stands on a command line."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pmi_portal.backup import postgres
from pmi_portal.backup.trouble import Trouble

ASKS_FOR_TLS = (8).to_bytes(4) + (80877103).to_bytes(4)  # SSLRequest (PostgreSQL 18, 54.7)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Parameters that lead to a server without TLS, and what it was sent."""
    with psycopg.connect(**postgres.parameters()) as database:
        version = database.info.server_version
    archive = archive_of(postgres.parameters(), version)

    @contextmanager
    def owner() -> Iterator[Any]:
        yield SimpleNamespace(info=SimpleNamespace(server_version=version))

    monkeypatch.setattr(postgres, "owner", owner)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found: dict[str, Any] = {"heard": b"", "archive": archive}
        found["parameters"] = {
            "host": "127.0.0.1",
            "port": listener.getsockname()[1],
            "user": "owner",
            "dbname": "portal",
            "password": "plainly invented",
        }
        monkeypatch.setattr(postgres, "parameters", lambda: dict(found["parameters"]))
        Thread(target=answer, args=(listener, found), daemon=True).start()
        yield found


def archive_of(parameters: dict[str, Any], version: int) -> bytes:
    """A short one, since pg_restore reads it before it connects."""
    program = postgres.program("pg_dump", version // 10_000)
    made = [program, "--format=custom", "--exclude-schema=*", make_conninfo(**parameters)]
    return subprocess.run(made, check=True, capture_output=True).stdout


def answer(listener: socket.socket, found: dict[str, Any]) -> None:
    """Say that there is no TLS, and keep what is sent nevertheless."""
    while True:
        try:
            client, _address = listener.accept()
        except OSError:
            return
        with client:
            while heard := client.recv(4096):
                if heard == ASKS_FOR_TLS:
                    client.sendall(b"N")
                    continue
                found["heard"] += heard
                break


@pytest.mark.parametrize(
    "act",
    [lambda path: postgres.dump(path, "1"), lambda path: postgres.restore(path)],
    ids=["dump", "restore"],
)
def test_where_tls_is_asked_for_nothing_is_sent_without(
    server: dict[str, Any], tmp_path: Path, act: Any
) -> None:
    server["parameters"] |= {"sslmode": "require", "gssencmode": "disable"}
    (tmp_path / "dump").write_bytes(server["archive"])
    with pytest.raises(Trouble, match="SSL"):
        act(tmp_path / "dump")
    assert server["heard"] == b""


def test_everything_but_the_password_is_handed_on_and_the_password_apart(
    server: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"sslmode": "verify-full", "sslrootcert": "/etc/ssl/a root's.crt", "connect_timeout": "3"}
    server["parameters"] |= known
    done: dict[str, Any] = {}

    def run(command: list[str], **named: Any) -> Any:
        done.update(command=command, **named)
        return subprocess.CompletedProcess(command, 0, stdout="", stderr="")

    monkeypatch.setattr(postgres, "program", lambda name, _server: name)
    monkeypatch.setattr(subprocess, "run", run)
    postgres.restore(tmp_path / "dump")
    [said] = [part.removeprefix("--dbname=") for part in done["command"] if part.startswith("--dbname=")]
    expected = {name: str(value) for name, value in server["parameters"].items()}
    assert conninfo_to_dict(said) | {"password": done["env"]["PGPASSWORD"]} == expected
    assert "plainly invented" not in " ".join(done["command"])


def test_a_secret_that_cannot_be_handed_on_unseen_is_refused(server: dict[str, Any], tmp_path: Path) -> None:
    server["parameters"] |= {"sslpassword": "plainly invented"}
    with pytest.raises(Trouble, match="sslpassword of DATABASE_URL cannot be handed on"):
        postgres.restore(tmp_path / "dump")
    assert server["heard"] == b""
