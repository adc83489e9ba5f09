"""The verbs of a referral, by the side that speaks them. Each is one transaction with an explicit actor."""

from ..moves import ActRefused
from .clocks import provide, start_clock, stop_clock
from .consent import change_consent, confirm_stopped, withdraw_consent
from .conversation import internal, message
from .data_rights import end_live, end_sharing, tell_receivers
from .documents import add_document, remove_document, restore_document
from .handing_over import agree, hand_over, refer_again
from .lead import lead
from .letters import LinkUnknown, email_letter, issue, open_letter
from .overrides import review_override, reviewers
from .receiver import accept, ask, complete, decline, receive
from .register import register
from .sender import answer, choose, create, reopen, withdraw
from .shared import KeyUsed, report

__all__ = [
    "ActRefused",
    "KeyUsed",
    "LinkUnknown",
    "accept",
    "add_document",
    "agree",
    "answer",
    "ask",
    "change_consent",
    "choose",
    "complete",
    "confirm_stopped",
    "create",
    "decline",
    "email_letter",
    "end_live",
    "end_sharing",
    "hand_over",
    "internal",
    "issue",
    "lead",
    "message",
    "open_letter",
    "provide",
    "receive",
    "refer_again",
    "register",
    "remove_document",
    "reopen",
    "report",
    "restore_document",
    "review_override",
    "reviewers",
    "start_clock",
    "stop_clock",
    "tell_receivers",
    "withdraw",
    "withdraw_consent",
]
