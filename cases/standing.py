"""Where the referrals of a case stand, for the people who own the case.

Referrals know cases and not the other way round: what is asked of a referral here are its own properties.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import pgettext

from .models import Case

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 2  # referrals in a row of the list
FAR = float("inf")  # later than any deadline


@dataclass(frozen=True)
class Move:
    """Whose move it is, as the component `whose_move` shows it. No name: nobody's."""

    name: str = ""
    mine: bool = False
    due_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """The referrals of one case, the most pressing first."""

    referrals: Sequence[Any]
    more: int
    move: Move


def move_of(referral: Any) -> Move:
    """Whose move a referral is, seen from its sender."""
    if not referral.is_live:
        return Move()
    if referral.move == "sender":
        return Move(pgettext("whose move", "us"), mine=True, due_at=referral.due_at)
    if referral.move == "receiver":
        return Move(referral.receiver.name, due_at=referral.due_at)
    return Move(pgettext("whose move", "the portal"))


def standing(case: Case, *, shown: int = SHOWN) -> Standing:
    """Tell where a case stands. Needs its referrals with sender and receiver loaded."""
    referrals = sorted(case.referrals.all(), key=_press)
    return Standing(referrals[:shown], max(len(referrals) - shown, 0), _move(referrals))


def _move(referrals: Sequence[Any]) -> Move:
    if any(referral.is_live for referral in referrals):
        return move_of(referrals[0])
    states = {referral.state for referral in referrals}
    if not states or ("declined" in states and "completed" not in states):
        return Move(pgettext("whose move", "us"), mine=True)  # to be referred, or referred again
    return Move()


def _press(referral: Any) -> tuple[bool, bool, float, int]:
    """Live before ended, ours before theirs, the nearest deadline first, then the newest."""
    due = referral.due_at.timestamp() if referral.due_at else FAR
    return not referral.is_live, referral.move != "sender", due if referral.is_live else 0, -referral.number
