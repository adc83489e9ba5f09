"""`python -m pmi_portal.bench.making CASES` fills the database that DATABASE_URL names, on all cores."""

from __future__ import annotations

import io
import os
import sys
import time

import django


def ready() -> None:
    """What a process needs before it knows a model."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pmi_portal.settings")
    django.setup()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(size: int) -> None:
    ready()
    from django.core.management import call_command

    from privacy.postgres.owner import as_owner

    from .fill import fill

    begun = time.monotonic()
    with as_owner():
        call_command("migrate", verbosity=0)
    call_command("load_reference", stdout=io.StringIO())
    fill(size, ready=ready, say=say)
    say(f"{size:,} cases made in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]))
