"""How a case ends, and how it is opened again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Outcome

from . import rules
from .choices import EventKind, SettlementState
from .events import done_already, record
from .models import Case, CaseEvent
from .models.case_reads import LIVE_STATES


class ClosingRefused(Exception):
    """The case cannot be closed, or reopened, as it is now; the message says why to the reader."""


class StillLive(ClosingRefused):
    """Referrals of the case are live: somebody would go on working on a case that is closed."""

    def __init__(self, referrals: Sequence[Any]) -> None:
        super().__init__(
            _("A case cannot be closed while a referral is live: %(references)s.")
            % {"references": ", ".join(f"R{referral.number}" for referral in referrals)}
        )
        self.referrals = referrals


@dataclass(frozen=True)
class Ending:
    """How a case ended. Amounts only where the outcome knows any; `settled` is empty where nothing was settled."""

    outcome: Outcome
    note: str
    claimed: Decimal | None = None
    recovered: Decimal | None = None
    currency: str = ""
    settled: str = ""
    settlement_due: date | None = None


@transaction.atomic
def close(*, by: User, case: Case, ending: Ending, key: UUID | None = None) -> Case:
    """Close the case with what came of it. The same `key` again does nothing.

    Raises PermissionDenied for somebody else's case, StillLive while a referral is, ClosingRefused when it is closed.
    """
    current = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if not rules.can_read(by, current):
        raise PermissionDenied
    if earlier := done_already(key, by=by, kind=EventKind.CLOSED):
        if earlier.case_id != current.pk or not _says(earlier, current, ending):
            raise ClosingRefused(sent_before())
        return current
    if not rules.can_close(by, current):
        raise ClosingRefused(why_not_again(current))
    if referrals := live_referrals(current):
        raise StillLive(referrals)
    now = timezone.now()
    pending = ending.settled == SettlementState.PENDING
    current.closed_at, current.closed_by, current.outcome = now, by, ending.outcome
    current.amount_claimed, current.amount_recovered = ending.claimed, ending.recovered
    current.currency = ending.currency
    current.settlement_state = ending.settled
    current.settlement_due = current.settlement_ask_on = ending.settlement_due if pending else None
    current.version += 1
    current.changed_at = now
    current.save()
    record(current, EventKind.CLOSED, by=by, key=key, text=ending.note, at=now, outcome=ending.outcome.code)
    return current


@transaction.atomic
def reopen(*, by: User, case: Case, reason: str, key: UUID | None = None) -> Case:
    """Work on a closed case again. The amounts stay, for when it is closed the next time.

    The same `key` again does nothing. Raises PermissionDenied for somebody else's case, ClosingRefused for an open one.
    """
    current = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if not rules.can_read(by, current):
        raise PermissionDenied
    if earlier := done_already(key, by=by, kind=EventKind.CASE_REOPENED):
        if (earlier.case_id, earlier.text) != (current.pk, reason):
            raise ClosingRefused(sent_before())
        return current
    if not rules.can_reopen(by, current):
        raise ClosingRefused(_("This case is open already."))
    current.closed_at = current.closed_by = current.outcome = None
    current.settlement_state = ""
    current.settlement_due = current.settlement_ask_on = None
    current.version += 1
    current.changed_at = timezone.now()
    current.save()
    record(current, EventKind.CASE_REOPENED, by=by, key=key, text=reason, at=current.changed_at)
    return current


def live_referrals(case: Case) -> list[Any]:
    """The referrals that keep the case open, the oldest first."""
    live = case.referrals.filter(state__in=LIVE_STATES).order_by("number")
    return list(live.select_related("case", "sender", "receiver", "outcome"))


def sent_before() -> str:
    """The sentence for a form that comes again and says something else."""
    return _(
        "This form was sent before, with something else in it. Please check the page, then send it again."
    )


def _says(earlier: CaseEvent, case: Case, ending: Ending) -> bool:
    """Whether the form that came again says what the case was closed with."""
    then = (earlier.text, earlier.data["outcome"], case.amount_claimed, case.amount_recovered, case.currency)
    now = (ending.note, ending.outcome.code, ending.claimed, ending.recovered, ending.currency)
    pending = ending.settled == SettlementState.PENDING
    due = ending.settlement_due if pending else None
    return then == now and (case.settlement_state, case.settlement_due) == (ending.settled, due)


def why_not_again(case: Case) -> str:
    """Who closed the case, for the second of two people at once."""
    who = case.closed_by.full_name if case.closed_by else ""
    return _("%(person)s has closed this case already.") % {"person": who}
