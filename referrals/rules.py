"""Who may do what to a referral, and when: pure predicates, asked by actions, views and templates alike."""

from django.utils import timezone

from accounts.models import User
from cases.models import Case

from .choices import LIVE, TRANSITIONS, WITH_RECEIVER, State
from .models import REOPEN_WITHIN, Referral


def may_become(referral: Referral, state: State) -> bool:
    return state in TRANSITIONS[State(referral.state)]


def is_sender(user: User, referral: Referral) -> bool:
    return user.works_cases and user.partner_id == referral.sender_id


def is_receiver(user: User, referral: Referral) -> bool:
    return user.works_cases and referral.sent_at is not None and user.partner_id == referral.receiver_id


def is_either_side(user: User, referral: Referral) -> bool:
    return is_sender(user, referral) or is_receiver(user, referral)


def can_refer(user: User, case: Case) -> bool:
    return user.works_cases and user.partner_id == case.partner_id


def can_choose(user: User, referral: Referral) -> bool:
    return is_sender(user, referral) and referral.state == State.UNROUTED


def can_receive(user: User, referral: Referral) -> bool:
    return is_receiver(user, referral) and referral.state == State.SENT


def can_accept(user: User, referral: Referral) -> bool:
    return is_receiver(user, referral) and referral.state in (State.SENT, State.RECEIVED)


def can_decline(user: User, referral: Referral) -> bool:
    return is_receiver(user, referral) and may_become(referral, State.DECLINED)


def can_ask(user: User, referral: Referral) -> bool:
    return is_receiver(user, referral) and may_become(referral, State.CLARIFYING)


def can_answer(user: User, referral: Referral) -> bool:
    return is_sender(user, referral) and referral.state == State.CLARIFYING


def can_report(user: User, referral: Referral) -> bool:
    """Both sides may add progress while the receiver has the referral; the receiver once it has accepted."""
    if is_sender(user, referral):
        return referral.state in WITH_RECEIVER
    return (
        is_receiver(user, referral) and referral.accepted_at is not None and referral.state in WITH_RECEIVER
    )


def can_complete(user: User, referral: Referral) -> bool:
    return is_receiver(user, referral) and may_become(referral, State.COMPLETED)


def can_withdraw(user: User, referral: Referral) -> bool:
    return is_sender(user, referral) and may_become(referral, State.WITHDRAWN)


def can_reopen(user: User, referral: Referral) -> bool:
    """The sender may say "not done yet" within 30 days of completion (DESIGN, referral states)."""
    return (
        is_sender(user, referral)
        and referral.state == State.COMPLETED
        and referral.ended_at is not None
        and timezone.now() - referral.ended_at <= REOPEN_WITHIN
    )


def can_refer_again(user: User, referral: Referral) -> bool:
    """A follow-up: only after an end, so that two agencies are not asked for one thing by mistake."""
    return is_sender(user, referral) and referral.state not in LIVE
