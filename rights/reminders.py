"""The sweep's part: tell of requests and breaches whose 72 hours pass, and of legal holds to be looked at again."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Right
from cases import audience
from notifications.actions import notify
from notifications.choices import Kind

from .choices import Reminded
from .models import Breach, DataRequest, LegalHold

logger = logging.getLogger(__name__)

BATCH = 100


def tell_of(request: DataRequest, kind: Kind, *, but: User | None = None) -> None:
    """Tell those who decide at its partner, and who wrote the request down, while they work there."""
    told = {person.pk: person for person in audience.people(request.partner, Right.DECIDE_REQUESTS)}
    writer = request.recorded_by
    if audience.works_at(writer, request.partner):
        told[writer.pk] = writer
    if but is not None:
        told.pop(but.pk, None)
    notify(
        told.values(), kind=kind, reference=request.reference, path=request.get_absolute_url(), urgent=True
    )


def keepers(breach: Breach) -> list[User]:
    """Who keeps the register: those of the portal, and of the partner where it happened."""
    keep = User.objects.filter(is_active=True, role__in=audience.holding(Right.KEEP_BREACHES))
    at_partner = keep.filter(partner=breach.partner_id) if breach.partner_id else keep.none()
    return list((keep.filter(partner=None) | at_partner).order_by("pk"))


def remind(now: datetime | None = None) -> int:
    """Tell of everything whose time has come; how many were told of. One that fails holds up no other."""
    at = now or timezone.now()
    due: list[tuple[Any, Any]] = [
        (_remind_request, DataRequest.objects.filter(next_at__lte=at)),
        (_remind_breach, Breach.objects.filter(next_at__lte=at)),
        (_remind_hold, LegalHold.objects.standing().filter(next_on__lte=timezone.localdate(at))),
    ]
    return sum(_each(look, rows.values_list("pk", flat=True)[:BATCH], at) for look, rows in due)


def _each(look: Any, ids: Iterable[Any], at: datetime) -> int:
    told = 0
    for pk in list(ids):
        try:
            with transaction.atomic():
                told += look(pk, at)
        except Exception:
            logger.exception("%s %s could not be told of", look.__name__, pk)
    return told


def _advance(row: DataRequest | Breach, at: datetime) -> Reminded:
    """What has become true of a row, and when to look again; of one that nobody looked at in time only the end is told."""
    overdue = row.due_at <= at
    row.reminded = Reminded.OVERDUE if overdue else Reminded.WARNED
    row.next_at = None if overdue else row.due_at
    row.save(update_fields=["reminded", "next_at"])
    return Reminded(row.reminded)


def _remind_request(pk: Any, at: datetime) -> bool:
    due = DataRequest.objects.filter(pk=pk, next_at__lte=at).select_related("partner", "recorded_by")
    row = due.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if row is None:
        return False
    overdue = _advance(row, at) is Reminded.OVERDUE
    tell_of(row, Kind.REQUEST_OVERDUE if overdue else Kind.REQUEST_WARNING)
    return True


def _remind_breach(pk: Any, at: datetime) -> bool:
    due = Breach.objects.filter(pk=pk, next_at__lte=at)
    row = due.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if row is None:
        return False
    overdue = _advance(row, at) is Reminded.OVERDUE
    if not row.notices.filter(told_at=None).exists() and row.notices.exists():
        return False
    kind = Kind.BREACH_OVERDUE if overdue else Kind.BREACH_WARNING
    notify(keepers(row), kind=kind, reference=row.reference, path=row.get_absolute_url(), urgent=True)
    return True


def _remind_hold(pk: Any, at: datetime) -> bool:
    due = LegalHold.objects.standing().filter(pk=pk, next_on__lte=timezone.localdate(at))
    row = due.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("case__partner")
    hold = row.first()
    if hold is None:
        return False
    hold.next_on = None
    hold.save(update_fields=["next_on"])
    notify(
        audience.people(hold.case.partner, Right.DECIDE_REQUESTS),
        kind=Kind.HOLD_TO_REVIEW,
        reference=hold.case.reference,
        path=reverse("rights:retention"),
    )
    return True
