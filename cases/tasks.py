"""Celery leaves of cases."""

from celery import shared_task

from privacy.acting import as_portal

from . import clocks, file_sweeps, nobody_left, settlements, storage


@shared_task
@as_portal()
def sweep() -> int:
    """Tell of every time limit and settlement whose time has come, and of restricted cases that nobody reads any more."""
    return clocks.look_at_due() + settlements.ask_about_due() + nobody_left.tell()


@shared_task
@as_portal()
def sweep_files() -> int:
    """Remove files that never became a document, and those of documents that were removed for good."""
    return storage.sweep() + file_sweeps.forget_removed()


@shared_task
@as_portal()
def scan_files() -> int:
    """Have files looked at that the virus scanner has not seen yet."""
    return file_sweeps.scan_waiting()
