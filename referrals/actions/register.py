"""The receiver's own register number of a referral."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases.choices import EventKind
from cases.events import record
from cases.models import Case

from .. import rules
from ..models import Referral
from .shared import begin_answer, marked


@transaction.atomic
def register(
    *, by: User, referral: Referral, number: str, key: UUID | None = None, recorded: bool = False
) -> Referral:
    """Keep the number under which the receiver finds the referral in its books. The same number again is nothing new."""
    current, fresh = begin_answer(
        referral,
        by=by,
        kind=EventKind.REGISTERED,
        rule=rules.can_register,
        key=key,
        text=number,
        recorded=recorded,
    )
    if not fresh:
        return current
    if current.register_number == number:
        return current
    current.register_number, current.changed_at = number, timezone.now()
    current.save(update_fields=["register_number", "changed_at"])
    record(
        current.case,
        EventKind.REGISTERED,
        by=by,
        referral=current,
        key=key,
        at=current.changed_at,
        text=number,
        **marked(recorded),
    )
    Case.objects.filter(pk=current.case_id).update(changed_at=current.changed_at)
    return current
