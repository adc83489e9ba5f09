"""The time limits of a complaint on the page of a referral, for both sides."""

from typing import Any

from accounts.models import User
from cases import clock_rows
from cases.clocks import COMPLAINT

from .. import disclosure, rules
from ..models import Referral


def clocks(user: User, referral: Referral) -> dict[str, Any]:
    """The panel's rows. What people wrote is read by the sender, and by the receiver while the case is open to it."""
    complaint = [clock for clock in referral.clocks.all() if clock.code in COMPLAINT]
    texts = rules.is_sender(user, referral) or disclosure.is_open(referral)
    return {"clocks": clock_rows.rows(complaint, texts=texts)}
