"""Web, worker and beat do not start on a database that is restored in part.

Asked once, when they start; a load balancer goes on asking `/readyz`. Where the database does not answer they start all the same,
as they always do, and wait for it.
"""

from __future__ import annotations

from typing import Any

import psycopg
from celery.signals import beat_init, worker_init

from .backup import mark, postgres

PATIENCE = 2  # seconds


@worker_init.connect
@beat_init.connect
def refuse_half_restored(**_more: Any) -> None:
    """End this process with a sentence where the mark of a restore stands (SystemExit: a receiver's other exceptions are only logged)."""
    try:
        with psycopg.connect(**postgres.parameters() | {"connect_timeout": PATIENCE}) as database:
            half = mark.stands(database)
    except psycopg.Error:
        return
    if half:
        raise SystemExit(mark.HALF)
