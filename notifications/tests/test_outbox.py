"""The outbox against a real SMTP server on loopback: sent once, tried again, never lost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from notifications import actions, delivery, tasks
from notifications.choices import EmailState, Kind, Rank
from notifications.models import Email, Notification
from notifications.tests.mailbox import Mailbox, mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def smtp(settings) -> Iterator[Mailbox]:
    with mailbox() as server:
        settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.port
        yield server


@pytest.fixture
def no_smtp(settings) -> None:
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


def write(**fields: Any) -> Email:
    given = {"to": "officer@example.org", "subject": "Hello", "body": "A reference and a link."}
    return actions.send_email(**{**given, **fields})


def test_a_due_e_mail_is_sent_once(smtp):
    email = write()
    assert tasks.deliver() == 1
    assert tasks.sweep() == 0
    (message,) = smtp.got
    assert (message["To"], message["Subject"]) == ("officer@example.org", "[Portal PMI] Hello")
    assert message["Message-ID"] == email.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "Portal PMI <portal@localhost>"
    assert message.get_content().strip() == "A reference and a link."
    email.refresh_from_db()
    assert (email.state, email.attempts, email.error) == (EmailState.SENT, 1, "")
    assert email.sent_at is not None
    assert email.body


def test_the_text_of_a_secret_e_mail_is_erased_once_it_is_sent(smtp):
    secret, plain = write(secret=True), write()
    delivery.deliver_due()
    secret.refresh_from_db()
    plain.refresh_from_db()
    assert (secret.body, bool(plain.body)) == ("", True)
    assert "A reference" in str(smtp.got[0])


def test_one_that_is_refused_is_tried_again_later_and_the_others_are_sent(smtp, caplog):
    smtp.refuse = {"gone@example.org"}
    refused, good = write(to="gone@example.org"), write()
    assert delivery.deliver_due() == 1
    refused.refresh_from_db()
    good.refresh_from_db()
    assert (refused.state, refused.error) == (EmailState.DUE, "SMTPRecipientsRefused")
    assert refused.next_at
    assert refused.next_at > timezone.now()
    assert good.state == EmailState.SENT
    assert "gone@example.org" not in caplog.text, "an address is personal and does not belong into a log"
    assert delivery.deliver_due() == 0
    smtp.refuse = set()
    Email.objects.update(next_at=timezone.now())
    assert delivery.deliver_due() == 1
    assert smtp.got[-1]["Message-ID"] == refused.message_id


def test_an_address_that_is_refused_for_good_three_times_takes_no_e_mail(smtp):
    smtp.refuse = {"gone@example.org"}
    email = write(to="gone@example.org")
    for state in (EmailState.DUE, EmailState.DUE, EmailState.BOUNCED):
        Email.objects.update(next_at=timezone.now())
        delivery.deliver_due()
        email.refresh_from_db()
        assert email.state == state
    assert list(Email.objects.undelivered()) == [email]


def test_a_server_that_is_only_busy_is_no_reason_to_give_an_address_up(smtp):
    smtp.busy = {"full@example.org"}
    email = write(to="full@example.org")
    for _number in range(4):
        Email.objects.update(next_at=timezone.now())
        delivery.deliver_due()
    email.refresh_from_db()
    assert (email.state, email.attempts) == (EmailState.DUE, 4)


def test_a_server_that_is_away_costs_nothing_but_time(no_smtp):
    emails = [write() for _number in range(3)]
    assert delivery.deliver_due() == 0
    tried, *others = [Email.objects.get(pk=email.pk) for email in emails]
    assert (tried.state, tried.attempts, tried.error) == (EmailState.DUE, 1, delivery.AWAY)
    assert tried.next_at
    assert tried.next_at > timezone.now()
    assert {(other.attempts, other.error) for other in others} == {(0, "")}, "only one had to find out"


def test_when_the_server_is_back_nothing_waits_any_longer_because_it_was_away(smtp, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    first = write()
    delivery.deliver_due()
    Email.objects.update(next_at=timezone.now() + timedelta(hours=3))
    settings.EMAIL_PORT = port
    write()
    assert delivery.deliver_due() == 1
    assert delivery.deliver_due() == 1
    first.refresh_from_db()
    assert (first.state, first.error) == (EmailState.SENT, "")


def test_a_server_that_shuts_down_is_away_for_all(smtp):
    smtp.shuts_down = True
    emails = [write(to=f"{number}@example.org") for number in range(2)]
    assert delivery.deliver_due() == 0
    states = list(Email.objects.order_by("pk").values_list("attempts", "error"))
    assert states == [(1, delivery.AWAY), (0, "")]
    assert len(emails) == 2


def test_a_server_that_hangs_up_in_the_middle_does_not_spoil_the_rest(smtp):
    smtp.hang_up = True
    write()
    assert delivery.deliver_due() == 0
    smtp.hang_up = False
    Email.objects.update(next_at=timezone.now())
    write()
    assert delivery.deliver_due() == 2
    assert len(smtp.got) == 2


def test_after_a_crash_the_same_e_mail_goes_out_again_under_the_same_message_id(smtp):
    email = write()
    (claimed,) = delivery.QUEUE.claim(10)
    assert delivery.QUEUE.claim(10) == [], "nobody else gets it while the lease lasts"
    round_ = delivery.Round()
    round_.send(claimed)  # the worker sends,
    round_.hang_up()
    Email.objects.update(
        state=EmailState.DUE, sent_at=None, next_at=claimed.next_at
    )  # and dies before it can say so
    Email.objects.update(next_at=timezone.now() - timedelta(seconds=1))  # the lease ends
    assert delivery.deliver_due() == 1
    assert [message["Message-ID"] for message in smtp.got] == [email.message_id] * 2


def test_who_lost_the_lease_does_not_write_over_the_new_holder(smtp):
    email = write()
    (old,) = delivery.QUEUE.claim(1)
    Email.objects.update(next_at=timezone.now())
    (new,) = delivery.QUEUE.claim(1)
    delivery.QUEUE.put_off(old, "SMTPException")
    email.refresh_from_db()
    assert (email.attempts, email.error) == (new.attempts, "")


def test_after_about_a_day_of_tries_it_is_parked_and_an_admin_may_have_it_tried_again(smtp):
    smtp.busy = {"full@example.org"}
    email = write(to="full@example.org")
    Email.objects.update(attempts=delivery.QUEUE.patience.most - 1)
    delivery.deliver_due()
    email.refresh_from_db()
    assert email.state == EmailState.PARKED
    assert delivery.QUEUE.claim(1) == []
    smtp.busy = set()
    assert actions.send_again(email)
    assert not actions.send_again(email), "twice is once"
    assert delivery.deliver_due() == 1


@pytest.mark.parametrize(
    ("age", "secret", "wanted"),
    [
        (timedelta(days=13), False, True),
        (timedelta(days=15), False, False),
        (timedelta(hours=71), True, True),
        (timedelta(hours=73), True, False),
    ],
)
def test_the_one_click_for_all_revives_no_old_news_and_no_link_that_has_ended(age, secret, wanted):
    write()
    Email.objects.update(state=EmailState.PARKED, secret=secret, created_at=timezone.now() - age)
    assert delivery.QUEUE.given_up().exists() is wanted
    assert delivery.QUEUE.retry_all(10) == int(wanted)


def test_nor_writes_to_who_was_shut_out_since():
    person = make_user(partner=make_partner(), is_active=False)
    write(to=person.email)
    Email.objects.update(state=EmailState.PARKED)
    assert delivery.QUEUE.retry_all(10) == 0


def test_batch_after_batch_is_sent_the_most_urgent_first(smtp):
    for number in range(12):
        write(to=f"{number}@example.org")
    Email.objects.filter(to="11@example.org").update(rank=Rank.URGENT)
    Email.objects.filter(to="0@example.org").update(rank=Rank.IN_BULK)
    assert delivery.deliver_due() == 12
    told = [message["To"] for message in smtp.got]
    assert (told[0], told[-1]) == ("11@example.org", "0@example.org")


def test_a_mailbox_that_hangs_holds_up_nobody_else(smtp, settings):
    settings.EMAIL_TIMEOUT = 0.3  # seconds
    smtp.hang = {"stuck@example.org"}
    for _number in range(5):
        write(to="stuck@example.org")
    good = write(to="good@example.org")
    assert delivery.deliver_due() == 1, (
        "one try ran out of time, and no other e-mail to that mailbox was tried"
    )
    good.refresh_from_db()
    assert good.state == EmailState.SENT
    stuck = Email.objects.filter(to="stuck@example.org")
    assert [row.slow for row in stuck] == [True] * 5
    assert sorted(row.attempts for row in stuck) == [0, 0, 0, 0, 1]
    smtp.hang = set()
    stuck.update(next_at=timezone.now())
    assert delivery.deliver_due() == 0, "they are tried apart from the others"
    assert delivery.deliver_slow() == 5
    assert not stuck.filter(slow=True).exists()


def test_django_s_own_e_mails_go_through_the_outbox_as_secrets(smtp, settings):
    settings.EMAIL_BACKEND = "notifications.outbox.OutboxBackend"
    EmailMessage(
        "Reset\tyour password", "https://portal/one-time", to=["a@example.org", "b@example.org"]
    ).send()
    assert Email.objects.filter(secret=True, state=EmailState.DUE).count() == 2
    delivery.deliver_due()
    assert {message["To"] for message in smtp.got} == {"a@example.org", "b@example.org"}
    assert not Email.objects.exclude(body="").exists()


def test_a_message_is_one_row_in_the_inbox_and_one_e_mail_in_the_readers_language(settings):
    partner = make_partner()
    english = make_user(partner=partner, full_name="Ani & Co")
    indonesian = make_user(partner=partner, language="id")
    actions.notify(
        [english, indonesian], kind=Kind.REFERRAL_SENT, reference="SP-2026-000001/R1", path="/referrals/1/"
    )
    assert Notification.objects.count() == 2
    email = Email.objects.get(to=english.email)
    assert email.subject == "[Portal PMI] New referral SP-2026-000001/R1"
    assert "Dear Ani & Co," in email.body
    assert "http://localhost:8000/referrals/1/" in email.body
    assert "http://localhost:8000/account/preferences/#emails" in email.body, "where to change the choice"
    assert not email.secret
    assert Email.objects.filter(to=indonesian.email, subject__contains="SP-2026-000001/R1").exists()


def test_nobody_to_tell_is_no_message():
    actions.notify([], kind=Kind.REFERRAL_SENT, reference="SP-1", path="/")
    assert not Email.objects.exists()


def test_subjects_are_one_line_and_no_longer_than_the_column():
    email = write(subject="Hello\nBcc: everybody\r\n" + "x" * 300)
    assert "\n" not in email.subject
    assert len(email.subject) == 200


def test_message_ids_are_never_the_same():
    assert write().message_id != write().message_id
