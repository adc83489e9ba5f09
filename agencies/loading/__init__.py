"""Loads agencies/data into the database, as often as one likes."""

from collections.abc import Callable

from django.db import connection, transaction

from .codes import load_deadlines, load_outcomes, load_reminders, load_topics
from .mandates import load_mandates
from .merge import Tally
from .offices import load_offices
from .partners import load_partners
from .places import load_districts, load_provinces, load_regencies

__all__ = ["Tally", "load_all"]

_LOADERS: tuple[Callable[[], Tally], ...] = (  # what others point to comes first
    load_provinces,
    load_regencies,
    load_districts,
    load_topics,
    load_outcomes,
    load_deadlines,
    load_reminders,
    load_partners,
    load_offices,
    load_mandates,
)


@transaction.atomic
def load_all() -> list[Tally]:
    """Brings all reference data up to the files: wholly or not at all, and one loader at a time.

    Adds what is missing, takes over what changed in the files, and leaves alone what an admin edited or confirmed;
    a second call changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('agencies.loading'))")
    return [load() for load in _LOADERS]
