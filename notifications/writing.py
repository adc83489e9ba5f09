"""Composing e-mails: a reference and a link, in the reader's language, and where to choose when they come."""

import re
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.core.mail import make_msgid
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.choices import EmailChoice
from accounts.models import User

from .choices import Rank
from .models import Email, Notification

PAGES = 100  # of the portal that one digest leads to; the rest is behind the bell


def link_to(path: str) -> str:
    """The whole address of a page of the portal, for e-mails."""
    return settings.PORTAL_URL + path


def compose(to: str, subject: str, body: str, *, secret: bool = False, rank: Rank = Rank.USUAL) -> Email:
    """An e-mail that is not saved yet."""
    mark = f"[{settings.SITE_NAME}]"
    one_line = " ".join(subject.removeprefix(mark).split())
    return Email(
        to=to,
        subject=f"{mark} {one_line}"[:200],
        body=body,
        secret=secret,
        message_id=make_msgid(domain="portal-pmi"),
        rank=rank,
    )


def about_one(person: User, row: Notification, *, rank: Rank = Rank.USUAL) -> Email:
    """The e-mail about one notice."""
    with translation.override(person.language):
        title = row.title
        said = {"name": person.full_name, "title": title, "link": link_to(row.path)}
        body = GAPS.sub(lambda gap: said[gap[1]], _frame(person.language, settings.PORTAL_URL))
        return compose(person.email, title, body, rank=rank)


GAPS = re.compile(r"\0(\w+)\0")  # no text that anybody types holds such a character


@lru_cache(maxsize=8)
def _frame(_language: str, _address: str) -> str:
    """What all e-mails about one notice say in the active language, with a gap for each thing that differs."""
    reader = {"full_name": "\0name\0"}
    return _text("notifications/notification.txt", reader, title="\0title\0", link="\0link\0")


def about_held(person: User, rows: Sequence[Notification]) -> Email:
    """The e-mail about all notices that waited, oldest first: a digest, or what quiet hours held back.

    A single one that quiet hours held back is told as if it came now.
    """
    if len(rows) == 1 and person.email_choice == EmailChoice.AT_ONCE:
        return about_one(person, rows[0], rank=Rank.IN_BULK)
    with translation.override(person.language):
        title = _title_of_held(EmailChoice(person.email_choice)) % {"n": len(rows)}
        pages = _by_page(rows)
        body = _text(
            "notifications/digest.txt",
            person,
            title=title,
            pages=pages[:PAGES],
            left_out=len(pages) > PAGES,
            link=link_to(reverse("notifications:list")),
        )
        return compose(person.email, title, body, rank=Rank.IN_BULK)


def _title_of_held(choice: EmailChoice) -> str:
    if choice is EmailChoice.DAILY:
        return gettext("Daily digest: notices (%(n)d)")
    if choice is EmailChoice.WEEKLY:
        return gettext("Weekly digest: notices (%(n)d)")
    return gettext("Notices that waited for the end of your quiet hours (%(n)d)")


def _by_page(rows: Sequence[Notification]) -> list[tuple[str, list[str]]]:
    """Link and titles of each page the notices lead to; the same title stands once, with how often it came."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        titles = counts.setdefault(row.path, {})
        titles[row.title] = titles.get(row.title, 0) + 1
    return [
        (link_to(path), [title if n == 1 else f"{title} ({n}×)" for title, n in titles.items()])
        for path, titles in counts.items()
    ]


def _text(template: str, person: User | dict[str, str], **context: object) -> str:
    choices = link_to(reverse("accounts:preferences") + "#emails")
    return render_to_string(template, {"person": person, "choices": choices, **context})
