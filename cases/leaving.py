"""Somebody leaves a partner for another one: what opened its cases to them ends, and who oversees them is told.

Their cases stay where they are, and with the partner: who had them is still named, as after a suspension, until a supervisor
assigns them (`cases.audience` counts on nobody who works elsewhere).
"""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import Right
from agencies.models import Partner
from notifications.actions import notify
from notifications.choices import Kind
from privacy.acting import as_portal

from . import access, actions, audience
from .models import Case, CaseAccess
from .models.case_reads import CaseQuerySet

NAMED = 20  # cases that are told of one by one; of more, only how many


@as_portal()  # admins read no case; this tells them numbers
def in_hand(person: User) -> int:
    """How many open cases of their partner this person has."""
    return _in_hand(person, person.partner_id).count()


@as_portal()  # whoever moves them reads no case, and is shown nothing of one
@transaction.atomic
def leave(*, by: User, person: User, partner: Partner) -> int:
    """End what opens this partner's cases to the person, throw their unsent complaints away, and tell the supervisors of
    every open case they had; how many those were. Part of moving them."""
    opened = CaseAccess.objects.open().filter(person=person, case__partner=partner)
    for found in opened.select_related("case").order_by("case_id"):
        access.end(found, by=by)
    actions.throw_away_drafts_of(person, by=by, owner=partner.pk)
    cases = _in_hand(person, partner.pk)
    count = cases.count()
    told = audience.people(partner, Right.OVERSEE_CASES) or audience.people(partner, Right.WORK_CASES)
    if count > NAMED:
        path = f"{reverse('cases:list')}?tab=team"
        notify(told, kind=Kind.CASES_LEFT, reference=str(count), path=path)
        return count
    for case in cases.order_by("pk"):
        path = case.access_url if case.is_restricted else case.get_absolute_url()
        notify(told, kind=Kind.CASES_LEFT, reference=case.reference, path=path)
    return count


def _in_hand(person: User, partner_id: int | None) -> CaseQuerySet:
    return Case.objects.filter(assigned_to=person, partner=partner_id, closed_at=None, erased_at=None)
