"""What somebody does at the door: accept the code of conduct, ask to be unlocked; and an admin who unlocks."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import PartnerAdmin, PortalAdmin
from notifications.actions import notify
from notifications.choices import Kind

from ..choices import StaffVerb
from ..conduct import CURRENT
from ..models import ConductAcceptance
from .people import begin
from .second_admin import reference_of
from .shared import ActRefused, StaleData, record

ASKED_AGAIN_AFTER = timedelta(days=1)


@transaction.atomic
def accept_conduct(*, by: User, version: str) -> ConductAcceptance:
    """Accept the code of conduct, once. Raises StaleData for a version that is not the current one any more."""
    if version != CURRENT:
        raise StaleData(_("The code of conduct has changed meanwhile. Please read it again."))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    accepted, is_new = ConductAcceptance.objects.get_or_create(person=by, version=version)
    User.objects.filter(pk=by.pk).update(conduct_version=version)
    by.conduct_version = version
    if is_new:
        record(StaffVerb.CONDUCT_ACCEPTED, by=by, partner=by.partner_id, subject=by, code=version)
    return accepted


@transaction.atomic
def ask_unlock(*, by: User) -> bool:
    """Ask the admins to unlock one's account; within a day once. Whether they were told."""
    current = (
        User.objects.select_related("partner").select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    )
    now = timezone.now()
    if current.locked_at is None:
        raise ActRefused(_("Your account is not locked any more."))
    if current.unlock_asked_at is not None and now - current.unlock_asked_at < ASKED_AGAIN_AFTER:
        return False
    current.unlock_asked_at = now
    current.save(update_fields=["unlock_asked_at"])
    path = reverse("agencies:person", args=[current.pk])
    notify(_openers(current), kind=Kind.UNLOCK_ASKED, reference=reference_of(current), path=path)
    return True


@transaction.atomic
def unlock(*, by: User, person: User) -> User:
    """Open a locked account again; it counts as used from now. Doing it twice is once."""
    by, current = begin(by, person)
    if current.locked_at is None:
        return current
    current.locked_at, current.unlock_asked_at, current.unlocked_at = None, None, timezone.now()
    current.save(update_fields=["locked_at", "unlock_asked_at", "unlocked_at"])
    record(StaffVerb.UNLOCKED, by=by, partner=current.partner_id, subject=current)
    return current


def _openers(person: User) -> list[User]:
    """The admins of the person's partner who can come in; where there are none, those of the portal."""
    usable = User.objects.filter(is_active=True, locked_at=None).exclude(pk=person.pk)
    own = (
        usable.filter(role=PartnerAdmin.code, partner=person.partner_id)
        if person.partner_id
        else usable.none()
    )
    return list(own) or list(usable.filter(role=PortalAdmin.code))
