"""The whole portal on this machine, from `make run` until Ctrl-C; and how to forget it."""

import os
import shutil
import socket
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from environ import Env

from . import folders
from .problem import Problem, plain_errors
from .processes import Guard
from .services import Services
from .signals import Signals, StopRequested

SECRETS = {  # kept in the portal's private folder
    "SECRET_KEY": folders.secret_key,
    "PRIVACY_KEYS": folders.key_ring,
    "PRIVACY_INDEX_KEYS": folders.key_ring,
    "LOG_SIGNING_KEY": folders.signing_key,
}
PATIENCE = 60  # seconds until we say that something is slow to come up


def say(sentence: str) -> None:
    """A line for the person at the terminal, who may be gone by now."""
    with suppress(OSError):
        print(sentence, flush=True)


def run() -> int:
    """Bring everything up, watch over it, stop it when asked: exit code 0. Problem when it cannot start."""
    Env.read_env(folders.REPOSITORY / ".env")
    port = _port()
    signals = Signals()
    home = folders.home(port)
    lock = folders.lock(home)
    listener = _listen(port)
    guard = Guard(lock)
    try:
        sockets = folders.sockets(recorded_in=home / "sockets")
        guard.tell("remove", sockets)
        return _serve(Services(home, sockets, guard, signals, say), environment(port, home), listener)
    finally:
        guard.close()  # which removes the sockets


def _serve(services: Services, env: dict[str, str], listener: socket.socket) -> int:
    try:
        services.start(env, listener)
        _say_when_healthy(services, listener.getsockname()[1])
        services.watch()
    except StopRequested:
        say("Stopping. Once more to hurry.")
        return 0
    finally:
        services.stop()


def reset() -> int:
    """Forget the demo on PORT. Problem when it is running."""
    Env.read_env(folders.REPOSITORY / ".env")
    home = folders.REPOSITORY / ".local" / str(_port())
    if home.exists():
        folders.lock(home)
        with plain_errors(home):
            shutil.rmtree(home)
    say(f"Forgotten: {home} is gone, the next `make run` starts anew.")
    return 0


def environment(port: int, home: Path) -> dict[str, str]:
    """The portal's settings. What the environment or .env already names stays."""
    env = {name: value for name, value in os.environ.items() if value}
    defaults = {
        "DEMO": "true",
        "PORTAL_URL": f"http://localhost:{port}",
        "STATIC_ROOT": str(home / "static"),
        "DOCUMENTS_DIR": str(home / "documents"),
        "LOG_CHECKPOINTS_DIR": str(home / "checkpoints"),
        "ERASURE_LEDGER": str(home / "erasures.jsonl"),
        "DJANGO_SETTINGS_MODULE": "pmi_portal.settings",
        "PYTHONUNBUFFERED": "1",
    }
    made = {
        name: folders.secret(home, name.lower(), make) for name, make in SECRETS.items() if name not in env
    }
    return {**defaults, **made, **env}


def home_of() -> tuple[int, Path]:
    """The port that the environment or .env names, and the private folder of the portal there."""
    Env.read_env(folders.REPOSITORY / ".env")
    port = _port()
    return port, folders.home(port)


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Problem(f"PORT is {text!r}: give a number from 1 to 65535.")
    return int(text)


def _listen(port: int) -> socket.socket:
    """Take the port before any slow work; gunicorn inherits it. Early visitors wait instead of being refused."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except PermissionError:
        raise Problem(
            f"Port {port} may not be used by you: choose one above 1023, as in `make run PORT=8001`."
        ) from None
    except OSError as error:
        raise Problem(
            f"Port {port} cannot be used ({error.strerror}): choose another one, as in `make run PORT={port + 1}`."
        ) from None
    return listener


def _healthy(port: int) -> str:
    """Nothing when /healthz is content, else what it said."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return ""
    except urllib.error.HTTPError as error:
        return error.read(500).decode(errors="replace")
    except OSError as error:
        return str(error)


def _say_when_healthy(services: Services, port: int) -> None:
    signals, logs = services.signals, services.home / "log"
    started = time.monotonic()
    complained = False
    while complaint := _healthy(port):
        if not complained and time.monotonic() - started > PATIENCE:
            complained = True
            say(f"Still not healthy: {complaint} (logs in {logs})")
        services.tend()
        signals.check()
        signals.pause(0.2)
    say(
        f"\nPortal PMI is ready at http://localhost:{port} (demo accounts: see above).\n"
        f"Logs: {os.path.relpath(logs)}  Stop: Ctrl-C or kill {os.getpid()}  Forget the demo: make reset"
    )
