"""Sending the outbox through SMTP: claim rows with a lease, send, mark.

A worker that dies after sending and before marking sends again after the lease, with the same Message-ID, so that the
receiver can tell.
"""

import logging
import random
import time
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from privacy import tracing

from .choices import EmailState
from .models import Email

logger = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=5)
LONGEST = (
    20  # seconds that one round sends for; CELERY_TASK_TIME_LIMIT would cut a longer one off in mid-send
)
FIRST_BACKOFF = timedelta(seconds=10)
LAST_BACKOFF = timedelta(hours=3)
MAX_ATTEMPTS = 20  # with the backoffs above a little over a day
MAX_REFUSALS = 3  # of the address itself, for good (RFC 5321 4.2.1): the third one is believed


def deliver_due() -> int:
    """Send e-mails whose time has come, batch by batch, for LONGEST seconds at most; how many were sent.

    What is left over stays due and goes out with the next sweep.
    """
    end = time.monotonic() + LONGEST
    sent = 0
    while time.monotonic() < end and (batch := claim()):
        sent += _send_all(batch, end)
    return sent


@transaction.atomic
def claim() -> list[Email]:
    """Take up to BATCH due e-mails; nobody else gets them until the lease ends."""
    now = timezone.now()
    due = Email.objects.filter(state=EmailState.DUE, next_at__lte=now).order_by("next_at")
    batch = list(due.select_for_update(skip_locked=True)[:BATCH])
    for email in batch:
        email.attempts += 1
    Email.objects.filter(pk__in=[email.pk for email in batch]).update(
        next_at=now + LEASE, attempts=F("attempts") + 1
    )
    return batch


def backoff(attempts: int) -> timedelta:
    """How long to wait after this many tries: doubling, capped, with jitter so that retries spread out."""
    wait = min(FIRST_BACKOFF * 2 ** min(attempts - 1, 20), LAST_BACKOFF)
    return wait * random.uniform(0.5, 1.0)


def _send_all(batch: list[Email], end: float) -> int:
    connection = get_connection(settings.DELIVERY_BACKEND)
    try:
        connection.open()
    except Exception as error:  # refused, unknown host, no TLS, wrong password…
        for email in batch:
            _failed(email, error)
        return 0
    sent = 0
    try:
        for email in batch:
            if time.monotonic() >= end:
                _give_back(email)
                continue
            with tracing.trace(email.request_id or tracing.current().request_id):
                sent += _send(email, connection)
    finally:
        _close(connection)
    return sent


def _send(email: Email, connection: BaseEmailBackend) -> bool:
    message = EmailMessage(
        email.subject,
        email.body,
        to=[email.to],
        headers=_headers(email),
        connection=connection,
    )
    try:
        message.send()
    except Exception as error:
        _failed(email, error)
        _close(connection)  # it may have broken off; the next e-mail opens another
        return False
    _mine(email).update(
        state=EmailState.SENT,
        sent_at=timezone.now(),
        error="",
        body="" if email.secret else email.body,
    )
    logger.info("e-mail %s is sent", email.pk)
    return True


def _headers(email: Email) -> dict[str, str]:
    """What programs read: the same Message-ID at every try, no answer by machines, and the request it is about."""
    headers = {"Message-ID": email.message_id, "Auto-Submitted": "auto-generated"}
    return headers | ({"X-Request-ID": email.request_id} if email.request_id else {})


def _close(connection: BaseEmailBackend) -> None:
    """Say goodbye; a server that does not answer to it has its e-mails all the same."""
    try:
        connection.close()
    except Exception as error:
        logger.info("the mail server did not say goodbye: %s", type(error).__name__)


def _failed(email: Email, error: Exception) -> None:
    logger.warning("e-mail %s was not sent (try %s): %s", email.pk, email.attempts, type(error).__name__)
    _mine(email).update(
        state=_after(email, error),
        next_at=timezone.now() + backoff(email.attempts),
        error=type(error).__name__,
    )


def _after(email: Email, error: Exception) -> EmailState:
    if email.attempts >= MAX_REFUSALS and _is_refused_for_good(error):
        return EmailState.BOUNCED
    return EmailState.PARKED if email.attempts >= MAX_ATTEMPTS else EmailState.DUE


def _is_refused_for_good(error: Exception) -> bool:
    """Whether the server takes nothing for the address, now and later: 5yz, said to the recipient and not to us.

    smtplib's SMTPRecipientsRefused alone names `recipients`: each with the code and the words of the refusal.
    """
    refused: dict[str, tuple[int, bytes]] = getattr(error, "recipients", {})
    return bool(refused) and all(500 <= code < 600 for code, _words in refused.values())


def _give_back(email: Email) -> None:
    """Undo the claim of an e-mail that was not tried."""
    _mine(email).update(next_at=timezone.now(), attempts=F("attempts") - 1)


def _mine(email: Email) -> QuerySet[Email]:
    """The row, if no later claim took it over: the number of tries is the fencing token."""
    return Email.objects.filter(pk=email.pk, attempts=email.attempts, state=EmailState.DUE)
