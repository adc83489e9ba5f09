"""The demo's outgoing mail, read from the Maildir that the demo's own mail server keeps. Not there outside the demo."""

import mailbox
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

NEWEST = 200


@dataclass(frozen=True)
class Mail:
    """One e-mail as it left the portal."""

    key: str
    to: str
    subject: str
    at: datetime | None
    body: str


@require_GET
@login_not_required
def mailbox_list(request: HttpRequest) -> HttpResponse:
    """The newest outgoing e-mails; open to all in the demo, so that an invitation can be followed."""
    box = _maildir()
    keys = sorted(box.keys(), key=_order, reverse=True)[:NEWEST]
    return render(request, "demo/mail_list.html", {"mails": [_mail(key, box[key]) for key in keys]})


@require_GET
@login_not_required
def mailbox_message(request: HttpRequest, key: str) -> HttpResponse:
    """One e-mail, its links live."""
    box = _maildir()
    if key not in box:
        raise Http404
    return render(request, "demo/mail.html", {"mail": _mail(key, box[key])})


def _maildir() -> mailbox.Maildir:
    if not (settings.DEMO and settings.MAIL_DIR and Path(settings.MAIL_DIR).is_dir()):
        raise Http404
    return mailbox.Maildir(settings.MAIL_DIR, create=False)


def _order(key: str) -> tuple[float, int]:
    """Maildir keys begin with the seconds and hold a running number: 1700000000.M12P34Q5.host."""
    seconds, _dot, rest = key.partition(".")
    digits = rest.partition("Q")[2].partition(".")[0]
    return float(seconds) if seconds.isdigit() else 0.0, int(digits) if digits.isdigit() else 0


def _mail(key: str, message: Message) -> Mail:
    body = message.get_payload(decode=True)
    return Mail(
        key=key,
        to=str(message["To"] or ""),
        subject=str(make_header(decode_header(message["Subject"] or ""))),
        at=_moment(message["Date"]),
        body=body.decode(errors="replace") if isinstance(body, bytes) else "",
    )


def _moment(header: str | None) -> datetime | None:
    """A Date header; one that ends in -0000 names UTC without a zone (RFC 5322 section 3.3)."""
    if header is None:
        return None
    at = parsedate_to_datetime(header)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
