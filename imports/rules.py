"""Who may import old cases, stop that and take it back. Predicates."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from accounts.roles import Right
from cases import rules as cases

from .choices import ImportState
from .models import CaseImport


def can_import(user: User) -> bool:
    """Supervisors, of a partner that registers cases: many cases at once are theirs to answer for. Admins read no case."""
    return cases.can_log(user) and user.can(Right.OVERSEE_CASES)


def can_carry_on(user: User, table: CaseImport) -> bool:
    """Match its columns, have it checked and imported: whoever uploaded it, who knows what is in it."""
    return can_import(user) and table.is_open_to(user)


def can_stop(user: User, table: CaseImport) -> bool:
    """Every supervisor of the partner may: it may be a mistake that somebody else sees first."""
    return can_import(user) and table.state in (ImportState.CHECKING, ImportState.IMPORTING)


def can_undo(user: User, table: CaseImport) -> bool:
    until = table.undo_until
    in_time = until is not None and timezone.now() < until
    return can_import(user) and table.state in ImportState.ended() and table.cases_made > 0 and in_time
