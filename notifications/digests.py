"""E-mails that were held: written when a digest's hour has come, or quiet hours are over.

A person is claimed with all that waits for them, so that two sweeps at once write to nobody twice.
"""

import logging
import time
from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User

from . import timing
from .models import Notification
from .writing import about_held

logger = logging.getLogger(__name__)

BATCH = 50  # people to a transaction
LONGEST = 20  # seconds of one round; a task may not take much longer


def write_due() -> int:
    """Write one e-mail to everybody whose held notices are due; how many were written.

    What is left over stays due and is found by the next sweep.
    """
    end = time.monotonic() + LONGEST
    written, last = 0, 0
    while time.monotonic() < end:
        with transaction.atomic():
            now = timezone.now()
            people = _claim(after=last, now=now)
            written += _write_to(people, now)
        if not people:
            break
        last = people[-1].pk
    return written


def _claim(*, after: int, now: datetime) -> list[User]:
    """Hold up to BATCH people for whom something is due, or whose choice is new; nobody else holds them meanwhile."""
    due = Notification.objects.filter(email_at__lte=now).values("recipient")
    people = User.objects.filter(Q(pk__in=due) | Q(choice_is_new=True), pk__gt=after).order_by("pk")
    return list(people.select_for_update(skip_locked=True, no_key=True)[:BATCH])


def _write_to(people: list[User], now: datetime) -> int:
    for person in people:
        if person.choice_is_new:
            _plan_anew(person, now)
    return sum(_try_one(person, rows, now) for person, rows in _due(people, now).items())


def _plan_anew(person: User, now: datetime) -> None:
    """Let what waits follow the new choice; what was due already stays due."""
    waiting = Notification.objects.filter(recipient=person, email_at__gt=now)
    held = waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)
    Notification.objects.filter(pk__in=list(held)).update(email_at=timing.when(person, now))
    User.objects.filter(pk=person.pk).update(choice_is_new=False)


def _due(people: list[User], now: datetime) -> dict[User, list[Notification]]:
    """What is due for each of them, oldest first. A row that is just being marked read is left to the next sweep."""
    due = Notification.objects.filter(recipient__in=people, email_at__lte=now).order_by("created_at", "pk")
    known = {person.pk: person for person in people}
    rows: dict[User, list[Notification]] = defaultdict(list)
    for row in due.select_for_update(skip_locked=True):
        rows[known[row.recipient_id]].append(row)
    return rows


def _try_one(person: User, rows: list[Notification], now: datetime) -> int:
    """Let one person's e-mail that cannot be written hold up nobody else's; the rows stay due."""
    try:
        with transaction.atomic():
            return _write_one(person, rows, now)
    except Exception as error:
        logger.error("held e-mail to person %s was not written: %s", person.pk, type(error).__name__)
        return 0


def _write_one(person: User, rows: list[Notification], now: datetime) -> int:
    """Write about what is unread, and note with each row that it waits no more. Whoever is suspended gets nothing."""
    unread = [row.pk for row in rows if row.read_at is None and person.is_active]
    settled = Notification.objects.filter(pk__in=[row.pk for row in rows])
    if not unread:
        settled.update(email_at=None)
        return 0
    later = timing.after_quiet(person, now)
    if later > now:  # the sweep is late, and it is quiet again
        settled.update(email_at=later)
        return 0
    email = about_held(person, [row for row in rows if row.pk in unread])
    email.save()
    settled.update(email_at=None)
    settled.filter(pk__in=unread).update(email=email)
    return 1
