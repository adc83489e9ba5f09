"""`make lint`: everything that can be judged without running a test."""

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from .folders import REPOSITORY

PYTHON = sys.executable
# As a production server would be set up; the developer's own .env must not soften what is checked.
PRODUCTION = {
    "DEBUG": "false",
    "DEMO": "false",
    "HTTPS": "true",
    "ALLOWED_HOSTS": "portal.example",
    "PORTAL_URL": "https://portal.example",
    "EMAIL_URL": "smtp://mail.example:25",
    "MFA_REQUIRED": "true",
    "MAIL_DIR": "",
    "CLAMAV_SOCKET": "/run/clamav/clamd.ctl",
    "LOG_SIGNING_KEY": "bGlu" * 10 + "bGk=",
    "PRIVACY_KEYS": "lint:" + "bGlu" * 10 + "bGk=",
    "PRIVACY_INDEX_KEYS": "lint:" + "aW5k" * 10 + "aW4=",
}
STEPS: dict[str, Sequence[str]] = {
    "ruff": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "djlint": ("djlint", "--lint", "--check", "--quiet", "templates"),
    "layers": ("pmi_portal.local.layers",),
    "mypy": ("mypy", "."),
    "migrations": (
        *("pmi_portal.local", "with-engines", "--", PYTHON),
        *("manage.py", "makemigrations", "--check", "--dry-run"),
    ),
    "migration safety": ("pmi_portal.local.safety",),
    "deployment": ("django", "check", "--deploy", "--fail-level", "WARNING"),
    "messages": ("pmi_portal.local.messages",),
}


def lint() -> int:
    """Run every step, several side by side, also after one failed; name those that failed."""
    env = os.environ | PRODUCTION | {"SECRET_KEY": secrets.token_urlsafe(60)}
    env |= {"DJANGO_SETTINGS_MODULE": "pmi_portal.settings"}
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as several:
        runs = {name: several.submit(_run, STEPS[name], env) for name in sorted(STEPS, key=_longest_first)}
        for name in STEPS:
            done = runs[name].result()
            print(f"== {name}\n{done.stdout}", end="", flush=True)
            if done.returncode != 0:
                failed.append(name)
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: all is well")
    return 1 if failed else 0


def _longest_first(name: str) -> bool:
    """A sort key: mypy takes about as long as all others together."""
    return name != "mypy"


def _run(command: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The finished step, and in `stdout` all that it said."""
    return subprocess.run(
        [PYTHON, "-m", *command],
        cwd=REPOSITORY,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
