"""Writing messages, in the transaction of what they tell of; and reading them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.absences import Deputies
from accounts.models import User
from privacy import tracing

from . import rows, tasks, timing
from .choices import PERSONAL, UNDELIVERED, Kind, Rank
from .delivery import QUEUE
from .models import Email, Notification
from .nudges import nudge
from .writing import about_one, compose, link_to

__all__ = ["Message", "link_to", "mark_read", "notify", "notify_all", "put", "send_again", "send_email"]


@dataclass(frozen=True)
class Message:
    """What these people are told of one thing: a reference and a link. `request_id` is that of whoever caused it."""

    people: Sequence[User]
    kind: Kind
    reference: str
    path: str
    urgent: bool = False
    request_id: str = field(default_factory=tracing.current_id)


def notify(people: Iterable[User], *, kind: Kind, reference: str, path: str, urgent: bool = False) -> None:
    """Put one message into each person's inbox and, by their choice now or later, one e-mail into the outbox.

    A message is a reference and a link. The inbox shows it at once; its e-mail may wait for a digest or for the end of
    quiet hours (`email_at`), unless it is `urgent`: emergencies wait for nothing. Whoever is suspended gets nothing;
    whoever stands in for somebody out of office is told as well, but of what is that person's alone.
    """
    notify_all([Message(list(people), kind, reference, path, urgent)])


@transaction.atomic(savepoint=False)
def notify_all(messages: Sequence[Message], *, beside: Sequence[Email] = ()) -> None:
    """`notify` of several things at once, in as few statements; `beside` are e-mails to write with theirs."""
    now = timezone.now()
    shared = [message for message in messages if message.kind not in PERSONAL]
    deputies = Deputies(person for message in shared for person in message.people)
    notifications, emails = [], list(beside)
    for message in messages:
        with tracing.trace(message.request_id):
            for person in message.people if message.kind in PERSONAL else deputies.beside(message.people):
                if person.is_active:
                    notice = _notification(person, message, now)
                    notifications.append(notice)
                    emails += [notice.email] if notice.email else []
    rows.write(notifications, emails, at=now)
    if emails:
        nudge(tasks.deliver)


def _notification(person: User, message: Message, now: datetime) -> Notification:
    """Not saved yet, and neither is its e-mail where that goes at once."""
    row = Notification(recipient=person, kind=message.kind, reference=message.reference, path=message.path)
    at = timing.when(person, now, urgent=message.urgent)
    if at > now:
        row.email_at = at
    else:
        row.email = about_one(person, row, rank=Rank.URGENT if message.urgent else Rank.USUAL)
    return row


def send_email(*, to: str, subject: str, body: str, secret: bool = False) -> Email:
    """Put one e-mail into the outbox. With `secret` its text is erased once it is sent."""
    return put(compose(to, subject, body, secret=secret))


@transaction.atomic
def put(email: Email) -> Email:
    """Put an e-mail that is composed into the outbox."""
    email.save()
    nudge(tasks.deliver)
    return email


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
