"""Whom a page offers to go on to: after a refusal, and when a case is handed over."""

from typing import Any

from accounts.models import User
from agencies import matching
from cases.choices import DataGroup
from cases.standing import line_to

from .. import disclosure, routing, rules, wording
from ..choices import State
from ..models import Referral

MOST = 5  # agencies to refer to next


def next_agencies(user: User, referral: Referral) -> dict[str, Any]:
    """Who may be asked next, for the sender of a declined referral that nothing follows yet."""
    shown = (
        referral.state == State.DECLINED
        and rules.can_refer_again(user, referral)
        and not referral.follow_ups.exists()
    )
    if not shown:
        return {"again": None}
    answer = matching.ask(routing.ask_about(referral.case, services=referral.services))
    return {
        "again": {
            "candidates": wording.ranking(routing.ranked(answer))[:MOST],
            "at_once": rules.can_refer_again_at_once(user, referral),
        }
    }


def hand_over_candidates(referral: Referral) -> list[wording.Candidate]:
    """Whom the receiver may hand over to, of those that matching found for the referral. Who they are and why tells of
    the case and of the worker's home: they are shown to a receiver that may know both, else it looks by name."""
    if not all(disclosure.shows(referral, group) for group in (DataGroup.CASE, DataGroup.IDENTITY)):
        return []
    line = (
        line_to(referral, Referral.objects.filter(case_id=referral.case_id))
        if referral.previous_id
        else [referral]
    )
    asked = {before.receiver_id for before in line}
    return wording.ranking([one for one in referral.ranking if one["partner_id"] not in asked])
