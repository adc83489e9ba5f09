"""Which cases a search finds, without reading all that share a common word (ADR 0035)."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from django.db import connection, models

from privacy import blind

MOST = 3_000  # rows of the portal with what is asked for, from which on one's own newest cases are walked instead
WORDS = 4  # that the function takes; of longer names the others are compared with what these find
COLUMNS = ("worker__blind_index", "reporter_index", "parties_index")


def found_now(asked: blind.Search) -> models.Q:
    """What a query of cases is filtered by. Asks the database once, for the acting partner."""
    if not asked.numbers and not asked.words:
        return models.Q(pk__in=())
    words = (asked.words or [[]])[:WORDS]
    filled = [*words, *[words[0]] * (WORDS - len(words))]
    with connection.cursor() as cursor:
        arrays = ", ".join(["%s::bigint[]"] * (1 + WORDS))
        cursor.execute(f"SELECT cases_found({arrays}, %s)", [asked.numbers, *filled, MOST])
        numbers = [row[0] for row in cursor]
    if None in numbers:
        return _said(asked)
    named = models.Q(pk__in=numbers)
    return named & _said(asked) if len(asked.words) > WORDS else named


def _said(asked: blind.Search) -> models.Q:
    """The same asked of each row. No index helps: under row-level security it walks, and is for a query that stops early."""
    return reduce(or_, (_in(column, asked) for column in COLUMNS))


def _in(column: str, asked: blind.Search) -> models.Q:
    numbers = models.Q(**{f"{column}__overlap": asked.numbers}) if asked.numbers else models.Q(pk__in=())
    if not asked.words:
        return numbers
    return numbers | reduce(and_, (models.Q(**{f"{column}__overlap": word}) for word in asked.words))
