"""The panel of papers on the page of a referral."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from agencies.narrow import PERSON, narrowed

from .. import rules
from ..choices import LetterKind
from ..letters import proof
from ..letters.proof import Standing
from ..models import Letter, Referral


@dataclass(frozen=True)
class Paper:
    """A paper in the panel. `url` opens it, if it can be opened still; where it was sent, the sender alone reads."""

    kind: str
    issued_at: datetime
    issued_by: str
    standing: Standing
    url: str
    emailed_to: str
    opened_at: datetime | None


def panel(user: User, referral: Referral) -> dict[str, Any]:
    """The papers issued so far, the newest first; `by_letter` is whether the receiver is reached by letter alone."""
    return {
        "papers": _papers(user, referral) if referral.sent_at else [],
        "by_letter": rules.can_issue_letter(user, referral) and rules.can_record(user, referral),
    }


def _papers(user: User, referral: Referral) -> list[Paper]:
    letters = list(narrowed(referral.letters.order_by("-issued_at", "pk"), issued_by=PERSON))
    seen: set[str] = set()
    papers = []
    for letter in letters:
        letter.referral = referral
        is_newest = letter.kind not in seen
        seen.add(letter.kind)
        papers.append(_paper(user, letter, is_newest))
    return papers


def _paper(user: User, letter: Letter, is_newest: bool) -> Paper:
    may_open = not proof.why_closed(letter, is_newest=is_newest)
    as_sender = rules.is_sender(user, letter.referral)
    return Paper(
        kind=str(LetterKind(letter.kind).label),
        issued_at=letter.issued_at,
        issued_by=letter.issued_by.full_name,
        standing=proof.standing(letter, is_newest=is_newest),
        url=reverse("referrals:letter", args=[letter.referral_id, letter.pk]) if may_open else "",
        emailed_to=letter.emailed_to if as_sender else "",
        opened_at=letter.opened_at if as_sender else None,
    )
