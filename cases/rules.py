"""Who may do what to a case. Pure predicates: nothing is read or written here but what is passed in."""

from typing import Any

from accounts.models import User
from accounts.roles import Right

from .models import Case, Document


def can_log(user: User) -> bool:
    """Whether this person may log cases. A partner without a prefix for its references cannot register any."""
    return user.works_cases and user.partner is not None and bool(user.partner.reference_prefix)


def can_read(user: User, case: Case) -> bool:
    return user.works_cases and case.partner_id == user.partner_id


def can_edit(user: User, case: Case) -> bool:
    """Whether its details may be changed: a closed case is reopened first."""
    return can_read(user, case) and not case.is_closed


def can_note(user: User, case: Case) -> bool:
    return can_read(user, case)


def can_assign(user: User, case: Case) -> bool:
    return can_read(user, case) and user.can(Right.OVERSEE_CASES)


def can_take_on(user: User, case: Case) -> bool:
    """Whether a case may be assigned to this person."""
    return user.is_active and can_read(user, case)


def can_add_document(user: User, case: Case, referral: Any = None) -> bool:
    """The case's own partner; to a referral, its receiver (who asks there whether it is still open to them)."""
    if referral is None:
        return can_read(user, case)
    return user.works_cases and referral.case_id == case.pk and referral.receiver_id == user.partner_id


def can_remove_document(user: User, document: Document) -> bool:
    """Whoever's people put it there."""
    return user.works_cases and document.partner_id == user.partner_id


def can_close(user: User, case: Case) -> bool:
    return can_read(user, case) and not case.is_closed


def can_reopen(user: User, case: Case) -> bool:
    return can_read(user, case) and case.is_closed


def can_follow_up(user: User, case: Case) -> bool:
    """Whether there is a settlement of which can be told whether it was fulfilled."""
    return can_read(user, case) and case.is_closed and bool(case.settlement_state)


def can_decide_on_police_report(user: User, case: Case) -> bool:
    """Whether this person may say what became of the advice to report sexual violence (UU 12/2022 art. 41)."""
    return can_read(user, case) and user.can(Right.OVERSEE_CASES)
