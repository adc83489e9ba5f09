"""Accounts that nobody uses: a warning ten days before, then a lock that an admin opens with one click.

An account counts as used when its person signs in, when it was made, and when it was unlocked. Nobody is locked who was
not warned: where the sweep stood still, the warning comes late, and the lock ten days after it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import PortalAdmin
from notifications.actions import send_email
from notifications.writing import link_to

from .choices import StaffVerb
from .models import StaffEvent

WARNED_BEFORE = timedelta(days=10)
BATCH = 200  # people in a round; the next sweep finds the others


def look() -> int:
    """Warn and lock everybody whose time has come; how many."""
    if not settings.LOCK_AFTER_DAYS:
        return 0
    return _each(_to_warn, _warn) + _each(_to_lock, _lock)


def _in_use_since() -> Greatest:
    return Greatest("date_joined", "last_login", "unlocked_at")  # PostgreSQL passes over what is empty


def _unused_for(days: timedelta) -> QuerySet[User]:
    people = User.objects.filter(is_active=True, locked_at=None).annotate(used=_in_use_since())
    return people.filter(used__lte=timezone.now() - days).order_by("used", "pk")


def _to_warn() -> QuerySet[User]:
    due = _unused_for(timedelta(days=settings.LOCK_AFTER_DAYS) - WARNED_BEFORE)
    return due.filter(Q(lock_warned_at=None) | Q(lock_warned_at__lt=F("used")))


def _to_lock() -> QuerySet[User]:
    due = _unused_for(timedelta(days=settings.LOCK_AFTER_DAYS))
    return due.filter(lock_warned_at__gte=F("used"), lock_warned_at__lte=timezone.now() - WARNED_BEFORE)


def _each(found: Callable[[], QuerySet[User]], act: Callable[[int], bool]) -> int:
    due = list(found().values_list("pk", flat=True)[:BATCH])
    return sum(act(pk) for pk in due)


@transaction.atomic
def _warn(pk: int) -> bool:
    person = _held(_to_warn(), pk)
    if person is None:
        return False
    person.lock_warned_at = timezone.now()
    person.save(update_fields=["lock_warned_at"])
    used: datetime = person.used  # type: ignore[attr-defined]  # annotated
    _write(
        person,
        max(used + timedelta(days=settings.LOCK_AFTER_DAYS), person.lock_warned_at + WARNED_BEFORE),
    )
    return True


@transaction.atomic
def _lock(pk: int) -> bool:
    usable = _usable_portal_admins()
    person = _held(_to_lock(), pk)
    if person is None or usable == [person.pk]:
        return False
    person.locked_at = timezone.now()
    person.save(update_fields=["locked_at"])
    StaffEvent.objects.create(
        verb=StaffVerb.LOCKED_UNUSED,
        partner_id=person.partner_id,
        subject=person,
        subject_email=person.email,
        detail={"days": settings.LOCK_AFTER_DAYS},
    )
    return True


def _usable_portal_admins() -> list[int]:
    """Those who can unlock others; one always stays. Other acts on portal admins wait until this one is over."""
    admins = User.objects.filter(role=PortalAdmin.code).order_by("pk").select_for_update(no_key=True)
    return [admin.pk for admin in admins if admin.is_active and admin.locked_at is None]


def _held(found: QuerySet[User], pk: int) -> User | None:
    """The person, if it is still so and nobody holds them; who signs in just now is not locked."""
    return found.filter(pk=pk).select_for_update(of=("self",), no_key=True, skip_locked=True).first()


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
