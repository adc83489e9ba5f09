"""Who is told of what happens to a referral."""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import ROLES, Right
from agencies.models import Partner
from cases.audience import caseworkers
from cases.choices import EventKind

from .models import Referral

CASE_ROLES = sorted(code for code, role in ROLES.items() if Right.WORK_CASES in role.rights)
TO_RECEIVER_ALWAYS = frozenset({EventKind.SENT})


def to_tell(referral: Referral, *, of: EventKind, by: User | None, recorded: bool = False) -> list[User]:
    """The people on the other side of `by`. What the portal itself does goes to the side whose move it becomes.

    What `by` wrote down for a receiver without accounts (`recorded`) is told to the others who look after the case.
    """
    if recorded:
        return [person for person in senders(referral) if person != by]
    if of in TO_RECEIVER_ALWAYS or (by is not None and by.partner_id == referral.sender_id):
        return list(receivers(referral))
    return senders(referral)


def receivers(referral: Referral) -> QuerySet[User]:
    """Everybody at the receiver who works on cases; none before the referral is sent."""
    if referral.sent_at is None or referral.receiver is None:
        return User.objects.none()
    return case_workers(referral.receiver)


def senders(referral: Referral) -> list[User]:
    """The caseworker of the case, or who stands in for one that is suspended or has moved."""
    return caseworkers(referral.case)


def case_workers(partner: Partner) -> QuerySet[User]:
    return case_workers_of([partner.pk])


def case_workers_of(partners: Iterable[int | None]) -> QuerySet[User]:
    """Everybody who works on cases at any of these partners."""
    return User.objects.filter(partner__in=list(partners), is_active=True, role__in=CASE_ROLES)
