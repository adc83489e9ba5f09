"""An open list refreshes itself, and costs little while nothing happens."""

import pytest
from django.urls import reverse
from django.utils import timezone

from referrals import actions
from referrals.tests.factories import make_officer, make_referral_in

pytestmark = pytest.mark.django_db

INBOX = reverse("referrals:inbox")


@pytest.fixture
def officer(client):
    """Signed in."""
    person = make_officer()
    client.force_login(person)
    return person


def test_the_region_answers_304_until_something_changes(client, officer):
    referral, _o = make_referral_in("sent", officer=officer)
    whole = client.get(INBOX)
    etag = whole.context["etag"]
    ask = {"HX-Request": "true", "If-None-Match": etag}
    assert client.get(INBOX, headers=ask).status_code == 304
    make_referral_in("sent", officer=officer)
    changed = client.get(INBOX, headers=ask)
    assert changed.status_code == 200
    assert "<html" not in changed.text
    assert changed["ETag"] != etag
    ask["If-None-Match"] = changed["ETag"]
    assert client.get(INBOX, headers=ask).status_code == 304
    actions.accept(by=make_officer(officer.partner), referral=referral)
    assert client.get(INBOX, headers=ask).status_code == 200


def test_the_region_notices_a_changed_name(client, officer):
    referral, _o = make_referral_in("sent", officer=officer)
    ask = {"HX-Request": "true", "If-None-Match": client.get(INBOX).context["etag"]}
    case = referral.case
    case.changed_at = timezone.now()
    case.save()
    assert client.get(INBOX, headers=ask).status_code == 200


def test_each_reader_has_an_etag_of_their_own(client, officer):
    first = client.get(INBOX).context["etag"]
    client.force_login(make_officer(officer.partner))
    assert client.get(INBOX).context["etag"] != first
    assert "HX-Request" in client.get(INBOX)["Vary"]
