"""Somebody leaves a partner for another one: what opened its cases to them ends, and who oversees them is told.

Their cases stay where they are, and with the partner: who had them is still named, as after a suspension, until a supervisor
assigns them (`cases.audience` counts on nobody who works elsewhere).
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from agencies.actions import ActRefused, StaleData
from agencies.models import Partner
from notifications.actions import notify
from notifications.choices import Kind
from privacy.acting import as_portal

from . import access, actions, audience
from .models import Case, CaseAccess, IntakeDraft
from .models.access import CaseAccessQuerySet
from .models.case_reads import CaseQuerySet
from .models.draft import DraftQuerySet

NAMED = 20  # cases that are told of one by one; of more, only how many


@as_portal()  # admins read no case; this tells them numbers
def in_hand(person: User) -> int:
    """How many open cases of their partner this person has."""
    return _in_hand(person, person.partner_id).count()


@as_portal()  # whoever moves them reads no case, and is shown nothing of one
def hold(person: User) -> frozenset[int | UUID]:
    """Keep what `leave` will write until the transaction ends; the numbers of those cases and drafts.

    It comes before the person: whoever works on a case has it, and is asked for last (ADR 0022).
    """
    cases, drafts = _written(person, person.partner_id)
    held = cases.order_by("pk").select_for_update(no_key=True), drafts.order_by("pk").select_for_update()
    return _numbers(*held)


@as_portal()
@transaction.atomic
def leave(*, by: User, person: User, partner: Partner, held: frozenset[int | UUID]) -> int:
    """End what opens this partner's cases to the person, throw their unsent complaints away, and tell the supervisors of
    every open case they had; how many those were. Part of moving them.

    Raises StaleData when there is more than was `held` before the person was: taken now, it would be in the wrong order.
    """
    if not _numbers(*_written(person, partner.pk)) <= held:
        raise StaleData(_("Somebody works on the cases of this person at this moment. Please send it again."))
    for found in _opened(person, partner.pk).select_related("case").order_by("case_id"):
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


@as_portal()  # of which cases it is, nothing is said
def refuse_to_open_again(person: User) -> None:
    """Somebody comes to a partner where restricted cases, also closed ones, are in their name still, from before.

    They would be open to them without anybody's decision: raises ActRefused until a supervisor has assigned them.
    """
    if (
        Case.objects.restricted()
        .filter(assigned_to=person, partner=person.partner_id, erased_at=None)
        .exists()
    ):
        text = _(
            "Restricted cases of %(partner)s are in this person's name still, from before, and would open to them again."
            " Let a supervisor there assign them to somebody else first."
        )
        raise ActRefused(text % {"partner": person.partner.name if person.partner else ""})


def _in_hand(person: User, partner_id: int | None) -> CaseQuerySet:
    return Case.objects.filter(assigned_to=person, partner=partner_id, closed_at=None, erased_at=None)


def _opened(person: User, partner_id: int | None) -> CaseAccessQuerySet:
    return CaseAccess.objects.open().filter(person=person, case__partner=partner_id)


def _written(person: User, partner_id: int | None) -> tuple[CaseQuerySet, DraftQuerySet]:
    """The cases and drafts that leaving writes to, or tells of."""
    opened = Case.objects.filter(pk__in=_opened(person, partner_id).values("case"))
    return _in_hand(person, partner_id) | opened, IntakeDraft.objects.filter(owner=person)


def _numbers(cases: CaseQuerySet, drafts: DraftQuerySet) -> frozenset[int | UUID]:
    return frozenset([*cases.values_list("pk", flat=True), *drafts.values_list("pk", flat=True)])
