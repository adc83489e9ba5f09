"""Naming the agency that leads the joint work on a case."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases.choices import EventKind
from cases.events import record
from cases.models import Case

from .. import rules
from ..models import Referral
from ..moves import hold
from .shared import begin


@transaction.atomic
def lead(*, by: User, referral: Referral, key: UUID | None = None) -> Referral:
    """Let this referral's agency lead; whichever led before leads no more.

    All referrals of the case are locked first, in one order: two colleagues who name two agencies wait for each other.
    """
    if not rules.is_sender(by, referral):
        raise PermissionDenied
    of_case = Referral.objects.filter(case_id=referral.case_id)
    list(of_case.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    current, fresh = begin(
        referral, by=by, kind=EventKind.LEAD, side=rules.is_sender, rule=rules.can_lead, key=key
    )
    if not fresh:
        return current
    hold(current.case)
    of_case.filter(is_lead=True).update(is_lead=False)
    current.is_lead, current.changed_at = True, timezone.now()
    current.save(update_fields=["is_lead", "changed_at"])
    to = current.receiver.name_id if current.receiver else ""
    record(current.case, EventKind.LEAD, by=by, referral=current, key=key, at=current.changed_at, to=to)
    Case.objects.filter(pk=current.case_id).update(changed_at=current.changed_at)
    return current
