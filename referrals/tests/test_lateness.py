"""What the sender of a referral reads when the portal is late, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications import delivery
from notifications.choices import EmailState
from notifications.models import Email
from referrals import lateness
from referrals.models import Referral
from referrals.tests.factories import make_referral, make_referral_in

pytestmark = pytest.mark.django_db


def aged(referral: Referral, **fields: Any) -> Referral:
    """The referral as if it had waited for ten minutes."""
    ago = timezone.now() - timedelta(minutes=10)
    sent = {"sent_at": ago} if referral.sent_at else {}
    Referral.objects.filter(pk=referral.pk).update(created_at=ago, **sent, **fields)
    return Referral.objects.get(pk=referral.pk)


def test_a_fresh_referral_is_not_late() -> None:
    assert lateness.of(make_referral()) == ""


def test_when_few_wait_and_none_is_tried_something_stands_still() -> None:
    said = lateness.of(aged(make_referral()))
    assert "standing still" in said
    assert "you need not send it again" in said


def test_when_many_wait_it_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lateness, "MANY", 2)
    referral = aged(make_referral())
    make_referral(), make_referral()
    assert lateness.of(referral).startswith("2 other referrals are waiting")
    monkeypatch.setattr(lateness, "MOST", 2)
    assert lateness.of(referral).startswith("More than 2 referrals")


def test_one_that_was_tried_says_so() -> None:
    assert "tries: 3" in lateness.of(aged(make_referral(), route_attempts=3))


def test_one_of_a_paused_case_is_not_late() -> None:
    referral = aged(make_referral())
    referral.case.paused_at = timezone.now()
    assert lateness.of(referral) == ""


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"error": delivery.AWAY}, "the mail server does not answer"),
        ({"slow": True}, "their mailbox does not answer"),
        ({"state": EmailState.BOUNCED}, "take no e-mail"),
        ({"state": EmailState.PARKED}, "take no e-mail"),
        ({}, "many e-mails are waiting"),
    ],
)
def test_an_agency_that_no_e_mail_has_told_is_named_with_the_reason(fields: dict[str, Any], why: str) -> None:
    referral, _officer = make_referral_in("sent")
    assert lateness.of(referral) == ""
    Email.objects.update(**fields)
    assert why in lateness.of(aged(referral))
    Email.objects.update(state=EmailState.SENT)
    assert lateness.of(aged(referral)) == ""


def test_the_page_shows_it_to_the_sender_and_refreshes_by_itself(client: Client) -> None:
    referral = make_referral()
    client.force_login(referral.created_by)
    page = client.get(referral.get_absolute_url())
    assert "standing still" not in page.content.decode()
    etag = page.content.decode().split('data-etag="')[1].split('"')[0].replace("&quot;", '"')
    aged(referral)
    again = client.get(
        f"{referral.get_absolute_url()}live/",
        {"seen": "waiting"},
        headers={"HX-Request": "true", "If-None-Match": etag},
    )
    assert again.status_code == 200
    assert "standing still" in again.content.decode()


def test_the_receiver_reads_nothing_of_it(client: Client) -> None:
    referral, officer = make_referral_in("sent")
    aged(referral)
    client.force_login(officer)
    assert "no e-mail has told them" not in client.get(referral.get_absolute_url()).content.decode()
