"""What the page of a referral says of the worker's consent: that it ends, has ended, was withdrawn or is missing."""

from typing import Any

from accounts.models import User
from cases.choices import ClockCode, ConsentMethod

from .. import rules
from ..models import Referral


def panel(user: User, referral: Referral) -> dict[str, Any]:
    """The time that the receiver has to stop using the data, for both sides; and whether a worker agreed at all."""
    consent = referral.consent
    stopping = None
    if consent.withdrawn_at is not None and referral.sent_at is not None:
        told = referral.clocks.filter(code=ClockCode.PDP_WITHDRAW).select_related("stopped_by", "partner")
        stopping = told.order_by("-started_at").first()
    return {
        "stopping": stopping,
        "without_consent": consent.method == ConsentMethod.OVERRIDE and consent.withdrawn_at is None,
        "keeps_consents": rules.is_sender(user, referral),
    }
