"""Celery leaves of referrals."""

from uuid import UUID

from celery import shared_task

from privacy.acting import as_portal

from . import consent_ends, escalation, routing


@shared_task
@as_portal()
def route(referral_id: str) -> None:
    """Find the agency for one referral."""
    routing.route(UUID(referral_id))


@shared_task
@as_portal()
def sweep() -> int:
    """Find the agency for every referral that still waits, including those no nudge told of."""
    return routing.route_due()


@shared_task
@as_portal()
def sweep_consents() -> int:
    """Tell the sender of every consent that ends or has ended under a live referral."""
    return consent_ends.tell_all()


@shared_task
@as_portal()
def escalate() -> int:
    """Remind of every referral whose move is late in coming."""
    return escalation.escalate_due()
