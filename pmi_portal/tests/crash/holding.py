"""Work that waits in the middle of its transaction for a row that a test has locked."""

from django.db import transaction
from django.utils.dateparse import parse_datetime

from notifications.models import Email

LENGTH = 1_000_000  # bytes of the answer


@transaction.atomic
def write(seen: str) -> None:
    """Set the time of the one e-mail there is; before the lock is given back nothing of it is there."""
    Email.objects.update(sent_at=parse_datetime(seen))
