"""Which cases a search finds, without reading all that share a common word (ADR 0035)."""

from __future__ import annotations

import re
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import connection, models

from privacy import acting, blind

MOST = 1_000  # rows of the portal with what is asked for, from which on one's own newest cases are walked instead
WORDS = 4  # that the function takes; of longer names the others are compared with what these find
NEWEST = 1_000  # cases in whose references any part is looked for
LAST = "\U0010ffff"  # behind every letter
ENDING = re.compile(r"(?:(\d{4})-)?(\d{1,6})")  # of a reference: its number, perhaps with the year
COLUMNS = ("worker__blind_index", "reporter_index", "parties_index")


def by_reference(text: str, cases: models.QuerySet[Any]) -> models.Q:
    """Those of `cases` that are called so, or whose number it is, as given out by the acting partner; if none is, those whose
    reference begins so, and of the newest those in whose reference it stands anywhere. Asks the database at most four times:
    left to one query, PostgreSQL walks all cases of a partner to find one.
    """
    whole = text.upper()
    cases = cases.order_by("-changed_at", "-pk")
    if called := list(cases.filter(reference__in=[whole, *_guesses(whole)]).values_list("pk", flat=True)):
        return models.Q(pk__in=called)
    begins = models.Q(reference__gte=whole, reference__lt=whole + LAST)
    begun = list(cases.order_by().filter(begins).values_list("pk", flat=True)[: MOST + 1])
    if len(begun) > MOST:
        return begins
    newest = cases.values_list("pk", "reference")[:NEWEST]
    return models.Q(pk__in=[*begun, *(pk for pk, reference in newest if whole in reference)])


def _guesses(text: str) -> list[str]:
    """Every reference that the acting partner may have given out and that ends so."""
    ending, partner = ENDING.fullmatch(text), acting.current().partner
    if ending is None or partner is None:
        return []
    from .case import CaseCounter  # which is asked for by nothing else here

    given = CaseCounter.objects.filter(partner=partner).values_list("partner__reference_prefix", "year")
    year, number = ending.groups()
    return [f"{prefix}-{one}-{int(number):06d}" for prefix, one in given if year in (None, str(one))]


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
