"""Where the referrals of a case stand, for the people who own the case.

Referrals know cases and not the other way round: what is asked of a referral here are its own properties.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import pgettext

from agencies import moments
from agencies.choices import Counting, OutcomeClass

from .models import Case

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHOWN = 2  # referrals in a row of the list
FAR = float("inf")  # later than any deadline
GOES_ON = frozenset({"declined", "handed_on"})  # ends after which somebody else must be asked


@dataclass(frozen=True)
class Move:
    """Whose move it is, as the component `whose_move` shows it. No name: nobody's."""

    name: str = ""
    mine: bool = False
    due_at: datetime | None = None
    referral: Any = None  # whose mover's time and words the deadline is told in
    working: bool = False  # its time counts while it is at work

    @property
    def until(self) -> str:
        """Until when, in words, where the mover is."""
        return moments.until(self.due_at, self.referral.mover) if self.referral else ""

    def masked(self) -> Move:
        """The same for somebody who may not know which agency it is: its name would tell what the case is about."""
        if not self.name or self.mine:
            return self
        return replace(self, name=pgettext("whose move", "an agency"), referral=None)


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
        return Move(pgettext("whose move", "us"), mine=True, **_until(referral))
    if referral.move == "receiver":
        return Move(referral.receiver.name, **_until(referral))
    return Move(pgettext("whose move", "the portal"))


def _until(referral: Any) -> dict[str, Any]:
    return {
        "due_at": referral.due_at,
        "referral": referral,
        "working": referral.counting == Counting.WORKING,
    }


def standing(case: Case, referrals: Iterable[Any] | None = None, *, shown: int = SHOWN) -> Standing:
    """Tell where a case stands. Needs its referrals with sender and receiver loaded, or given."""
    referrals = sorted(case.referrals.all() if referrals is None else referrals, key=_press)
    return Standing(referrals[:shown], max(len(referrals) - shown, 0), _move(case, referrals))


def _move(case: Case, referrals: Sequence[Any]) -> Move:
    if any(referral.is_live for referral in referrals):
        return move_of(referrals[0])
    if case.is_closed:
        return Move()
    ends = {_end(referral) for referral in referrals}
    if not ends or (ends & GOES_ON and "completed" not in ends):
        return Move(pgettext("whose move", "us"), mine=True)  # to be referred, or referred again
    return Move()


def _end(referral: Any) -> str:
    """How a referral ended. An agency that handed it to another institution has not solved it."""
    handed_on = referral.outcome is not None and referral.outcome.outcome_class == OutcomeClass.TRANSFERRED
    return "handed_on" if handed_on else str(referral.state)


def _press(referral: Any) -> tuple[bool, bool, float, int]:
    """Live before ended, ours before theirs, the nearest deadline first, then the newest."""
    due = referral.due_at.timestamp() if referral.due_at else FAR
    return not referral.is_live, referral.move != "sender", due if referral.is_live else 0, -referral.number


def line_to(referral: Any, referrals: Iterable[Any]) -> list[Any]:
    """The referrals that led to this one and itself, the oldest first: each follows the one before it."""
    known = {other.pk: other for other in referrals}
    line = [referral]
    while (before := known.get(line[0].previous_id)) is not None and before not in line:
        line.insert(0, before)
    return line


def chains(referrals: Sequence[Any]) -> list[list[Any]]:
    """Every way that the case went from agency to agency; one that nothing followed is no way."""
    followed = {referral.previous_id for referral in referrals}
    lines = [line_to(referral, referrals) for referral in referrals if referral.pk not in followed]
    return sorted((line for line in lines if len(line) > 1), key=lambda line: line[0].number)
