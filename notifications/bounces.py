"""E-mails that come back: reading the report of a mail server that could not deliver one (RFC 3464).

Whoever runs the portal lets the mailbox of DEFAULT_FROM_EMAIL pipe such reports into `manage.py take_bounce`.
"""

import logging
import re
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from .choices import EmailState
from .models import Email

logger = logging.getLogger(__name__)

LONGEST = 1024 * 1024  # bytes of a report; what returns with it is cut off there
_PERMANENT = re.compile(r"5\.\d{1,3}\.\d{1,3}")  # RFC 3463: class 5 will not work later either
_ID = re.compile(r"<[^<>\s]{1,118}>")


def take(report: bytes) -> bool:
    """Mark the e-mail that the report is about as come back; whether it was one of ours.

    A report of a delay, an answer of somebody on leave and anything that is no report change nothing.
    """
    message = message_from_bytes(report[:LONGEST], policy=policy.default)
    status, about = _final_status(message), _original_id(message)
    if not status or not about:
        return False
    ours = Email.objects.filter(message_id=about, state=EmailState.SENT)
    taken = ours.update(state=EmailState.BOUNCED, error=status)
    if taken:
        logger.warning("an e-mail came back: %s", status)
    return bool(taken)


def _final_status(message: EmailMessage) -> str:
    """The permanent status of a failed delivery, or nothing."""
    for part in message.walk():
        failed = str(part.get("Action", "")).strip().casefold() == "failed"
        found = _PERMANENT.match(str(part.get("Status", "")).strip())
        if failed and found:
            return found.group()
    return ""


def _original_id(message: EmailMessage) -> str:
    """The Message-ID of the e-mail that came back: of the part that returns it, or its head."""
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            found = _ID.search(_returned(part))
            if found:
                return found.group()
    return ""


def _returned(part: Message) -> str:
    """The line with the Message-ID in what a part returns."""
    payload = part.get_payload()
    if isinstance(payload, list):  # message/rfc822 is read as a message of its own
        first = payload[0] if payload else None
        return str(first.get("Message-ID", "")) if isinstance(first, Message) else ""
    head = message_from_bytes(str(payload).encode(errors="replace"), policy=policy.compat32)
    return str(head.get("Message-ID", ""))
