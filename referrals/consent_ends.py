"""The sweep's part: tell the sender of a referral that the consent it rests on ends, before and when it does."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.choices import Urgency
from cases.choices import EventKind
from cases.events import record
from cases.models import Case, Consent
from cases.models.consent import HOME, Reminded
from errands.moments import Moment, held
from notifications.actions import notify
from notifications.choices import Kind

from . import audience, moves
from .models import Referral

SOON = timedelta(days=3)


def tell_all(now: datetime | None = None) -> int:
    """Tell of every grant that ends soon or has ended while a referral that rests on it is live; how many were told.

    Each of the two is told once, also when the sweep runs twice or late; of one that has ended only that is said.
    """
    return MOMENT.sweep(now)


def _due(now: datetime) -> QuerySet[Referral]:
    today = timezone.localdate(now, HOME)
    ended = Q(consent__until__lt=today, consent__reminded__lt=Reminded.ENDED)
    soon = Q(consent__until__lte=today + SOON, consent__reminded=Reminded.NOTHING)
    return Referral.objects.live().filter(ended | soon, consent__withdrawn_at=None).order_by("consent__until")


def tell(pk: UUID, now: datetime) -> bool:
    """Tell the sender of one referral; whether there was anything to tell. Skips one that somebody holds."""
    if held(_due(now), pk).only("pk").first() is None:
        return False
    referral = moves.lock(Referral(pk=pk))
    moves.hold(referral.case)
    consent = Consent.objects.get(pk=referral.consent_id)
    if not referral.is_live or consent.withdrawn_at is not None or consent.until is None:
        return False
    today = timezone.localdate(now, HOME)
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


MOMENT = Moment("consents", _("Reminders of consents that end"), due=_due, look=tell)
