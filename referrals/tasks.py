"""Celery leaves of referrals."""

from celery import shared_task

from notifications import nudges
from privacy.acting import as_portal

from . import consent_ends, escalation, routing


@shared_task
@as_portal()
def route() -> int:
    """Find the agency for referrals that wait; what takes longer than a moment is left to another of the same, which others may
    come before."""
    routed = routing.route_due(seconds=1)
    if routed >= routing.TOGETHER and routing.QUEUE.due().exists():
        nudges.publish(route)
    return routed


@shared_task
@as_portal()
def sweep() -> int:
    """Find the agency for every referral that still waits, including those no nudge told of."""
    if routing.QUEUE.due()[routing.TOGETHER :].exists():  # another process may help
        nudges.publish(route)
    routed = routing.route_due(seconds=4)
    if routing.QUEUE.due().exists():
        nudges.publish(route)
    return routed


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
