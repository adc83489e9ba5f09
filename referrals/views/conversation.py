"""The conversation about a referral: what both sides said to each other, and what one's own people noted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from cases.choices import EventKind
from cases.models import CaseEvent

from .. import disclosure, rules
from ..models import Referral

SAID = frozenset({EventKind.MESSAGE.value, EventKind.INTERNAL.value})


@dataclass(frozen=True)
class Line:
    """Something that was said: by whom, whether by one's own side, and whether for one's own side only."""

    at: datetime
    who: str
    partner: str
    text: str
    mine: bool
    internal: bool


def lines(user: User, referral: Referral, told: Iterable[CaseEvent]) -> list[Line]:
    """What this reader may read of it, the oldest first; `told` are the events that their partner is told of."""
    if not rules.is_sender(user, referral) and not disclosure.is_open(referral):
        return []
    return [
        Line(
            at=event.at,
            who=event.actor.full_name if event.actor else "",
            partner=event.partner.name if event.partner else "",
            text=event.text,
            mine=event.partner_id == user.partner_id,
            internal=event.kind == EventKind.INTERNAL,
        )
        for event in told
        if event.kind in SAID
    ]
