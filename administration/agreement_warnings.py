"""Telling the portal's admins that a data-sharing agreement ends: 60, 30 and 7 days before, and once it has ended.

An agreement that ends stops nothing by itself. One that a later one follows is told of no more.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from accounts.roles import PortalAdmin
from agencies.models import Agreement
from agencies.models.standing import WARNED_BEFORE
from notifications.actions import notify
from notifications.choices import Kind

AT_ONCE = 100  # agreements in one transaction
ENDED = 0


@transaction.atomic
def warn() -> int:
    """Tell of every agreement whose next warning is due, each once; how many there were."""
    due = [(row, mark) for row in _ending() if (mark := _mark(row)) != row.warned]
    admins = list(User.objects.filter(role=PortalAdmin.code, is_active=True)) if due else []
    for row, mark in due:
        notify(
            admins,
            kind=Kind.AGREEMENT_ENDED if mark == ENDED else Kind.AGREEMENT_ENDING,
            reference=row.partner.code,
            path=reverse("agencies:partner", args=[row.partner.code]),
        )
        Agreement.objects.filter(pk=row.pk).update(warned=mark)
    return len(due)


def _ending() -> list[Agreement]:
    """Agreements near their end, or past it, which nobody told yet; another sweep's are left to it."""
    untold = Agreement.objects.ending().filter(Q(warned=None) | Q(warned__gt=ENDED))
    rows = untold.without_document().select_related("partner")
    return list(
        rows.order_by("expires_on").select_for_update(of=("self",), skip_locked=True, no_key=True)[:AT_ONCE]
    )


def _mark(row: Agreement) -> int | None:
    """Which warning the agreement is at by now: the days it was to be told before, 0 once it has ended."""
    if row.has_ended:
        return ENDED
    reached = [days for days in WARNED_BEFORE if row.days_left <= days]
    now = min(reached, default=None)
    if now is None or (row.warned is not None and row.warned <= now):
        return row.warned
    return now
