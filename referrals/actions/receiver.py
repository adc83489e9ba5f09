"""What the side that was asked does: receive, accept, decline, ask, complete.

For a receiver without accounts the sender writes down what it answered (`recorded`): the same states, the same clocks,
and the event says so.
"""

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.choices import OutcomeClass
from agencies.models import Outcome
from cases.choices import EventKind
from notifications.choices import Kind

from .. import complaints, rules
from ..choices import DeclineReason, State
from ..models import Referral
from ..moves import ActRefused, finish, lock
from .shared import begin_answer, key_used, marked


@transaction.atomic
def receive(*, by: User, referral: Referral) -> Referral:
    """Issue the receipt the first time somebody at the receiver opens the referral; later times do nothing."""
    current = lock(referral)
    if not rules.can_receive(by, current):
        return current
    current.received_at, current.received_by = timezone.now(), by
    return finish(current, State.RECEIVED, EventKind.RECEIVED, by=by, at=current.received_at)


@transaction.atomic
def accept(
    *, by: User, referral: Referral, text: str = "", key: UUID | None = None, recorded: bool = False
) -> Referral:
    """Take the referral on. Of two officers at once one wins; the other gets ActRefused with the winner's name.

    `text` is how the answer came, where it is `recorded`.
    """
    current, fresh = begin_answer(
        referral,
        by=by,
        kind=EventKind.ACCEPTED,
        rule=rules.can_accept,
        key=key,
        text=text,
        recorded=recorded,
    )
    if not fresh:
        return current
    current.accepted_at, current.accepted_by = timezone.now(), by
    return finish(
        current,
        State.ACCEPTED,
        EventKind.ACCEPTED,
        by=by,
        key=key,
        text=text,
        at=current.accepted_at,
        **marked(recorded),
    )


@transaction.atomic
def decline(
    *,
    by: User,
    referral: Referral,
    reason: DeclineReason,
    text: str,
    key: UUID | None = None,
    recorded: bool = False,
) -> Referral:
    """Say no, with a coded reason and a sentence; the sender refers again elsewhere."""
    current, fresh = begin_answer(
        referral,
        by=by,
        kind=EventKind.DECLINED,
        rule=rules.can_decline,
        key=key,
        text=text,
        recorded=recorded,
    )
    if not fresh:
        if current.decline_reason != reason:
            raise key_used()
        return current
    current.decline_reason = reason
    current.ended_at, current.ended_by = timezone.now(), by
    return finish(
        current,
        State.DECLINED,
        EventKind.DECLINED,
        by=by,
        key=key,
        text=text,
        reason=str(reason),
        **marked(recorded),
    )


@transaction.atomic
def ask(
    *, by: User, referral: Referral, text: str, key: UUID | None = None, recorded: bool = False
) -> Referral:
    """Ask the sender; until the answer the move is theirs and the receiver's clock rests."""
    current, fresh = begin_answer(
        referral, by=by, kind=EventKind.ASKED, rule=rules.can_ask, key=key, text=text, recorded=recorded
    )
    if not fresh:
        return current
    return finish(current, State.CLARIFYING, EventKind.ASKED, by=by, key=key, text=text, **marked(recorded))


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
    recorded: bool = False,
) -> Referral:
    """Report how it ended, from the coded list. The sender may reopen within 30 days.

    Raises ActRefused for a ground of closing a complaint whose time limit has not passed (`complaints`). An agency that
    has handed it to another institution ends its own part: the sender is told so, and goes on.
    """
    current, fresh = begin_answer(
        referral,
        by=by,
        kind=EventKind.COMPLETED,
        rule=rules.can_complete,
        key=key,
        text=text,
        recorded=recorded,
    )
    if not fresh:
        if (current.outcome_id, current.amount, current.currency) != (outcome.pk, amount, currency):
            raise key_used()
        return current
    if why := complaints.why_not_yet(current, outcome):
        raise ActRefused(why)
    current.outcome, current.amount, current.currency = outcome, amount, currency
    current.ended_at, current.ended_by = timezone.now(), by
    handed_on = outcome.outcome_class == OutcomeClass.TRANSFERRED
    return finish(
        current,
        State.COMPLETED,
        EventKind.COMPLETED,
        by=by,
        key=key,
        text=text,
        told_as=Kind.REFERRAL_HANDED_OVER if handed_on else None,
        outcome=outcome.code,
        **marked(recorded),
    )
