"""Who may do what to a case. Pure predicates: nothing is read or written here but what is passed in."""

from accounts.models import User
from accounts.roles import Right

from .models import Case


def can_log(user: User) -> bool:
    """Whether this person may log cases. A partner without a prefix for its references cannot register any."""
    return user.works_cases and user.partner is not None and bool(user.partner.reference_prefix)


def can_read(user: User, case: Case) -> bool:
    return user.works_cases and case.partner_id == user.partner_id


def can_edit(user: User, case: Case) -> bool:
    return can_read(user, case)


def can_note(user: User, case: Case) -> bool:
    return can_read(user, case)


def can_assign(user: User, case: Case) -> bool:
    return can_read(user, case) and user.can(Right.OVERSEE_CASES)


def can_take_on(user: User, case: Case) -> bool:
    """Whether a case may be assigned to this person."""
    return user.is_active and can_read(user, case)
