"""Celery leaves of routing."""

from uuid import UUID

from celery import shared_task

from . import routing


@shared_task
def route(referral_id: str) -> None:
    """Find the agency for one referral."""
    routing.route(UUID(referral_id))


@shared_task
def sweep() -> int:
    """Find the agency for every referral that still waits, including those no nudge told of."""
    return routing.route_due()
