"""What the side that was asked does: receive, accept, decline, ask, complete."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Outcome
from cases.choices import EventKind

from .. import rules
from ..choices import DeclineReason, State
from ..models import Referral
from ..moves import finish, lock
from .shared import Rule, begin, key_used


@transaction.atomic
def receive(*, by: User, referral: Referral) -> Referral:
    """Issue the receipt the first time somebody at the receiver opens the referral; later times do nothing."""
    current = lock(referral)
    if not rules.can_receive(by, current):
        return current
    current.received_at, current.received_by = timezone.now(), by
    return finish(current, State.RECEIVED, EventKind.RECEIVED, by=by, at=current.received_at)


@transaction.atomic
def accept(*, by: User, referral: Referral, key: UUID | None = None) -> Referral:
    """Take the referral on. Of two officers at once one wins; the other gets ActRefused with the winner's name."""
    current, fresh = _begin(referral, by=by, kind=EventKind.ACCEPTED, rule=rules.can_accept, key=key)
    if not fresh:
        return current
    current.accepted_at, current.accepted_by = timezone.now(), by
    return finish(current, State.ACCEPTED, EventKind.ACCEPTED, by=by, key=key, at=current.accepted_at)


@transaction.atomic
def decline(
    *, by: User, referral: Referral, reason: DeclineReason, text: str, key: UUID | None = None
) -> Referral:
    """Say no, with a coded reason and a sentence; the sender refers again elsewhere."""
    current, fresh = _begin(
        referral, by=by, kind=EventKind.DECLINED, rule=rules.can_decline, key=key, text=text
    )
    if not fresh:
        if current.decline_reason != reason:
            raise key_used()
        return current
    current.decline_reason = reason
    current.ended_at, current.ended_by = timezone.now(), by
    return finish(current, State.DECLINED, EventKind.DECLINED, by=by, key=key, text=text, reason=str(reason))


@transaction.atomic
def ask(*, by: User, referral: Referral, text: str, key: UUID | None = None) -> Referral:
    """Ask the sender; until the answer the move is theirs and the receiver's clock rests."""
    current, fresh = _begin(referral, by=by, kind=EventKind.ASKED, rule=rules.can_ask, key=key, text=text)
    return finish(current, State.CLARIFYING, EventKind.ASKED, by=by, key=key, text=text) if fresh else current


@transaction.atomic
def complete(
    *,
    by: User,
    referral: Referral,
    outcome: Outcome,
    text: str,
    amount: Decimal | None = None,
    currency: str = "",
    key: UUID | None = None,
) -> Referral:
    """Report how it ended, from the coded list. The sender may reopen within 30 days."""
    current, fresh = _begin(
        referral, by=by, kind=EventKind.COMPLETED, rule=rules.can_complete, key=key, text=text
    )
    if not fresh:
        if (current.outcome_id, current.amount, current.currency) != (outcome.pk, amount, currency):
            raise key_used()
        return current
    current.outcome, current.amount, current.currency = outcome, amount, currency
    current.ended_at, current.ended_by = timezone.now(), by
    return finish(
        current, State.COMPLETED, EventKind.COMPLETED, by=by, key=key, text=text, outcome=outcome.code
    )


def _begin(
    referral: Referral, *, by: User, kind: EventKind, rule: Rule, key: UUID | None, text: str = ""
) -> tuple[Referral, bool]:
    return begin(referral, by=by, kind=kind, side=rules.is_receiver, rule=rule, key=key, text=text)
