"""Writing messages, in the transaction of what they tell of; and reading them."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.mail import make_msgid
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import User

from . import tasks
from .choices import Kind
from .models import Email, Notification
from .nudges import nudge


@transaction.atomic
def notify(people: Iterable[User], *, kind: Kind, reference: str, path: str) -> None:
    """Put one message into each person's inbox and one e-mail into the outbox: a reference and a link."""
    now = timezone.now()
    notifications, emails = [], []
    for person in people:
        row = Notification(recipient=person, kind=kind, reference=reference, path=path)
        notifications.append(row)
        subject = row.title_in(person.language)
        with translation.override(person.language):
            body = render_to_string(
                "notifications/notification.txt", {"title": subject, "link": link_to(path), "person": person}
            )
        emails.append(_email(person.email, subject, body, now))
    Notification.objects.bulk_create(notifications)
    Email.objects.bulk_create(emails)
    if emails:
        nudge(tasks.deliver)


@transaction.atomic
def send_email(*, to: str, subject: str, body: str, secret: bool = False) -> Email:
    """Put one e-mail into the outbox. With `secret` its text is erased once it is sent."""
    row = _email(to, subject, body, timezone.now(), secret=secret)
    row.save()
    nudge(tasks.deliver)
    return row


def mark_read(*, by: User, path: str | None = None) -> int:
    """Mark this person's messages read, all or those that lead to `path`; how many there were."""
    unread = Notification.objects.visible_to(by).unread()
    if path is not None:
        unread = unread.filter(path=path)
    return unread.update(read_at=timezone.now())


def link_to(path: str) -> str:
    """The whole address of a page of the portal, for e-mails."""
    return settings.PORTAL_URL + path


def _email(to: str, subject: str, body: str, now: datetime, *, secret: bool = False) -> Email:
    mark = f"[{settings.SITE_NAME}]"
    one_line = " ".join(subject.removeprefix(mark).split())
    return Email(
        to=to,
        subject=f"{mark} {one_line}"[:200],
        body=body,
        secret=secret,
        message_id=make_msgid(domain="portal-pmi"),
        next_at=now,
    )
