"""The pause that a worker may ask for (UU 27/2022 art. 11, 41), and its end."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.choices import EventKind
from cases.events import done_already, record
from cases.models import Case
from notifications.choices import Kind
from referrals.actions import tell_receivers

from .. import rules
from ..models import DataRequest
from .shared import Refused


def pause(case: Case, *, request: DataRequest, by: User) -> None:
    """Let the data of a held case be used no further; receivers are told. One that is paused stays so."""
    if case.is_paused:
        return
    case.paused_at = case.changed_at = timezone.now()
    case.save(update_fields=["paused_at", "changed_at"])
    record(case, EventKind.PAUSED, by=by, at=case.paused_at, request=request.reference)
    tell_receivers(case, Kind.PROCESSING_PAUSED)


@transaction.atomic
def resume(*, by: User, case: Case, text: str, key: UUID) -> Case:
    """Lift the pause, with a reason; receivers are told, and referrals that waited are sent.

    Raises PermissionDenied unless the actor decides on requests and reads the case, Refused when it was lifted already.
    """
    held = Case.objects.select_for_update(of=("self",), no_key=True)
    current = held.select_related("partner", "assigned_to").get(pk=case.pk)
    if done_already(key, by=by, kind=EventKind.RESUMED):
        return current
    if not current.is_paused and rules.decides_on(by, current):
        raise Refused(_("The pause was lifted already."))
    if not rules.can_resume(by, current):
        raise PermissionDenied
    current.paused_at, current.changed_at = None, timezone.now()
    current.save(update_fields=["paused_at", "changed_at"])
    record(current, EventKind.RESUMED, by=by, key=key, text=text, at=current.changed_at)
    tell_receivers(current, Kind.PROCESSING_RESUMED)
    return current
