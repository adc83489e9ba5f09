"""Who may do what to a case. Predicates: nothing is written here, nor read but whether a restricted case is open to them."""

from typing import Any

from accounts.models import User
from accounts.roles import Right
from agencies.choices import Urgency

from . import file_scan
from .choices import AccessWay, ScanState
from .models import Case, CaseAccess, Document


def can_log(user: User) -> bool:
    """Whether this person may log cases. A partner without a prefix for its references cannot register any."""
    return user.works_cases and user.partner is not None and bool(user.partner.reference_prefix)


def works_here(user: User, case: Case) -> bool:
    """Whether this person works on the cases of its partner, be it open to them or not."""
    return user.works_cases and case.partner_id == user.partner_id


def oversees(user: User, case: Case) -> bool:
    """Whether this person oversees the cases of its partner: to keep a restricted one from getting lost, unread."""
    return works_here(user, case) and user.can(Right.OVERSEE_CASES)


def can_read(user: User, case: Case) -> bool:
    """Whether its contents are open to this person. A restricted case is read by named staff, supervisors or not; an
    erased one by nobody."""
    return works_here(user, case) and not case.is_erased and case.is_open_to(user)


def can_edit(user: User, case: Case) -> bool:
    """Whether its details may be changed: a closed case is reopened first, one that is paused waits."""
    return can_read(user, case) and not case.is_closed and not case.is_paused


def can_save_a_life(user: User, case: Case) -> bool:
    """Share an open case without the worker's consent or past their pause: a supervisor who reads it may, in an emergency
    (UU 27/2022 art. 20(2)d)."""
    supervises = can_read(user, case) and user.can(Right.OVERSEE_CASES)
    return supervises and not case.is_closed and case.urgency == Urgency.EMERGENCY


def can_note(user: User, case: Case) -> bool:
    return can_read(user, case)


def can_assign(user: User, case: Case) -> bool:
    """A supervisor need not read a restricted case to give it to somebody."""
    return oversees(user, case)


def can_take_on(user: User, case: Case) -> bool:
    """Whether a case may be assigned to this person, or they may be named to read it."""
    return works_here(user, case)


def can_add_document(user: User, case: Case, referral: Any = None) -> bool:
    """The case's own partner; to a referral, its receiver (who asks there whether it is still open to them)."""
    if referral is None:
        return can_read(user, case)
    return user.works_cases and referral.case_id == case.pk and referral.receiver_id == user.partner_id


def can_fetch_document(document: Document) -> bool:
    """Whether the bytes are handed out to whoever may see the document: not when they may hold a virus.

    Where no scanner is configured nothing is scanned, and the question does not arise.
    """
    unscanned = document.scan == ScanState.UNSCANNED and not file_scan.is_on()
    return unscanned or document.scan == ScanState.CLEAN


def can_remove_document(user: User, document: Document) -> bool:
    """Whoever's people put it there, for documents that this person sees."""
    return user.works_cases and document.partner_id == user.partner_id


def is_shut_out(user: User, case: Case) -> bool:
    """Whether it is a restricted case of this person's own partner that is closed to them."""
    return case.partner_id == user.partner_id and not can_read(user, case)


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


def can_see_access(user: User, case: Case) -> bool:
    """Who reads the case is seen by those who do, and by those who must see to it that somebody does."""
    return can_read(user, case) or oversees(user, case)


def can_name(user: User, case: Case) -> bool:
    """Name people who may read a restricted case, and take that back: its caseworker, or a supervisor."""
    has_it = works_here(user, case) and case.assigned_to_id == user.pk
    return case.is_restricted and (has_it or oversees(user, case))


def can_revoke(user: User, access: CaseAccess) -> bool:
    """Whoever may name people; and everybody may give their own access back."""
    own = access.person_id == user.pk and works_here(user, access.case)
    return access.is_open and (own or can_name(user, access.case))


def can_restrict(user: User, case: Case) -> bool:
    """Everybody who reads the case may say that it is for few eyes only."""
    return can_read(user, case)


def can_lift(user: User, case: Case) -> bool:
    """A supervisor who reads it: nobody can judge what they do not know."""
    return case.is_restricted and can_read(user, case) and oversees(user, case)


def can_break_glass(user: User, case: Case) -> bool:
    """A colleague to whom the case is closed."""
    return works_here(user, case) and not case.is_open_to(user)


def is_reviewer(user: User, access: CaseAccess) -> bool:
    """Who judges an opening in an emergency: a supervisor or the caseworker, never of their own."""
    has_it = works_here(user, access.case) and access.case.assigned_to_id == user.pk
    own = access.person_id == user.pk
    return access.way == AccessWay.GLASS and not own and (has_it or oversees(user, access.case))


def can_review(user: User, access: CaseAccess) -> bool:
    return is_reviewer(user, access) and access.reviewed_at is None
