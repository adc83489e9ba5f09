"""Accounts that nobody uses: a warning ten days before, then a lock that an admin opens with one click.

An account counts as used when its person signs in, when it was made, and when it was unlocked. Nobody is locked who was
not warned: where the sweep stood still, the warning comes late, and the lock ten days after it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import PortalAdmin
from errands.moments import Moment, held
from notifications.actions import send_email
from notifications.writing import link_to

from .choices import StaffVerb
from .models import StaffEvent

WARNED_BEFORE = timedelta(days=10)


def look() -> int:
    """Warn and lock everybody whose time has come; how many."""
    if not settings.LOCK_AFTER_DAYS:
        return 0
    return WARNINGS.sweep() + LOCKS.sweep()


def _in_use_since() -> Greatest:
    return Greatest("date_joined", "last_login", "unlocked_at")  # PostgreSQL passes over what is empty


def _unused_for(days: timedelta, now: datetime) -> QuerySet[User]:
    people = User.objects.filter(is_active=True, locked_at=None).annotate(used=_in_use_since())
    return people.filter(used__lte=now - days).order_by("used", "pk")


def _to_warn(now: datetime) -> QuerySet[User]:
    due = _unused_for(timedelta(days=settings.LOCK_AFTER_DAYS) - WARNED_BEFORE, now)
    return due.filter(Q(lock_warned_at=None) | Q(lock_warned_at__lt=F("used")))


def _to_lock(now: datetime) -> QuerySet[User]:
    due = _unused_for(timedelta(days=settings.LOCK_AFTER_DAYS), now)
    return due.filter(lock_warned_at__gte=F("used"), lock_warned_at__lte=now - WARNED_BEFORE)


def _warn(pk: int, now: datetime) -> bool:
    person = held(_to_warn(now), pk).first()
    if person is None:
        return False
    person.lock_warned_at = now
    person.save(update_fields=["lock_warned_at"])
    used: datetime = person.used  # type: ignore[attr-defined]  # annotated
    _write(
        person,
        max(used + timedelta(days=settings.LOCK_AFTER_DAYS), person.lock_warned_at + WARNED_BEFORE),
    )
    return True


def _lock(pk: int, now: datetime) -> bool:
    """Skips a person whom somebody holds: who signs in just now is not locked."""
    stays = _stays()
    person = held(_to_lock(now), pk).first()
    if person is None or person.pk == stays:
        return False
    person.locked_at = now
    person.save(update_fields=["locked_at"])
    StaffEvent.objects.create(
        verb=StaffVerb.LOCKED_UNUSED,
        partner_id=person.partner_id,
        subject=person,
        subject_email=person.email,
        detail={"days": settings.LOCK_AFTER_DAYS},
    )
    return True


def _stays() -> int | None:
    """The portal admin who was here last of those who can unlock others. Other acts on them wait until this one is over."""
    admins = User.objects.filter(role=PortalAdmin.code).annotate(used=_in_use_since()).order_by("pk")
    held_admins = admins.select_for_update(no_key=True)
    usable = [(admin.used, admin.pk) for admin in held_admins if admin.is_active and admin.locked_at is None]
    return max(usable)[1] if usable else None


def _write(person: User, on: datetime) -> None:
    with translation.override(person.language), timezone.override(person.time_zone):
        body = render_to_string(
            "agencies/unused_email.txt",
            {
                "person": person,
                "on": on,
                "link": link_to(reverse("home")),
                "site_name": settings.SITE_NAME,
            },
        )
        subject = _("Your account is about to be locked")
    send_email(to=person.email, subject=subject, body=body)


WARNINGS = Moment("unused", gettext_lazy("Warnings of accounts that nobody uses"), due=_to_warn, look=_warn)
LOCKS = Moment("locks", gettext_lazy("Locks of accounts that nobody uses"), due=_to_lock, look=_lock)
