"""Reports of mail servers that could not deliver (RFC 3464), as they come in through the pipe."""

import io
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone

from notifications import actions, bounces
from notifications.choices import EmailState
from notifications.models import Email

pytestmark = pytest.mark.django_db

REPORT = """\
From: MAILER-DAEMON@mail.example.org
To: portal@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

<officer@example.org>: user unknown
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; officer@example.org
Action: {action}
Status: {status}
--B
{returned}
--B--
"""
WHOLE = """\
Content-Type: message/rfc822

Message-ID: {id}
Subject: Hello

A reference and a link."""
HEAD = """\
Content-Type: text/rfc822-headers

Subject: Hello
Message-ID: {id}
"""


@pytest.fixture
def email() -> Email:
    row = actions.send_email(to="officer@example.org", subject="Hello", body="A reference and a link.")
    Email.objects.update(state=EmailState.SENT, sent_at=timezone.now())
    return row


def report(email: Email, *, action: str = "failed", status: str = "5.1.1", returned: str = WHOLE) -> bytes:
    text = REPORT.format(action=action, status=status, returned=returned.format(id=email.message_id))
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("returned", [WHOLE, HEAD], ids=["whole", "head"])
def test_an_e_mail_that_came_back_is_known_by_its_id(email: Email, returned: str) -> None:
    assert bounces.take(report(email, returned=returned))
    email.refresh_from_db()
    assert (email.state, email.error) == (EmailState.BOUNCED, "5.1.1")


@pytest.mark.parametrize(
    ("action", "status"), [("delayed", "4.4.1"), ("failed", "4.2.2"), ("delivered", "2.0.0"), ("failed", "x")]
)
def test_what_may_still_arrive_has_not_come_back(email: Email, action: str, status: str) -> None:
    assert not bounces.take(report(email, action=action, status=status))
    email.refresh_from_db()
    assert email.state == EmailState.SENT


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\x00\xff" * 1000,
        b"Subject: On leave\r\n\r\nBack on Monday.",
        b"Content-Type: multipart/report\r\n\r\nno parts",
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        b"A: b\r\n" * 100_000,
    ],
    ids=["empty", "binary", "on leave", "no parts", "about nothing", "long"],
)
def test_whatever_is_no_report_changes_nothing(email: Email, junk: bytes) -> None:
    assert not bounces.take(junk)
    email.refresh_from_db()
    assert email.state == EmailState.SENT


def test_a_report_about_somebody_elses_e_mail_changes_nothing(email: Email) -> None:
    email.message_id = "<somebody.else@example.org>"
    assert not bounces.take(report(email))
    assert Email.objects.get().state == EmailState.SENT


def test_the_same_report_twice_is_one(email: Email) -> None:
    assert bounces.take(report(email))
    assert not bounces.take(report(email))


def test_the_command_reads_the_report_and_never_fails(email: Email, monkeypatch, capsys) -> None:
    for raw, said in ((report(email), "Marked."), (b"\xff", "Not about an e-mail of ours.")):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        call_command("take_bounce")
        assert said in capsys.readouterr().out


def test_an_address_that_something_later_reached_is_well_again(email: Email) -> None:
    bounces.take(report(email))
    assert list(Email.objects.undelivered()) == [email]
    later = actions.send_email(to=email.to, subject="Hello again", body="Text.")
    assert list(Email.objects.undelivered()) == [email], "nobody knows yet whether it arrives"
    Email.objects.filter(pk=later.pk).update(state=EmailState.SENT, sent_at=timezone.now())
    assert not Email.objects.undelivered().exists()


def test_what_came_back_can_be_sent_again_unless_its_text_is_gone(email: Email) -> None:
    bounces.take(report(email))
    email.refresh_from_db()
    assert email.can_be_sent_again
    assert actions.send_again(email)
    assert not actions.send_again(email), "a double click is one"
    email.refresh_from_db()
    assert (email.state, email.attempts, email.sent_at) == (EmailState.DUE, 0, None)
    Email.objects.update(state=EmailState.BOUNCED, body="")
    assert not Email.objects.get().can_be_sent_again
    assert not actions.send_again(email)
