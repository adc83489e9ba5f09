"""Celery leaves of the outbox."""

from celery import shared_task

from . import delivery


@shared_task
def deliver() -> int:
    """Send what is due now."""
    return delivery.deliver_due()


@shared_task
def sweep() -> int:
    """Send what is due now, including what no nudge told of."""
    return delivery.deliver_due()
