"""A worker's process keeps its connections to the database from one task to the next, as a web process does between requests.

Celery would close them, and the pool with them, before and after every task: each task then began with a session of PostgreSQL
that knows no table yet, which cost more than routing a referral (CELERY_DB_REUSE_MAX tells it to leave them). What broke is
let go behind the task that it broke in, and the pool renews each after a while (settings.DATABASES).
"""

from __future__ import annotations

from typing import Any

from celery.signals import task_postrun, task_prerun
from django.db import connections


@task_prerun.connect
@task_postrun.connect
def give_back(**_more: Any) -> None:
    """Back into the pool; where there is none it is closed, as Django does at the end of a request (CONN_MAX_AGE)."""
    for connection in connections.all(initialized_only=True):
        if (
            not connection.in_atomic_block
        ):  # a task that is done at once is done in the transaction of whoever asked for it
            connection.close_if_unusable_or_obsolete()
