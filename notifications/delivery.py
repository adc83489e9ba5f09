"""Sending the outbox through SMTP.

A worker that dies after sending and before it can say so has the row sent again after its lease, with the same
Message-ID, so that the receiver can tell.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from errands.queue import Failed, Halt, Queue

from .choices import EmailState
from .models import Email

logger = logging.getLogger(__name__)

LONGEST = (
    20  # seconds that one round sends for; CELERY_TASK_TIME_LIMIT would cut a longer one off in mid-send
)
MAX_REFUSALS = 3  # of the address itself, for good (RFC 5321 4.2.1): the third one is believed
CLOSING = 421  # the whole server takes nothing now (RFC 5321 4.2.3)
AWAY = "ServerAway"  # `error` of an e-mail that was tried while the mail server took nothing at all

QUEUE = Queue(
    name="email",
    title=_("E-mails to be sent"),
    model=Email,
    waiting={"state": EmailState.DUE},
    parked={"state": EmailState.PARKED},
    again=lambda rows: rows.still_wanted(),
    problem="error",
    rank="rank",
)


def deliver_due(*, seconds: float = LONGEST) -> int:
    """Send e-mails whose time has come, the most urgent first; how many were sent. What is left over stays due."""
    return _deliver(QUEUE.due().filter(slow=False), seconds)


def deliver_slow(*, seconds: float = LONGEST) -> int:
    """The same for addresses that let a try run out of time, so that a mailbox that hangs holds up nobody else."""
    return _deliver(QUEUE.due().filter(slow=True), seconds)


def _deliver(which: QuerySet[Email], seconds: float) -> int:
    round_ = Round()
    try:
        QUEUE.carry_out(round_.send, of=which, seconds=seconds)
    finally:
        round_.hang_up()
    if round_.sent:  # the server is back: what waits because it was away need not wait any longer
        QUEUE.all_waiting().filter(error=AWAY, next_at__gt=Now()).update(next_at=Now())
    return round_.sent


class Round:
    """One connection to the mail server, opened when the first e-mail is there, and again after it broke."""

    def __init__(self) -> None:
        self.sent = 0
        self.slow: set[str] = set()  # addresses that let a try run out of time
        self._connection: BaseEmailBackend | None = None

    def send(self, email: Email) -> None:
        """Send one e-mail and note it. Raises Halt when the server takes nothing, Failed when not this one."""
        if email.to in self.slow:
            QUEUE.give_back(email)
            return
        connection = self._connected()
        try:
            _message(email, connection).send()
        except Exception as error:
            self.hang_up()  # it may have broken off; the next e-mail opens another
            if _ran_out_of_time(error):
                self.slow.add(email.to)
                QUEUE.all_waiting().filter(to=email.to).update(slow=True)
            raise _failure(email, error) from error
        self.sent += 1
        _sent(email)

    def _connected(self) -> BaseEmailBackend:
        if self._connection is None:
            connection = get_connection(settings.DELIVERY_BACKEND)
            try:
                connection.open()
            except Exception as error:  # refused, unknown host, no TLS, wrong password…
                logger.warning("the mail server is away: %s", type(error).__name__)
                raise Halt(AWAY) from error
            self._connection = connection
        return self._connection

    def hang_up(self) -> None:
        """Say goodbye; a server that does not answer to it has its e-mails all the same."""
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                connection.close()
        except Exception as error:
            logger.info("the mail server did not say goodbye: %s", type(error).__name__)


def _message(email: Email, connection: BaseEmailBackend) -> EmailMessage:
    """What programs read: the same Message-ID at every try, no answer by machines, and the request it is about."""
    headers = {"Message-ID": email.message_id, "Auto-Submitted": "auto-generated"}
    headers |= {"X-Request-ID": email.trace_id} if email.trace_id else {}
    return EmailMessage(email.subject, email.body, to=[email.to], headers=headers, connection=connection)


def _sent(email: Email) -> None:
    QUEUE.mine(email).update(
        state=EmailState.SENT,
        sent_at=timezone.now(),
        next_at=None,
        error="",
        body="" if email.secret else email.body,
    )
    if email.slow:
        Email.objects.filter(to=email.to, slow=True).update(slow=False)
    logger.info("e-mail %s is sent", email.pk)


def _failure(email: Email, error: Exception) -> Failed:
    """What is to be done about an e-mail that was not sent."""
    codes = _codes(error)
    if CLOSING in codes:
        return Halt(AWAY)
    for_good = hasattr(error, "recipients") and all(500 <= code < 600 for code in codes)
    if for_good and email.attempts >= MAX_REFUSALS:
        QUEUE.mine(email).update(state=EmailState.BOUNCED, next_at=None, error=type(error).__name__)
    return Failed(type(error).__name__)


def _ran_out_of_time(error: BaseException | None) -> bool:
    """Whether the server did not answer in EMAIL_TIMEOUT; smtplib says then that it was disconnected."""
    while error is not None and not isinstance(error, TimeoutError):
        error = error.__cause__ or error.__context__
    return error is not None


def _codes(error: Exception) -> list[int]:
    """The server's answers, as smtplib's errors name them; `recipients` is what was said to the address and not to us."""
    recipients: dict[str, tuple[int, bytes]] = getattr(error, "recipients", {})
    return [code for code, _words in recipients.values()] or [getattr(error, "smtp_code", 0)]
