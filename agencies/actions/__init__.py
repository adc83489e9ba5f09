"""The verbs of partners, their people and the reference data. Each is one transaction with an explicit actor."""

from .invitations import accept, invite, resend, revoke
from .partners import edit_partner, seen_values
from .people import change_role, reactivate, suspend
from .reference import confirm, take_back
from .shared import ActRefused, StaleData

__all__ = [
    "ActRefused",
    "StaleData",
    "accept",
    "change_role",
    "confirm",
    "edit_partner",
    "invite",
    "reactivate",
    "resend",
    "revoke",
    "seen_values",
    "suspend",
    "take_back",
]
