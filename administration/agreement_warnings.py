"""Telling the portal's admins that a data-sharing agreement ends: 60, 30 and 7 days before, and once it has ended.

An agreement that ends stops nothing by itself. One that a later one follows is told of no more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import PortalAdmin
from agencies.models import Agreement
from agencies.models.standing import WARNED_BEFORE, AgreementQuerySet
from errands.moments import Moment, held
from notifications.actions import notify
from notifications.choices import Kind

ENDED = 0


def warn() -> int:
    """Tell of every agreement whose next warning is due, each once; how many there were."""
    return MOMENT.sweep()


def _due(now: datetime) -> AgreementQuerySet:
    """Agreements near their end, or past it, of which a mark was reached that nobody told."""
    today = timezone.localdate(now)
    reached = [Q(expires_on__lt=today) & _not_told(ENDED)]
    reached += [Q(expires_on__lte=today + timedelta(days=days)) & _not_told(days) for days in WARNED_BEFORE]
    return Agreement.objects.ending().filter(reduce(or_, reached)).without_document().order_by("expires_on")


def _not_told(mark: int) -> Q:
    return Q(warned=None) | Q(warned__gt=mark)


def _warn(pk: UUID, now: datetime) -> bool:
    row = held(_due(now), pk).select_related("partner").first()
    if row is None:
        return False
    row.warned = ENDED if row.has_ended else min(days for days in WARNED_BEFORE if row.days_left <= days)
    row.save(update_fields=["warned"])
    notify(
        User.objects.filter(role=PortalAdmin.code, is_active=True),
        kind=Kind.AGREEMENT_ENDED if row.has_ended else Kind.AGREEMENT_ENDING,
        reference=row.partner.code,
        path=reverse("agencies:partner", args=[row.partner.code]),
    )
    return True


MOMENT = Moment("agreements", _("Warnings of agreements that end"), due=_due, look=_warn)
