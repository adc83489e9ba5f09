"""What an agency would read of a case, before anything is sent: answered by `disclosure`, like the page itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.functional import Promise

from agencies.models import Partner
from cases.choices import DataGroup
from cases.models import Case, Consent

from . import disclosure
from .choices import State
from .models import Referral


@dataclass(frozen=True)
class Offer:
    """One group of data where somebody writes down what the worker agreed to: its tick box and what it would show."""

    code: str
    label: str | Promise
    ticked: bool
    rows: list[disclosure.Row]


def offered(case: Case, ticked: Iterable[str]) -> list[Offer]:
    """Every group of data, ticked or not, with what an agency would read because of it."""
    chosen = set(ticked)
    rows = {section.group: section.rows for section in disclosure.preview(case)}
    in_order = [*rows, *(group for group in DataGroup if group not in rows)]
    return [Offer(group.value, group.label, group.value in chosen, rows.get(group, [])) for group in in_order]


def would_show(
    case: Case, groups: Iterable[str], *, to: Partner | None = None, until: date | None = None
) -> list[disclosure.Section]:
    """What the page of an agency would show under such a grant, were the case before it now.

    Asked of a referral that is kept nowhere, so that a preview can never promise more or less than the page.
    """
    now = timezone.now()
    consent = Consent(case=case, partner=to, groups=list(groups), until=until)
    draft = Referral(
        case=case,
        sender_id=case.partner_id,
        receiver=to,
        consent=consent,
        state=State.SENT,
        created_at=now,
        changed_at=now,
        sent_at=now,
    )
    return disclosure.sections(draft)
