"""Referrals, the shared plan, and letters."""

from .letter import Letter
from .plan import PlanStep
from .referral import Referral
from .referral_reads import READABLE_AFTER_COMPLETION, REFER_AGAIN_WITHIN, REOPEN_WITHIN, ReferralQuerySet

__all__ = [
    "READABLE_AFTER_COMPLETION",
    "REFER_AGAIN_WITHIN",
    "REOPEN_WITHIN",
    "Letter",
    "PlanStep",
    "Referral",
    "ReferralQuerySet",
]
