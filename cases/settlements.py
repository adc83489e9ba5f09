"""What was settled, and whether it was also done: asked on its day, answered by a person."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from agencies.choices import Urgency
from errands.moments import Moment, held
from notifications.actions import notify
from notifications.choices import Kind

from . import audience, rules
from .choices import EventKind, SettlementState
from .closing import sent_before
from .events import done_already, record
from .models import Case
from .models.consent import HOME


class FollowUpRefused(Exception):
    """What was settled is another thing now than on the page; the message says so to the reader."""


@transaction.atomic
def follow_up(
    *,
    by: User,
    case: Case,
    version: int,
    state: SettlementState,
    note: str,
    due: date | None = None,
    amount_recovered: Decimal | None = None,
    currency: str = "",
    key: UUID | None = None,
) -> Case:
    """Write down whether a settlement was fulfilled; still pending, it has a new day on which the portal asks again.

    An amount replaces the one recovered so far; none leaves it. The same `key` again does nothing. Raises
    PermissionDenied for somebody else's case, FollowUpRefused when the case was reopened or somebody else wrote first.
    """
    current = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if not rules.can_read(by, current):
        raise PermissionDenied
    if earlier := done_already(key, by=by, kind=EventKind.SETTLEMENT):
        same = (earlier.case_id, earlier.text, earlier.data["state"]) == (current.pk, note, state)
        if not same or not _says(current, version, due, amount_recovered, currency):
            raise FollowUpRefused(sent_before())
        return current
    if not rules.can_follow_up(by, current) or current.version != version:
        raise FollowUpRefused(
            _("Somebody else changed this meanwhile. Please look at what is there now first.")
        )
    current.settlement_state = state
    if state == SettlementState.PENDING:
        current.settlement_due = due
    current.settlement_ask_on = due if state == SettlementState.PENDING else None
    if amount_recovered is not None:
        current.amount_recovered, current.currency = amount_recovered, currency
    current.version += 1
    current.changed_at = timezone.now()
    current.save()
    record(current, EventKind.SETTLEMENT, by=by, key=key, text=note, at=current.changed_at, state=str(state))
    return current


def _says(case: Case, version: int, due: date | None, amount: Decimal | None, currency: str) -> bool:
    """Whether a form that came again says what it left behind; unknown once somebody has written since."""
    if case.version != version + 1:
        return True
    pending = case.settlement_state == SettlementState.PENDING
    same_day = not pending or case.settlement_due == due
    return same_day and (amount is None or (amount, currency) == (case.amount_recovered, case.currency))


def ask_about_due(today: date | None = None) -> int:
    """Ask the caseworkers of all settlements whose day has come; how many. Each is asked once for each day set.

    The day begins where the papers are kept (Asia/Jakarta).
    """
    return MOMENT.sweep(datetime.combine(today, time(12), HOME) if today else None)


def _due(now: datetime) -> QuerySet[Case]:
    today = timezone.localdate(now, HOME)
    return Case.objects.filter(settlement_ask_on__lte=today).order_by("settlement_ask_on")


def ask(pk: int, now: datetime) -> bool:
    """Ask about one settlement; whether there was anything to ask. Skips a case that somebody holds."""
    case = held(_due(now), pk).select_related("assigned_to", "partner").first()
    if case is None:
        return False
    case.settlement_ask_on = None
    case.changed_at = timezone.now()
    case.save(update_fields=["settlement_ask_on", "changed_at"])
    record(case, EventKind.ESCALATED, by=None, at=case.changed_at, about="settlement")
    people = audience.caseworkers(case)
    notify(
        people,
        kind=Kind.SETTLEMENT_DUE,
        reference=case.reference,
        path=case.get_absolute_url(),
        urgent=case.urgency == Urgency.EMERGENCY,
    )
    return True


MOMENT = Moment("settlements", gettext_lazy("Questions about settlements"), due=_due, look=ask)
