"""The verbs of the worker's rights, each one transaction with an explicit actor."""

from .breaches import add_notices, close_breach, edit_breach, record_breach, told_breach
from .exports import ask_export
from .pause import resume
from .requests import carry_out, decide, identify, receive, tell
from .retention import confirm, edit_rule, hold, lift
from .shared import Refused, Stale

__all__ = [
    "Refused",
    "Stale",
    "add_notices",
    "ask_export",
    "carry_out",
    "close_breach",
    "confirm",
    "decide",
    "edit_breach",
    "edit_rule",
    "hold",
    "identify",
    "lift",
    "receive",
    "record_breach",
    "resume",
    "tell",
    "told_breach",
]
