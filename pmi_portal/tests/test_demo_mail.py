"""The demo's page of outgoing mail."""

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

LIST = reverse("demo_mail")


def deliver(folder: Path, subject: str, body: str) -> str:
    """Put one e-mail where the demo's mail server would; its key."""
    message = EmailMessage()
    message["To"], message["Subject"], message["Date"] = (
        "officer@example.org",
        subject,
        "Tue, 24 Nov 2026 01:00:00 +0700",
    )
    message.set_content(body)
    return mailbox.Maildir(folder).add(message)


@pytest.fixture
def box(settings, tmp_path) -> Path:
    settings.DEMO = True
    settings.MAIL_DIR = str(tmp_path / "mail")
    mailbox.Maildir(settings.MAIL_DIR)
    return Path(settings.MAIL_DIR)


def test_it_lists_the_newest_first_to_everybody(client, box):
    deliver(box, "[Portal PMI] First", "One.")
    deliver(box, "[Portal PMI] Rujukan baru – SP-1", "Two.")
    page = client.get(LIST).text
    assert page.index("Rujukan baru – SP-1") < page.index("First")
    assert "officer@example.org" in page


def test_an_e_mail_is_shown_with_its_links_live_and_its_text_harmless(client, box):
    key = deliver(box, "Undangan", "Buka: http://localhost:8000/welcome/abc/\n\n<script>alert(1)</script>")
    page = client.get(reverse("demo_mail_message", args=[key])).text
    assert '<a href="http://localhost:8000/welcome/abc/"' in page
    assert "<script>alert" not in page


def test_an_empty_mailbox_says_what_will_come(client, box):
    assert "empty-title" in client.get(LIST).text


@pytest.mark.parametrize("key", ["no-such-key", "..", "..%2F..%2Fetc%2Fpasswd", "%01"])
def test_an_unknown_e_mail_is_not_found(client, box, key):
    assert client.get(f"{LIST}{key}/").status_code == 404


@pytest.mark.parametrize("demo", [True, False])
def test_outside_the_demo_there_is_no_such_page(client, box, settings, demo):
    settings.DEMO = demo
    settings.MAIL_DIR = "" if demo else settings.MAIL_DIR
    assert client.get(LIST).status_code == 404
