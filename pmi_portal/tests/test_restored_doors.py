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
    assert "; 1 invitations withdrawn: new@example.org;" in doors.shut()
    with pytest.raises(agency_actions.ActRefused):
        agency_actions.accept(token_hash=hash_of(token), password="a plain long password", full_name="New")
    [told] = tell(StaffEvent.objects.filter(detail__why="restored").with_names())
    assert told.title == "Invitation of new@example.org withdrawn, since a backup was restored"
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
    assert f"; 1 links to letters ended: {referral.reference}" in doors.shut()
    with pytest.raises(actions.ActRefused, match="ask the sender for a new one"):
        actions.open_letter(link_hash=letter.link_hash)
    anew = actions.email_letter(by=referral.created_by, referral=referral, email="kantor@example.org")
    assert actions.open_letter(link_hash=anew.link_hash).pk == letter.pk


def test_a_link_that_was_over_is_not_told_again() -> None:
    referral = make_referral(to=make_silent())
    letter = actions.email_letter(by=referral.created_by, referral=referral, email="kantor@example.org")
    over = timezone.now() - timedelta(days=1)
    Letter.objects.filter(pk=letter.pk).update(link_until=over)
    assert doors.shut().endswith("; 0 links to letters ended")
    assert Letter.objects.get(pk=letter.pk).link_until == over


def test_many_are_counted_and_the_first_are_named() -> None:
    by, partner = make_portal_admin(), make_partner()
    for number in range(doors.NAMED + 2):
        make_invitation(partner=partner, by=by, email=f"new{number:02}@example.org")
    told = doors.shut()
    assert f"; {doors.NAMED + 2} invitations withdrawn: new00@example.org, " in told
    assert "new19@example.org and 2 more;" in told
