"""Celery leaves of cases."""

from celery import shared_task

from . import clocks, nobody_left, settlements, storage


@shared_task
def sweep() -> int:
    """Tell of every time limit and settlement whose time has come, and of restricted cases that nobody reads any more."""
    return clocks.look_at_due() + settlements.ask_about_due() + nobody_left.tell()


@shared_task
def sweep_files() -> int:
    """Remove files that never became a document."""
    return storage.sweep()
