"""Celery leaves of errands."""

from celery import shared_task

from privacy.acting import as_portal

from . import clock


@shared_task
@as_portal()
def look_at_clock() -> int:
    """Notice a clock that was put back."""
    return clock.look()
