"""Everything the database needs before the portal can serve, in one process: three would start Django three times."""

import sys

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection

from privacy.postgres.owner import as_owner

from .problem import NO_SPACE


def prepare() -> None:
    """Migrate, load the reference data and, for a demo, its cases and accounts."""
    with as_owner():
        call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference")
    if settings.DEMO:
        call_command("seed_demo")


def main() -> int:
    django.setup()
    try:
        prepare()
    except (DatabaseError, CommandError) as error:
        if NO_SPACE in str(error):
            print("The disk that holds the database is full: free some space there and start again.")
        elif isinstance(error, OperationalError) and connection.connection is None:
            print(f"The database that DATABASE_URL names does not answer: {error}")
        elif isinstance(error, CommandError):
            print(error)
        else:
            raise
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
