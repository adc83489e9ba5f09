"""Celery leaves of errands."""

from celery import shared_task

from privacy.acting import as_portal

from . import clock


@shared_task
@as_portal()
def look_at_clock() -> int:
    """Let nothing wait for a time of a clock that was wrong."""
    return clock.look()
