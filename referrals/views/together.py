"""What both sides work on together, beside the acts: each part says what the page of a referral shows of it."""

from collections.abc import Callable
from typing import Any

from accounts.models import User

from ..models import Referral
from . import clocks, consent_part, documents, papers, plan

PARTS: tuple[Callable[[User, Referral], dict[str, Any]], ...] = (
    consent_part.panel,
    clocks.clocks,
    documents.panel,
    plan.panel,
    papers.panel,
)


def together(user: User, referral: Referral) -> dict[str, Any]:
    """The context of every part, for this reader."""
    context: dict[str, Any] = {}
    for part in PARTS:
        context |= part(user, referral)
    return context
