"""Celery leaves of cases."""

from celery import shared_task

from . import clocks, settlements, storage


@shared_task
def sweep() -> int:
    """Tell of every time limit and every settlement whose time has come."""
    return clocks.look_at_due() + settlements.ask_about_due()


@shared_task
def sweep_files() -> int:
    """Remove files that never became a document."""
    return storage.sweep()
