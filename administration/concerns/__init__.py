"""What needs an admin today: each concern one function, which says what it is about, how many, and where to act.

A portal admin is asked about everything, a partner's admin about their own partner. Nothing of a case is in it: partners,
accounts, references of nobody, and numbers.
"""

from __future__ import annotations

from collections.abc import Callable

from accounts.models import User

from . import accounts, partners, people, reference, referrals
from .shapes import BAD, NEUTRAL, WARN, Concern

__all__ = ["Concern", "concerns_of"]

CONCERNS: tuple[Callable[[User], Concern | None], ...] = (
    referrals.late_partners,
    referrals.unrouted,
    people.second_pair,
    people.locked,
    accounts.invitations,
    accounts.emails,
    accounts.without_admin,
    partners.agreements,
    partners.waiting,
    reference.mandates,
    people.reviews,
    reference.unconfirmed,
)
_TURN = {BAD: 0, WARN: 1, NEUTRAL: 2}


def concerns_of(user: User) -> list[Concern]:
    """What needs this admin, the worst first; nothing for whoever is no admin."""
    if not user.manages_staff:
        return []
    found = [concern for ask in CONCERNS if (concern := ask(user)) is not None]
    return sorted(found, key=lambda concern: _TURN[concern.tone])
