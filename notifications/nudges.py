"""Telling Celery that a row is waiting. A hint only: lost at no cost, the sweep finds every row."""

import logging
import time
from typing import Any

from celery import Task
from django.db import transaction

logger = logging.getLogger(__name__)

QUIET = 5  # seconds without another try after one that failed, so that a broker that hangs delays one page and not all
_quiet_until = 0.0


def nudge(task: Task, *args: Any) -> None:
    """Publish the task once the transaction is committed. A broker that is down is logged and otherwise ignored."""
    transaction.on_commit(lambda: publish(task, *args))


def publish(task: Task, *args: Any) -> None:
    """Tell the broker now. Never raises; takes no longer than the broker's timeouts (CELERY_BROKER_TRANSPORT_OPTIONS)."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        task.apply_async(args=args, retry=False)
    except Exception as error:
        _quiet_until = time.monotonic() + QUIET
        logger.warning("no nudge for %s, the sweep will do it: %s", task.name, type(error).__name__)
