"""Moving somebody to another partner: the account, and what opened the old partner's cases to them."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from agencies import actions
from agencies.models import Partner
from cases import leaving


@transaction.atomic
def move(*, by: User, person: User, to: Partner, role: str, seen: int | None = None) -> User:
    """Move the person; cases and referrals stay with the partner they leave, whose supervisors are told.

    Raises what `agencies.actions.move` raises; StaleData also when a case came to the person meanwhile, and ActRefused also
    where restricted cases would open to them again.
    """
    left = person.partner
    held = leaving.hold(person)  # cases and drafts come before the person (ADR 0022)
    moved = actions.move(by=by, person=person, to=to, role=role, seen=seen)
    if left is not None and left.pk != moved.partner_id:
        leaving.leave(by=by, person=moved, partner=left, held=held)
        leaving.refuse_to_open_again(moved)
    return moved
