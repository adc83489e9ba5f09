"""Celery leaves of accounts."""

from celery import shared_task

from . import kept, once, resets, sessions


@shared_task
def send_resets() -> int:
    """Write to those who asked for a new password."""
    return resets.send_due()


@shared_task
def sweep() -> int:
    """Remove sessions that have ended, forms that nobody came back for, old answers, and old wishes for a new password."""
    return sessions.sweep() + kept.sweep() + once.sweep() + resets.sweep()
