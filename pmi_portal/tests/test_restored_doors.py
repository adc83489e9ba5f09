"""After a restore nothing opens that stood open when the backup was made, and whoever runs the portal reads what to send anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.forms import default_token_generator
from django.utils import timezone

from accounts.models import PasswordReset, User
from accounts.tests.factories import make_portal_admin
from agencies import actions as agency_actions
from agencies.models import Invitation, StaffEvent
from agencies.models.staff import hash_of
from agencies.tests.factories import make_partner
from agencies.tests.inviting import make_invitation
from agencies.timeline import tell
from cases.timeline import tell as tell_case
from notifications.choices import Kind
from notifications.models import Notification
from pmi_portal.backup import doors
from referrals import actions
from referrals.models import Letter
from referrals.tests.factories import make_referral
from referrals.tests.papers import make_silent

pytestmark = pytest.mark.django_db


def test_an_open_invitation_is_withdrawn_and_named_and_can_be_made_anew() -> None:
    by = make_portal_admin()
    partner = make_partner()
    invitation, token = make_invitation(partner=partner, by=by)
    told = doors.shut()
    assert f"; 1 invitations withdrawn: {partner.name} (1);" in told
    assert "@" not in told
    with pytest.raises(agency_actions.ActRefused):
        agency_actions.accept(token_hash=hash_of(token), password="a plain long password", full_name="New")
    [entry] = tell(StaffEvent.objects.filter(detail__why="restored").with_names())
    assert entry.title == "Invitation of new@example.org withdrawn, since a backup was restored"
    again, _token = make_invitation(partner=partner, by=by)
    assert again.pk != invitation.pk


def test_an_invitation_that_was_accepted_is_left_as_it_is() -> None:
    invitation, token = make_invitation(partner=make_partner())
    agency_actions.accept(token_hash=hash_of(token), password="a plain long password", full_name="New")
    assert "; 0 invitations withdrawn;" in doors.shut()
    assert Invitation.objects.get(pk=invitation.pk).revoked_at is None


@pytest.mark.parametrize("last_login", [None, timezone.now()])
def test_a_link_for_a_new_password_opens_nothing_any_more(last_login: object) -> None:
    person = make_portal_admin(last_login=last_login)
    key = default_token_generator.make_token(person)
    assert default_token_generator.check_token(person, key)
    PasswordReset.objects.create(email=person.email)
    assert "no link for a new password opens anything" in doors.shut()
    person = User.objects.get(pk=person.pk)
    assert not default_token_generator.check_token(person, key)
    assert not PasswordReset.objects.exists()
    assert default_token_generator.check_token(person, default_token_generator.make_token(person))


def test_a_link_to_a_letter_is_ended_and_its_referral_named() -> None:
    referral = make_referral(to=make_silent())
    letter = actions.email_letter(by=referral.created_by, referral=referral, email="kantor@example.org")
    assert "; 1 links to letters ended; senders asked to send 1 letters again" in (told := doors.shut())
    assert told.endswith(f": {referral.reference}")
    with pytest.raises(actions.ActRefused, match="ask the sender for a new one"):
        actions.open_letter(link_hash=letter.link_hash)
    anew = actions.email_letter(by=referral.created_by, referral=referral, email="kantor@example.org")
    assert actions.open_letter(link_hash=anew.link_hash).pk == letter.pk


def test_a_link_that_was_over_is_not_told_again() -> None:
    referral = make_referral(to=make_silent())
    letter = actions.email_letter(by=referral.created_by, referral=referral, email="kantor@example.org")
    over = timezone.now() - timedelta(days=1)
    Letter.objects.filter(pk=letter.pk).update(link_until=over)
    assert "; 0 links to letters ended; senders asked to send 0 letters again" in doors.shut()
    assert Letter.objects.get(pk=letter.pk).link_until == over


def test_its_sender_is_told_and_the_referral_says_so() -> None:
    referral = make_referral(to=make_silent())
    actions.email_letter(by=referral.created_by, referral=referral, email="kantor@example.org")
    doors.shut()
    told = Notification.objects.get(kind=Kind.LETTER_ENDED)
    assert (told.recipient, told.path) == (referral.created_by, referral.get_absolute_url())
    assert told.title == f"{referral.reference}: the link to the letter has ended, please send it again"
    newest = tell_case(referral.events.order_by("at", "pk"))[0]
    assert newest.title == "Asked to send the letter again: a backup was restored, and its link has ended"
    assert newest.actor_name == "Portal"


def test_nobody_is_asked_to_send_a_letter_that_nobody_may_open_any_more() -> None:
    referral = make_referral(to=make_silent())
    letter = actions.email_letter(by=referral.created_by, referral=referral, email="kantor@example.org")
    actions.withdraw(by=referral.created_by, referral=referral, text="Sudah selesai.")
    assert "; 1 links to letters ended; senders asked to send 0 letters again" in doors.shut()
    letter.refresh_from_db()
    assert letter.link_until is not None
    assert letter.link_until <= timezone.now()
    assert not Notification.objects.filter(kind=Kind.LETTER_ENDED).exists()


def test_every_letter_is_named_and_every_partner_of_an_invitation_counted() -> None:
    by, partner, silent = make_portal_admin(), make_partner(), make_silent()
    for number in range(25):
        make_invitation(partner=partner, by=by, email=f"new{number:02}@example.org")
    referrals = [make_referral(to=silent) for _number in range(25)]
    for referral in referrals:
        actions.email_letter(by=referral.created_by, referral=referral, email="kantor@example.org")
    told = doors.shut()
    assert f"; 25 invitations withdrawn: {partner.name} (25);" in told
    assert told.endswith(": " + ", ".join(referral.reference for referral in referrals))
