"""Celery leaves of the worker's rights."""

from uuid import UUID

from celery import shared_task

from privacy.acting import as_portal

from . import erasing, exporting, reminders


@shared_task
@as_portal()
def sweep() -> int:
    """Tell of every request and breach whose time passes, and of legal holds to be looked at again."""
    return reminders.remind()


@shared_task
@as_portal()
def build_export(export_id: str) -> None:
    """Make the copy of one person's data."""
    exporting.build(UUID(export_id))


@shared_task
@as_portal()
def sweep_exports() -> int:
    """Make every copy that still waits, also after a worker was killed; destroy those whose time is over."""
    return exporting.build_due() + exporting.expire_due()


@shared_task
@as_portal()
def erase(erasure_id: str) -> None:
    """Erase one case that a person confirmed."""
    erasing.erase(UUID(erasure_id))


@shared_task
@as_portal()
def sweep_erasures() -> int:
    """Erase every case that a person confirmed and no nudge told of, then what was written about requests for it."""
    return erasing.erase_due() + erasing.forget_answered()


@shared_task
@as_portal()
def propose_erasures() -> int:
    """Put before a person what was kept for long enough."""
    return erasing.propose_due()
