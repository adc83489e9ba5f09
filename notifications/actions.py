"""Writing messages, in the transaction of what they tell of; and reading them."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.absences import with_deputies
from accounts.models import User

from . import tasks, timing
from .choices import PERSONAL, UNDELIVERED, Kind, Rank
from .delivery import QUEUE
from .models import Email, Notification
from .nudges import nudge
from .writing import about_one, compose, link_to

__all__ = ["link_to", "mark_read", "notify", "send_again", "send_email"]


@transaction.atomic
def notify(people: Iterable[User], *, kind: Kind, reference: str, path: str, urgent: bool = False) -> None:
    """Put one message into each person's inbox and, by their choice now or later, one e-mail into the outbox.

    A message is a reference and a link. The inbox shows it at once; its e-mail may wait for a digest or for the end of
    quiet hours (`email_at`), unless it is `urgent`: emergencies wait for nothing. Whoever is suspended gets nothing;
    whoever stands in for somebody out of office is told as well, but of what is that person's alone.
    """
    now = timezone.now()
    notifications, emails = [], []
    for person in people if kind in PERSONAL else with_deputies(people):
        if not person.is_active:
            continue
        row = Notification(recipient=person, kind=kind, reference=reference, path=path)
        at = timing.when(person, now, urgent=urgent)
        if at > now:
            row.email_at = at
        else:
            row.email = about_one(person, row, rank=Rank.URGENT if urgent else Rank.USUAL)
            emails.append(row.email)
        notifications.append(row)
    Email.objects.bulk_create(emails)
    Notification.objects.bulk_create(notifications)
    if emails:
        nudge(tasks.deliver)


@transaction.atomic
def send_email(*, to: str, subject: str, body: str, secret: bool = False) -> Email:
    """Put one e-mail into the outbox. With `secret` its text is erased once it is sent."""
    row = compose(to, subject, body, secret=secret)
    row.save()
    nudge(tasks.deliver)
    return row


@transaction.atomic
def send_again(email: Email) -> bool:
    """Try an e-mail again that nobody got, as if it were new; whether there was anything to do. Twice is once."""
    there = Email.objects.filter(pk=email.pk, state__in=UNDELIVERED).exclude(body="")
    if not there.update(**QUEUE.anew, sent_at=None):
        return False
    nudge(tasks.deliver)
    return True


def mark_read(*, by: User, path: str | None = None) -> int:
    """Mark this person's messages read, all or those that lead to `path`; how many there were."""
    unread = Notification.objects.visible_to(by).unread()
    if path is not None:
        unread = unread.filter(path=path)
    return unread.update(read_at=timezone.now())
