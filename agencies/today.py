"""Which day it is for the portal as a whole, whoever asks: what has an effective date begins and ends by it."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """The day in the portal's own zone (TIME_ZONE), not in the reader's."""
    return timezone.localdate(timezone=timezone.get_default_timezone())
