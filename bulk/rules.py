"""Who may act on many cases, and which of the cases are left out. Predicates."""

from __future__ import annotations

from accounts.models import User
from accounts.roles import Right
from agencies.models import Topic
from cases import rules as cases
from cases.models import Case

from .choices import BulkState, Kind, Skip
from .models import BulkAct

OVERSEEING = frozenset({Kind.ASSIGN})
TAKEN_BACK = frozenset({Kind.ASSIGN, Kind.TOPIC})


def can(user: User, kind: Kind | str) -> bool:
    """Whether this person may do such a thing to any case at all."""
    works = user.works_cases and user.partner_id is not None
    return works and (kind not in OVERSEEING or user.can(Right.OVERSEE_CASES))


def can_carry_on(user: User, act: BulkAct) -> bool:
    """Confirm it or throw it away: whoever began it, while they may do such a thing at the same partner."""
    return act.by_id == user.pk and act.partner_id == user.partner_id and can(user, act.kind)


def can_stop(user: User, act: BulkAct) -> bool:
    return _looks_after(user, act) and act.state in (BulkState.GATHERING, BulkState.DOING)


def can_undo(user: User, act: BulkAct) -> bool:
    return _looks_after(user, act) and act.kind in TAKEN_BACK and act.can_still_be_undone


def _looks_after(user: User, act: BulkAct) -> bool:
    """Whoever began it, and supervisors of the same partner."""
    here = act.partner_id == user.partner_id and can(user, act.kind)
    return here and (act.by_id == user.pk or user.can(Right.OVERSEE_CASES))


def why_not_assign(user: User, case: Case, to: User | None) -> Skip | None:
    """What stands against giving this case to a colleague (None: to any). A restricted one is assigned by itself, since
    that opens it to one person and closes it to another (ADR 0018)."""
    if not cases.can_assign(user, case):
        return Skip.NO_RIGHT
    if case.is_restricted:
        return Skip.RESTRICTED
    if to is None:
        return None
    if not cases.can_take_on(to, case):
        return Skip.PERSON
    return Skip.ALREADY if case.assigned_to_id == to.pk else None


def why_not_edit(user: User, case: Case) -> Skip | None:
    """What stands against changing details of this case."""
    if not cases.can_read(user, case):
        return Skip.SHUT if case.is_restricted else Skip.NO_RIGHT
    if case.is_closed:
        return Skip.CLOSED
    if case.is_paused:
        return Skip.PAUSED
    return None if cases.can_edit(user, case) else Skip.NO_RIGHT


def why_not_note(user: User, case: Case) -> Skip | None:
    """What stands against adding a line to this case."""
    if cases.can_note(user, case):
        return None
    return Skip.SHUT if case.is_restricted else Skip.NO_RIGHT


def why_not_export(user: User, case: Case) -> Skip | None:
    """What stands against putting this case into a file: that it is not read by this person, or that its data is used no
    further for now."""
    if not cases.can_read(user, case):
        return Skip.SHUT if case.is_restricted else Skip.NO_RIGHT
    return Skip.PAUSED if case.is_paused else None


def can_fetch(user: User, act: BulkAct) -> bool:
    """The file is for whoever asked for it, while they work on cases of the same partner."""
    return can_carry_on(user, act) and act.has_file


def can_be_added(topic: Topic) -> bool:
    """Whether a topic may be added to many cases at once: not one that restricts each of them to named staff."""
    return topic.retired_at is None and not topic.restricted
