"""A worker that is told to stop (SIGTERM) ends its tasks first, and has ended within 30 seconds.

Celery's warm shutdown waits for tasks however long they take, and its soft shutdown always sleeps its whole time out, also
when nothing is left to wait for. So the warm one is taken, and hurried when `PATIENCE` is over: what still runs then is
cut, its transaction is rolled back, its message goes back to the broker, and its row is due again after its lease.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import Any

from celery.signals import worker_shutting_down

logger = logging.getLogger(__name__)

PATIENCE = 25  # seconds; systemd and others insist after 30 (deploy/)


@worker_shutting_down.connect
def _hurry_in_time(how: str = "", **_more: Any) -> None:
    """Sent in the worker's main process when a signal has told it to stop."""
    if how == "Warm":
        timer = threading.Timer(PATIENCE, _hurry)
        timer.daemon = True  # ends with the process, which mostly has ended before
        timer.start()


def _hurry() -> None:
    logger.warning("tasks that took longer than %s s are cut and will be done again", PATIENCE)
    os.kill(os.getpid(), signal.SIGQUIT)  # Celery's cold shutdown
