"""What a worker loads before it forks, so that none of its processes does while the first referral waits.

Nothing here asks the database, whose connections must not be inherited.
"""

from __future__ import annotations

from typing import Any

from celery.signals import worker_init


@worker_init.connect
def warm_up(**_more: Any) -> None:
    """Bring the calendars of all countries, some 250 modules. Sent in the worker's main process before its others begin."""
    from agencies.calendars import HOME, knows_holidays  # once Django is set up

    knows_holidays(HOME)
