"""The sweep's part: tell of requests and breaches whose 72 hours pass, and of legal holds to be looked at again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from cases import audience
from errands.moments import Moment, held
from notifications.actions import notify
from notifications.choices import Kind

from .choices import Reminded
from .models import Breach, DataRequest, LegalHold


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
    """Tell of everything whose time has come; how many were told of."""
    return sum(moment.sweep(now) for moment in (REQUESTS, BREACHES, HOLDS))


def _advance(row: DataRequest | Breach, at: datetime) -> Reminded:
    """What has become true of a row, and when to look again; of one that nobody looked at in time only the end is told."""
    overdue = row.due_at <= at
    row.reminded = Reminded.OVERDUE if overdue else Reminded.WARNED
    row.next_at = None if overdue else row.due_at
    row.save(update_fields=["reminded", "next_at"])
    return Reminded(row.reminded)


def _requests(at: datetime) -> QuerySet[DataRequest]:
    return DataRequest.objects.filter(next_at__lte=at).order_by("next_at")


def _remind_request(pk: UUID, at: datetime) -> bool:
    row = held(_requests(at), pk).select_related("partner", "recorded_by").first()
    if row is None:
        return False
    overdue = _advance(row, at) is Reminded.OVERDUE
    tell_of(row, Kind.REQUEST_OVERDUE if overdue else Kind.REQUEST_WARNING)
    return True


def _breaches(at: datetime) -> QuerySet[Breach]:
    return Breach.objects.filter(next_at__lte=at).order_by("next_at")


def _remind_breach(pk: UUID, at: datetime) -> bool:
    row = held(_breaches(at), pk).first()
    if row is None:
        return False
    overdue = _advance(row, at) is Reminded.OVERDUE
    if not row.notices.filter(told_at=None).exists() and row.notices.exists():
        return False
    kind = Kind.BREACH_OVERDUE if overdue else Kind.BREACH_WARNING
    notify(keepers(row), kind=kind, reference=row.reference, path=row.get_absolute_url(), urgent=True)
    return True


def _holds(at: datetime) -> QuerySet[LegalHold]:
    return LegalHold.objects.standing().filter(next_on__lte=timezone.localdate(at)).order_by("next_on")


def _remind_hold(pk: UUID, at: datetime) -> bool:
    hold = held(_holds(at), pk).select_related("case__partner").first()
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


REQUESTS = Moment("requests", _("Reminders of workers' requests"), due=_requests, look=_remind_request)
BREACHES = Moment("breaches", _("Reminders of breaches"), due=_breaches, look=_remind_breach)
HOLDS = Moment("legal-holds", _("Reminders of legal holds"), due=_holds, look=_remind_hold)
