"""Restricted cases that nobody may read any more, since their people were suspended or have left."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from errands.moments import Moment, held
from notifications.actions import notify
from notifications.choices import Kind

from . import audience
from .choices import AccessWay
from .models import Case, CaseAccess
from .models.case_reads import CaseQuerySet


def tell() -> int:
    """Tell the supervisors of every open case that has lost its readers, once; of how many.

    Who has been named or come back since makes the case fit to be told of again.
    """
    told_before = Case.objects.restricted().filter(nobody_told_at__isnull=False)
    told_before.exclude(pk__in=_unread().values("pk")).update(nobody_told_at=None)
    return MOMENT.sweep()


def _due(_now: datetime) -> CaseQuerySet:
    return _unread().filter(nobody_told_at=None).order_by("pk")


def _unread() -> CaseQuerySet:
    """Open restricted cases whose caseworker is gone and for which nobody else is named."""
    here = Q(is_active=True, role__in=audience.holding(Right.WORK_CASES))
    caseworker = User.objects.filter(here, pk=OuterRef("assigned_to"), partner=OuterRef("partner"))
    named = CaseAccess.objects.open().filter(
        case=OuterRef("pk"),
        way=AccessWay.NAMED,
        person__partner=F("case__partner"),
        person__is_active=True,
        person__role__in=audience.holding(Right.WORK_CASES),
    )
    there = Case.objects.restricted().filter(closed_at=None, erased_at=None)
    return there.filter(~Exists(caseworker), ~Exists(named))


def _tell(pk: int, now: datetime) -> bool:
    """Skips a case that somebody holds: they are perhaps naming somebody just now."""
    case = held(_due(now), pk).select_related("partner").first()
    if case is None:
        return False
    case.nobody_told_at = now
    case.save(update_fields=["nobody_told_at"])
    people = audience.people(case.partner, Right.OVERSEE_CASES)
    notify(
        people or audience.people(case.partner, Right.WORK_CASES),  # they can break the glass
        kind=Kind.NOBODY_READS,
        reference=case.reference,
        path=case.access_url if people else case.get_absolute_url(),
    )
    return True


MOMENT = Moment("nobody-reads", _("Warnings of restricted cases that nobody reads"), due=_due, look=_tell)
