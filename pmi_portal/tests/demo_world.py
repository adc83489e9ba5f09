"""The demo, for the modules that test it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.loading import load_all
from pmi_portal.demo.seed import seed


@contextmanager
def seeded(blocker: Any) -> Iterator[datetime]:
    """The demo as of now, taken back afterwards: making it once for a whole module saves a minute."""
    now = timezone.now()
    with blocker.unblock(), transaction.atomic():
        load_all()
        seed(now)
        yield now
        transaction.set_rollback(True)
