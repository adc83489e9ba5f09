"""Which quarter it is, who still has to be confirmed in it, and reminding the admins.

All of it follows from the calendar and the people, so that nothing is lost when the worker stood still on the first day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import PartnerAdmin
from errands.moments import Moment, held
from notifications.actions import notify
from notifications.choices import Kind

from .choices import ReviewStage
from .models import Partner, PartnerQuerySet, ReviewAnswer, ReviewReminder

ENDS_SOON = timedelta(days=14)
KINDS = {ReviewStage.BEGUN: Kind.REVIEW_BEGUN, ReviewStage.ENDS: Kind.REVIEW_ENDS}


@dataclass(frozen=True)
class Quarter:
    """Three months, from their first moment in Jakarta until before the next ones'."""

    name: str
    starts: datetime
    ends: datetime


def quarter_of(moment: datetime) -> Quarter:
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    number = (local.month - 1) // 3
    starts = local.replace(month=number * 3 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
    year, month = (local.year + 1, 1) if number == 3 else (local.year, number * 3 + 4)
    return Quarter(f"{local.year}-Q{number + 1}", starts, starts.replace(year=year, month=month))


def current() -> Quarter:
    return quarter_of(timezone.now())


def to_confirm(quarter: Quarter) -> QuerySet[User]:
    """Whoever may sign in, was there before the quarter began, and was not confirmed in it by their partner of now."""
    answered = ReviewAnswer.objects.filter(
        person=OuterRef("pk"), partner=OuterRef("partner"), quarter=quarter.name
    )
    people = User.objects.filter(is_active=True, partner__isnull=False, date_joined__lt=quarter.starts)
    return people.filter(~Exists(answered))


def unanswered(quarter: Quarter) -> PartnerQuerySet:
    """The partners with somebody still to be confirmed, and how many (`waiting`)."""
    counts = to_confirm(quarter).filter(partner=OuterRef("pk")).order_by().values("partner")
    waiting = to_confirm(quarter).filter(partner=OuterRef("pk"))
    partners: PartnerQuerySet = Partner.objects.filter(Exists(waiting)).order_by("name_id", "pk")
    return partners.annotate(waiting=counts.annotate(n=Count("pk")).values("n"))


def remind() -> int:
    """Remind the admins of every partner that has not answered, once at each stage; how many partners."""
    return MOMENT.sweep()


def _stage(now: datetime) -> tuple[Quarter, ReviewStage]:
    quarter = current()
    return quarter, ReviewStage.ENDS if now >= quarter.ends - ENDS_SOON else ReviewStage.BEGUN


def _not_reminded(now: datetime) -> PartnerQuerySet:
    quarter, stage = _stage(now)
    reminded = ReviewReminder.objects.filter(partner=OuterRef("pk"), quarter=quarter.name, stage=stage)
    return unanswered(quarter).filter(~Exists(reminded))


def _remind(pk: int, now: datetime) -> bool:
    partner = held(_not_reminded(now), pk).first()
    if partner is None:
        return False
    quarter, stage = _stage(now)
    _row, is_new = ReviewReminder.objects.get_or_create(partner=partner, quarter=quarter.name, stage=stage)
    if not is_new:  # another worker was faster by a moment
        return False
    admins = User.objects.filter(partner=partner, role=PartnerAdmin.code, is_active=True, locked_at=None)
    path = reverse("agencies:review", args=[partner.code])
    notify(admins, kind=KINDS[stage], reference=quarter.name, path=path)
    return True


MOMENT = Moment("reviews", _("Reminders of the review of accounts"), due=_not_reminded, look=_remind)
