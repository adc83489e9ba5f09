"""The sweep's part: tell the sender of a referral that the consent it rests on ends, before and when it does."""

import logging
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agencies.choices import Urgency
from cases.choices import EventKind
from cases.events import record
from cases.models import Case, Consent
from cases.models.consent import HOME, Reminded
from notifications.actions import notify
from notifications.choices import Kind

from . import audience, moves
from .models import Referral

logger = logging.getLogger(__name__)

SOON = timedelta(days=3)
BATCH = 500


def tell_all() -> int:
    """Tell of every grant that ends soon or has ended while a referral that rests on it is live; how many were told.

    Each of the two is told once, also when the sweep runs twice or late; of one that has ended only that is said.
    """
    today = timezone.localdate(timezone=HOME)
    ended = Q(consent__until__lt=today, consent__reminded__lt=Reminded.ENDED)
    soon = Q(consent__until__lte=today + SOON, consent__reminded=Reminded.NOTHING)
    due = Referral.objects.live().filter(ended | soon, consent__withdrawn_at=None).order_by("consent__until")
    return sum(_tell(pk, today) for pk in due.values_list("pk", flat=True)[:BATCH])


def _tell(pk: UUID, today: date) -> bool:
    try:
        return tell(pk, today)
    except Exception:
        logger.exception("the end of the consent of referral %s could not be told", pk)
        return False


@transaction.atomic
def tell(pk: UUID, today: date) -> bool:
    """Tell the sender of one referral; whether there was anything to tell."""
    referral = moves.lock(Referral(pk=pk))
    moves.hold(referral.case)
    consent = Consent.objects.get(pk=referral.consent_id)
    if not referral.is_live or consent.withdrawn_at is not None or consent.until is None:
        return False
    if consent.until > today + SOON:
        return False
    has_ended = consent.until < today
    level = Reminded.ENDED if has_ended else Reminded.SOON
    if consent.reminded >= level:
        return False
    consent.reminded = level
    consent.save(update_fields=["reminded"])
    if has_ended:
        _record_end(referral)
    notify(
        audience.senders(referral),
        kind=Kind.CONSENT_ENDED if has_ended else Kind.CONSENT_ENDING,
        reference=referral.reference,
        path=referral.get_absolute_url(),
        urgent=referral.urgency == Urgency.EMERGENCY,
    )
    return True


def _record_end(referral: Referral) -> None:
    now = timezone.now()
    record(referral.case, EventKind.CONSENT_CHANGED, by=None, referral=referral, at=now, ended=True)
    Referral.objects.filter(pk=referral.pk).update(changed_at=now)
    Case.objects.filter(pk=referral.case_id).update(changed_at=now)
