"""A clock that was put back, as when a wrong one is set right, must not let work wait for a time that came once already."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from .models import ClockSeen
from .queue import QUEUES, Queue

logger = logging.getLogger(__name__)

SLACK = timedelta(seconds=5)  # that clocks are set right by without anybody minding


@transaction.atomic
def look() -> int:
    """Note the time of the database; where it lies before one that was noted, all that waits becomes due: how many rows.

    That shortens some waits after a failure and changes nothing else: whoever has a row loses its lease and is fenced off.
    """
    seen, _new = ClockSeen.objects.select_for_update().get_or_create(pk=1)
    now = ClockSeen.objects.values_list(Now(), flat=True).get(pk=1)
    back = seen.at - now
    ClockSeen.objects.filter(pk=1).update(at=now)
    if back <= SLACK:
        return 0
    logger.error("the clock was put back by %s s: what waits is due now", round(back.total_seconds()))
    return sum(_make_due(queue) for queue in QUEUES.values())


def _make_due(queue: Queue[Any]) -> int:
    waiting = queue.all_waiting().filter(**{f"{queue.at}__gt": Now()})
    return waiting.update(**{queue.at: Now()})
