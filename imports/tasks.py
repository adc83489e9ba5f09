"""Celery leaves of imports."""

from uuid import UUID

from celery import shared_task

from notifications.nudges import nudge
from privacy.acting import as_portal

from . import working

LONGEST = 110  # seconds: to read 50,000 rows; all else is done in turns of 20


@shared_task(time_limit=LONGEST)
@as_portal()
def work_on_import(import_id: str) -> None:
    """Go on with one table of old cases."""
    if working.work(UUID(import_id)) and working.goes_on(UUID(import_id)):
        nudge(work_on_import, import_id)


@shared_task(time_limit=LONGEST)
@as_portal()
def sweep() -> int:
    """Go on with every table that no nudge told of, also after a worker was killed; destroy what old ones said."""
    return working.work_due() + working.sweep()
