"""`make backup TO=folder KEYS=file` of the running local portal, and `make restore BACKUP=folder KEYS=file` into a new one."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from . import folders
from .engines import Postgres
from .portal import SECRETS, environment, home_of, say
from .problem import Problem, plain_errors
from .processes import Guard
from .services import Services
from .signals import Signals

NO_LEDGER = "none"


def backup() -> int:
    """Back the portal on PORT up while it works; manage.py's exit code. Problem when it does not run."""
    port, home = home_of()
    sockets = _running(home)
    guard = Guard()
    try:
        postgres = Postgres(home, sockets, guard, home / "log" / "postgres.log")
        if not postgres.answers():
            raise Problem(
                f"The portal on port {port} does not run: start it with `make run`, and back it up meanwhile."
            )
        env = environment(port, home) | {"DATABASE_URL": os.environ.get("DATABASE_URL") or postgres.url}
    finally:
        guard.close()
    into = os.environ.get("TO") or str(home / "backups")
    return _manage(env, "backup", into, *(["--keys", keys] if (keys := os.environ.get("KEYS")) else []))


def restore() -> int:
    """Restore BACKUP into the portal on PORT, which must be new; manage.py's exit code."""
    backup = os.environ.get("BACKUP")
    if not backup:
        raise Problem("Name the backup: `make restore BACKUP=folder KEYS=file LEDGER=file PORT=8001`.")
    ledger = os.environ.get("LEDGER")
    if not ledger or (ledger != NO_LEDGER and not Path(ledger).is_file()):
        raise Problem(
            f"Name the erasure ledger of today as LEDGER (of a local portal: .local/PORT/erasures.jsonl), else people who were "
            f"erased since would be back; LEDGER={NO_LEDGER} where nobody ever was."
        )
    port, home = home_of()
    if (home / "postgres").exists():
        raise Problem(
            f"The portal on port {port} has data already: name another PORT, or `make reset` first."
        )
    lock = folders.lock(home)
    guard = Guard(lock)
    try:
        _take_over_keys(home)
        if ledger != NO_LEDGER:
            with plain_errors(home):
                shutil.copyfile(ledger, home / "erasures.jsonl")
        sockets = folders.sockets(recorded_in=home / "sockets")
        guard.tell("remove", sockets)
        services = Services(home, sockets, guard, Signals(), say)
        try:
            services.env = environment(port, home)
            services.start_engines()
            none = ["--no-ledger"] if ledger == NO_LEDGER else []
            failed = _manage(services.env, "restore", backup, *none)
            if failed:
                say(f"Before another try: `make reset PORT={port}`, which forgets what was restored there.")
            return failed
        finally:
            services.stop()
    finally:
        guard.close()


def _take_over_keys(home: Path) -> None:
    """Let the new portal have the secrets that the sealed file KEYS holds, where there is one."""
    if not (file := os.environ.get("KEYS")):
        return
    env = environment_for_reading()
    said = subprocess.run(
        [sys.executable, "manage.py", "restore", "--show-keys", file],
        cwd=folders.REPOSITORY,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if said.returncode:
        raise Problem("The keys could not be read: see above.")
    for line in said.stdout.splitlines():
        name, _equals, value = line.partition("=")
        if name in SECRETS and folders.secret(home, name.lower(), partial(str, value)) != value:
            raise Problem(
                f"The portal in {home} has a {name} of its own already: name another PORT, or `make reset` first."
            )


def environment_for_reading() -> dict[str, str]:
    """Enough for a command that asks no database."""
    return os.environ | {
        "SECRET_KEY": "reads keys",
        "DEMO": "true",
        "DJANGO_SETTINGS_MODULE": "pmi_portal.settings",
    }


def _running(home: Path) -> Path:
    with suppress(OSError):
        return Path((home / "sockets").read_text())
    raise Problem("There is no portal yet: `make run` makes one.")


def _manage(env: dict[str, str], *arguments: str) -> int:
    return subprocess.call([sys.executable, "manage.py", *arguments], cwd=folders.REPOSITORY, env=env)
