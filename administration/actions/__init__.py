"""The verbs that need partners together with referrals and cases. Each is one transaction with an explicit actor."""

from agencies.actions import ActRefused, StaleData

from .agreements import AgreementRefused, file_agreement, paper_of
from .closing import Closing, close, foresee, has_open_cases, why_not
from .registering import code_from, register, registered_before
from .standing import activate, reactivate, seen_standing, suspend

__all__ = [
    "ActRefused",
    "AgreementRefused",
    "Closing",
    "StaleData",
    "activate",
    "close",
    "code_from",
    "file_agreement",
    "foresee",
    "has_open_cases",
    "paper_of",
    "reactivate",
    "register",
    "registered_before",
    "seen_standing",
    "suspend",
    "why_not",
]
