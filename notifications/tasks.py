"""Celery leaves of the outbox, and of what is held back from it."""

from celery import shared_task

from . import delivery, digests, nudges


@shared_task
def deliver() -> int:
    """Send what is due now."""
    return delivery.deliver_due()


@shared_task
def sweep() -> int:
    """Send what is due now, including what no nudge told of."""
    return delivery.deliver_due()


@shared_task
def deliver_slow() -> int:
    """Send to addresses whose mailbox hangs, apart from all others."""
    return delivery.deliver_slow()


@shared_task
def write_held() -> int:
    """Write the digests that are due, and what quiet hours held back."""
    written = digests.write_due()
    if written:
        nudges.publish(deliver)
    return written
