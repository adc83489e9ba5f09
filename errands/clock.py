"""A clock that was put back, as when a wrong one is set right, must not let work wait for a time that came once already."""

from __future__ import annotations

import logging
from typing import Any

from django.db.models.functions import Now

from .queue import QUEUES, Queue

logger = logging.getLogger(__name__)


AT_ONCE = 5_000  # rows that are freed in one statement, so that a crowd of them takes many short ones


def look() -> int:
    """Let every row be due whose time lies further ahead than any lease or failure puts it: how many rows.

    Such a time was reckoned by a clock that went wrong. Nothing has to be seen while it was: the row itself tells. A row after
    many tries may still wait longer by as much as the clock was wrong; whoever had the row loses its lease and is fenced off.
    """
    found = 0
    for queue in QUEUES.values():
        freed = 0
        while now := _free(queue):
            freed += now
        if freed:
            logger.error("%s: %s rows waited for a time of a wrong clock: due now", queue.name, freed)
            found += freed
    return found


def _free(queue: Queue[Any]) -> int:
    rows = queue.too_far_ahead()
    some = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    return rows.filter(pk__in=some).update(**{queue.at: Now()})
