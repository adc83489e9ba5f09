"""Work that waits in the middle of its transaction for a row that a test has locked."""

from django.db import transaction
from django.utils.dateparse import parse_datetime

from errands.models import ClockSeen

LENGTH = 1_000_000  # bytes of the answer


@transaction.atomic
def write(seen: str) -> None:
    """Set the clock's row; before the lock is given back nothing of it is there."""
    ClockSeen.objects.filter(pk=1).update(at=parse_datetime(seen))
