"""The quarterly review of accounts: confirming people, and taking that back."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User

from .. import reviewing, rules
from ..choices import StaffVerb
from ..models import Partner, ReviewAnswer, StaffEvent
from .shared import StaleData, fresh, one_at_a_time


@transaction.atomic
def confirm_staff(*, by: User, partner: Partner, people: Collection[int], quarter: str, batch: UUID) -> int:
    """Confirm these people of the partner (their numbers) for the current quarter; how many were not confirmed yet.

    Oneself and whoever is not the partner's to confirm are passed over. Raises PermissionDenied for a partner that is not
    the actor's to manage, StaleData when the quarter is over.
    """
    by, now = _begin(by, partner, quarter)
    found = reviewing.to_confirm(now).filter(partner=partner, pk__in=people).exclude(pk=by.pk)
    confirmed = list(found.order_by("pk"))
    ReviewAnswer.objects.bulk_create(
        [
            ReviewAnswer(person=person, partner=partner, quarter=now.name, by=by, batch=batch)
            for person in confirmed
        ]
    )
    _tell(confirmed, by, partner, now.name)
    return len(confirmed)


@transaction.atomic
def unconfirm_staff(*, by: User, partner: Partner, batch: UUID, quarter: str) -> int:
    """Take back what was confirmed with one click; how many people that were. Raises as confirming does."""
    by, now = _begin(by, partner, quarter)
    answers = ReviewAnswer.objects.filter(partner=partner, quarter=now.name, batch=batch)
    people = [answer.person for answer in answers.select_related("person").order_by("person")]
    answers.delete()
    _tell(people, by, partner, now.name, undone=True)
    return len(people)


def _begin(by: User, partner: Partner, quarter: str) -> tuple[User, reviewing.Quarter]:
    one_at_a_time(partner.pk)
    by, now = fresh(by), reviewing.current()
    if not rules.can_manage_people_of(by, partner.pk):
        raise PermissionDenied
    if quarter != now.name:
        raise StaleData(_("This quarter is over, and another one has begun. Look at the page again."))
    return by, now


def _tell(people: list[User], by: User, partner: Partner, quarter: str, **more: bool) -> None:
    StaffEvent.objects.bulk_create(
        StaffEvent(
            verb=StaffVerb.STAFF_CONFIRMED,
            actor=by,
            partner=partner,
            subject=person,
            subject_email=person.email,
            detail={"code": quarter, **more},
        )
        for person in people
    )
