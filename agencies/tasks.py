"""Celery leaves of agencies."""

from uuid import UUID

from celery import shared_task

from privacy.acting import as_portal

from . import importing, locking, reviewing

LONGEST = (
    110  # seconds for 10,000 people on a slow machine; being told again meanwhile finds the table claimed
)


@shared_task(time_limit=LONGEST)
@as_portal()
def work_on_import(import_id: str) -> None:
    """Check one table of people, or carry it out."""
    importing.work(UUID(import_id))


@shared_task(time_limit=LONGEST)
@as_portal()
def sweep_imports() -> int:
    """Work on every table of people that no nudge told of, also after a worker was killed; destroy old ones."""
    return importing.work_due() + importing.sweep()


@shared_task
@as_portal()
def lock_unused() -> int:
    """Warn people whose accounts are long unused, and lock those who were warned."""
    return locking.look()


@shared_task
@as_portal()
def remind_of_reviews() -> int:
    """Remind admins of the review of accounts, at the beginning of the quarter and before its end."""
    return reviewing.remind()
