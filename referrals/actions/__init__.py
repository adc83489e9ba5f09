"""The verbs of a referral, by the side that speaks them. Each is one transaction with an explicit actor."""

from ..moves import ActRefused
from .receiver import accept, ask, complete, decline, receive
from .sender import answer, choose, create, reopen, withdraw
from .shared import KeyUsed, report

__all__ = [
    "ActRefused",
    "KeyUsed",
    "accept",
    "answer",
    "ask",
    "choose",
    "complete",
    "create",
    "decline",
    "receive",
    "reopen",
    "report",
    "withdraw",
]
