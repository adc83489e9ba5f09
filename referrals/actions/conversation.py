"""Talking about a referral: messages that both sides read, and notes that one side keeps to itself."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.choices import Urgency
from cases.choices import EventKind
from cases.events import record
from cases.models import Case
from notifications.actions import notify
from notifications.choices import Kind

from .. import audience, rules
from ..models import Referral
from .shared import begin


@transaction.atomic
def message(*, by: User, referral: Referral, text: str, key: UUID | None = None) -> Referral:
    """Say something to the other side, which is told. Whose move it is and until when stays as it is."""
    current, fresh = begin(
        referral,
        by=by,
        kind=EventKind.MESSAGE,
        side=rules.is_either_side,
        rule=rules.can_message,
        key=key,
        text=text,
    )
    if not fresh:
        return current
    current.changed_at = timezone.now()
    current.save(update_fields=["changed_at"])
    record(
        current.case, EventKind.MESSAGE, by=by, referral=current, text=text, key=key, at=current.changed_at
    )
    Case.objects.filter(pk=current.case_id).update(changed_at=current.changed_at)
    notify(
        audience.to_tell(current, of=EventKind.MESSAGE, by=by),
        kind=Kind.REFERRAL_MESSAGE,
        reference=current.reference,
        path=current.get_absolute_url(),
        urgent=current.urgency == Urgency.EMERGENCY,
    )
    return current


@transaction.atomic
def internal(*, by: User, referral: Referral, text: str, key: UUID | None = None) -> Referral:
    """Write down something for one's own people. Nothing tells the other side that there is a note: nobody is
    notified, and the referral does not count as changed."""
    current, fresh = begin(
        referral,
        by=by,
        kind=EventKind.INTERNAL,
        side=rules.is_either_side,
        rule=rules.can_internal,
        key=key,
        text=text,
    )
    if not fresh:
        return current
    now = timezone.now()
    record(current.case, EventKind.INTERNAL, by=by, referral=current, text=text, key=key, at=now)
    if rules.is_sender(by, current):  # whose own pages of the case show it
        Case.objects.filter(pk=current.case_id).update(changed_at=now)
    return current
