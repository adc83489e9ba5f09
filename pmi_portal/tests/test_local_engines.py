"""The engines of a test run, with real processes: what they hand on and that nothing of them stays."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = [sys.executable, "-m", "pmi_portal.local"]
SPEAK = (
    "import os, time; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'], flush=True); time.sleep(60)"
)


def without_engines(**more: str) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "MAKELEVEL")} | more


def comes_true(condition: Callable[[], object], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def speaking(tmp_path: Path):
    """A command that runs with engines of its own and has told their addresses."""
    env = without_engines(TMPDIR=str(tmp_path))
    command = [*LOCAL, "with-engines", "--", sys.executable, "-c", SPEAK]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.urls = process.stdout.readline().split()  # type: ignore[attr-defined]  # tied to the process for the tests
        yield process
        process.kill()


def test_a_command_gets_engines_of_its_own_and_its_exit_code_is_handed_on():
    script = (
        "import environ, os, psycopg, redis;"
        "db = environ.Env().db_url('DATABASE_URL');"
        "psycopg.connect(host=db['HOST'], user=db['USER'], dbname=db['NAME']).execute('SELECT 1').close();"
        "redis.Redis.from_url(os.environ['REDIS_URL']).ping();"
        "raise SystemExit(7)"
    )
    result = subprocess.run(
        [*LOCAL, "with-engines", "--", sys.executable, "-c", script],
        cwd=ROOT,
        env=without_engines(),
        timeout=60,
    )
    assert result.returncode == 7


def test_engines_that_the_environment_names_are_left_to_it():
    script = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"
    env = without_engines(DATABASE_URL="postgres:///mine", REDIS_URL="redis://mine")
    command = [*LOCAL, "with-engines", "--", sys.executable, "-c", script]
    result = subprocess.run(command, cwd=ROOT, env=env, timeout=60, capture_output=True, text=True)
    assert result.stdout.split() == ["postgres:///mine", "redis://mine"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_stays_when_the_run_is_stopped(speaking, how: signal.Signals):
    broker = Path(speaking.urls[1].removeprefix("unix://").partition("?")[0])
    family = psutil.Process(speaking.pid).children(recursive=True)
    assert broker.exists()
    assert {"postgres", "valkey-server"} <= {process.name() for process in family}
    speaking.send_signal(how)
    assert comes_true(lambda: not any(process.is_running() for process in family))
    assert comes_true(lambda: not broker.parent.exists())


def test_a_command_that_does_not_exist_gets_a_sentence():
    command = [*LOCAL, "with-engines", "--", "no-such-command"]
    result = subprocess.run(command, cwd=ROOT, timeout=60, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr == "no-such-command cannot be run: No such file or directory.\n"
