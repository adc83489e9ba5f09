"""Celery leaves of acts on many cases."""

from uuid import UUID

from celery import shared_task

from notifications.nudges import nudge
from privacy.acting import as_portal

from . import forgetting, working

LONGEST = 110  # seconds; all is done in turns of 20


@shared_task(time_limit=LONGEST)
@as_portal()
def work_on_bulk(act_id: str) -> None:
    """Go on with one act on many cases."""
    if working.work(UUID(act_id)) and working.goes_on(UUID(act_id)):
        nudge(work_on_bulk, act_id)


@shared_task(time_limit=LONGEST)
@as_portal()
def sweep() -> int:
    """Go on with every act that no nudge told of, also after a worker was killed; forget drafts of long ago."""
    return working.work_due() + forgetting.sweep()
