"""`make lint`: everything that can be judged without running a test."""

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence

from . import messages
from .folders import REPOSITORY
from .problem import Problem

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
}


def lint() -> int:
    """Run every step, also after one failed; name those that failed."""
    env = os.environ | PRODUCTION | {"SECRET_KEY": secrets.token_urlsafe(60)}
    env |= {"DJANGO_SETTINGS_MODULE": "pmi_portal.settings"}
    failed = [name for name, command in STEPS.items() if not _passes(name, command, env)]
    print("== messages", flush=True)
    try:
        if messages.check() != 0:
            failed.append("messages")
    except Problem as problem:
        print(problem)
        failed.append("messages")
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: all is well")
    return 1 if failed else 0


def _passes(name: str, command: Sequence[str], env: Mapping[str, str]) -> bool:
    print(f"== {name}", flush=True)
    return subprocess.run([PYTHON, "-m", *command], cwd=REPOSITORY, env=env).returncode == 0
