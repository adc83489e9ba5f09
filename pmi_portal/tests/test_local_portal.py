"""`make run` with real processes, each test on a port of its own: starting, stopping, being killed, starting again."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from pmi_portal.tests.test_local_engines import LOCAL, ROOT, comes_true, without_engines


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def stopped_after(seconds: float, process: "subprocess.Popen[str]") -> Iterator[None]:
    timer = threading.Timer(seconds, process.terminate)
    timer.start()
    yield
    timer.cancel()


class Portal:
    """One `python -m pmi_portal.local run`, without the demo's data, which would take longer than the rest."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.processes: list[subprocess.Popen[str]] = []
        self.home = ROOT / ".local" / str(port)
        self.env = without_engines(PORT=str(port), DEMO="false", HTTPS="false", SECRET_KEY="", STATIC_ROOT="")
        self.env["DJANGO_SETTINGS_MODULE"] = "pmi_portal.settings"
        self.env["MAKELEVEL"] = "1"  # it ends when the tests that started it are killed
        for name in ("EMAIL_URL", "MAIL_DIR"):
            self.env.pop(name, None)

    def start(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [*LOCAL, "run"],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def start_until_ready(self) -> "subprocess.Popen[str]":
        process = self.start()
        assert process.stdout
        lines: list[str] = []
        with stopped_after(120, process):
            for line in process.stdout:
                lines.append(line)
                if "is ready at" in line:
                    return process
        raise AssertionError("".join(lines))

    def close(self) -> None:
        for process in self.processes:
            with process:  # which waits and closes its output
                process.terminate()

    def refusal(self) -> tuple[int, str]:
        process = self.start()
        output, _ = process.communicate(timeout=30)
        return process.returncode, output


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal(free_port())
    yield portal
    portal.close()
    shutil.rmtree(portal.home, ignore_errors=True)


def family(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def ended(processes: list[psutil.Process]) -> bool:
    return comes_true(lambda: not any(process.is_running() for process in processes))


def test_it_comes_up_whole_stops_cleanly_and_survives_a_kill_with_its_data(portal: Portal):
    process = portal.start_until_ready()
    children = family(process)
    with urllib.request.urlopen(f"http://127.0.0.1:{portal.port}/healthz", timeout=5) as answer:
        assert set(json.load(answer).items()) == {
            (part, "ok") for part in ("database", "broker", "worker", "beat")
        }
    second = portal.refusal()
    assert second[0] == 1
    assert "already runs" in second[1]
    key = (portal.home / "secret_key").read_text()
    assert (portal.home / "secret_key").stat().st_mode & 0o077 == 0

    process.kill()
    process.wait()
    assert ended(children)

    process = portal.start_until_ready()  # at once: what the kill left behind is waited for
    children = family(process)
    assert (portal.home / "secret_key").read_text() == key
    assert (portal.home / "postgres" / "PG_VERSION").exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert ended(children)
    assert not Path((portal.home / "sockets").read_text()).exists()


def beats(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """Celery names its processes anew where it finds setproctitle, which comes with mutmut."""
    return [child for child in family(process) if any("beat" in word for word in words_of(child))]


def words_of(child: psutil.Process) -> list[str]:
    """The command line; none of one that has just ended."""
    try:
        return child.cmdline()
    except psutil.NoSuchProcess:  # a zombie is such a one, too
        return []


def test_a_service_that_ends_by_itself_is_started_again(portal: Portal):
    process = portal.start_until_ready()
    try:
        assert comes_true(lambda: beats(process))
        beats(process)[0].kill()
        assert process.stdout
        assert process.stdout.readline().strip()  # the rest of what is said when ready
        assert process.stdout.readline().startswith(
            "beat ended by itself (signal 9); starting it again in 1 s"
        )
        assert comes_true(lambda: beats(process))
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0


def test_a_taken_port_gets_a_sentence_before_anything_is_started(portal: Portal):
    with socket.socket() as other:
        other.bind(("127.0.0.1", portal.port))
        other.listen()
        code, said = portal.refusal()
    assert code == 1
    assert said.startswith(f"Port {portal.port} cannot be used (Address already in use)")
    assert said.count("\n") == 1
    assert not (portal.home / "postgres").exists()


@pytest.mark.parametrize("text", ["web", "0", "70000", "-1"])
def test_an_impossible_port_gets_a_sentence(portal: Portal, text: str):
    portal.env["PORT"] = text
    assert portal.refusal() == (1, f"PORT is {text!r}: give a number from 1 to 65535.\n")


def test_a_folder_that_may_not_be_written_gets_a_sentence(portal: Portal):
    portal.home.parent.mkdir(exist_ok=True)
    portal.home.write_text("a file where the folder should be")
    try:
        code, said = portal.refusal()
    finally:
        portal.home.unlink()
    assert (code, said.count("\n")) == (1, 1)
    assert str(portal.home) in said


def test_reset_forgets_the_data_but_not_while_it_is_in_use(portal: Portal):
    portal.home.mkdir(parents=True)
    lock = os.open(portal.home / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.write(lock, str(os.getpid()).encode())
    refused = subprocess.run([*LOCAL, "reset"], cwd=ROOT, env=portal.env, capture_output=True, text=True)
    os.close(lock)
    assert refused.returncode == 1
    assert "already runs" in refused.stderr
    assert portal.home.exists()
    done = subprocess.run([*LOCAL, "reset"], cwd=ROOT, env=portal.env, capture_output=True, text=True)
    assert done.returncode == 0
    assert not portal.home.exists()


def test_an_old_python_gets_a_sentence():
    script = (
        "import runpy, sys; sys.version_info = (3, 9, 1, 'final', 0);"
        "runpy.run_path('pmi_portal/local/install.py', run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.startswith("Python 3.11 or newer is needed")
