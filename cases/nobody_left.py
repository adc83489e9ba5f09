"""Restricted cases that nobody may read any more, since their people were suspended or have left."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import Right
from notifications.actions import notify
from notifications.choices import Kind

from . import audience
from .choices import AccessWay
from .models import Case, CaseAccess
from .models.case_reads import CaseQuerySet

BATCH = 200  # cases in a round; the next sweep finds the others


def tell() -> int:
    """Tell the supervisors of every open case that has lost its readers, once; of how many.

    Who has been named or come back since makes the case fit to be told of again.
    """
    lost = _unread()
    told_before = Case.objects.restricted().filter(nobody_told_at__isnull=False)
    told_before.exclude(pk__in=lost.values("pk")).update(nobody_told_at=None)
    waiting = list(lost.filter(nobody_told_at=None).values_list("pk", flat=True)[:BATCH])
    return sum(_tell(pk) for pk in waiting)


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


@transaction.atomic
def _tell(pk: int) -> bool:
    """Skips a case that somebody holds: they are perhaps naming somebody just now."""
    held = (
        _unread()
        .filter(pk=pk, nobody_told_at=None)
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
    )
    case = held.select_related("partner").first()
    if case is None:
        return False
    case.nobody_told_at = timezone.now()
    case.save(update_fields=["nobody_told_at"])
    people = audience.people(case.partner, Right.OVERSEE_CASES)
    notify(
        people or audience.people(case.partner, Right.WORK_CASES),  # they can break the glass
        kind=Kind.NOBODY_READS,
        reference=case.reference,
        path=case.access_url if people else case.get_absolute_url(),
    )
    return True
