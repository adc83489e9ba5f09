"""An admin invites, sends again, withdraws."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Caseworker, DataProtectionOfficer, Officer, PartnerAdmin, PortalAdmin, Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions, rules
from agencies.choices import PartnerKind, StaffVerb
from agencies.models import Invitation, Partner, StaffEvent
from agencies.models.staff import hash_of
from notifications.models import Email

from .factories import make_partner
from .inviting import NEW, make_invitation, token_in_the_mail

pytestmark = pytest.mark.django_db

FIELDS = {"email": NEW, "full_name": "New Person", "role": "caseworker", "language": "en"}


@pytest.fixture
def ngo() -> Partner:
    return make_partner(code="SP", name_id="Suara Perempuan")


@pytest.fixture
def admin(ngo: Partner) -> User:
    return make_user(partner=ngo, role=PartnerAdmin.code)


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def invite(client: Client, code: str = "SP", **fields: str):
    return client.post(reverse("agencies:invite", args=[code]), FIELDS | fields)


def test_an_invitation_goes_out_with_a_link_that_nobody_else_knows(page: Client, admin: User) -> None:
    answer = invite(page, email=" New@Example.org ")
    assert answer.headers["Location"] == reverse("agencies:partner", args=["SP"])
    invitation = Invitation.objects.get()
    token = token_in_the_mail(NEW)
    assert (invitation.email, invitation.token_hash) == (NEW, hash_of(token))
    assert timedelta(hours=71) < invitation.expires_at - timezone.now() <= timedelta(hours=72)
    email = Email.objects.get()
    assert email.secret
    assert "Suara Perempuan" in email.body
    assert token not in page.get(answer.headers["Location"]).content.decode()
    event = StaffEvent.objects.get()
    assert (event.verb, event.actor, event.subject_email) == (StaffVerb.INVITED, admin, NEW)
    assert event.detail == {"role": Caseworker.code}


def test_the_invitation_is_written_in_the_language_of_whom_it_invites(page: Client) -> None:
    invite(page, language="id")
    assert "Suara Perempuan" in Email.objects.get().body
    assert Invitation.objects.get().language == "id"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("email", ""),
        ("email", "a\x00@example.org"),
        ("email", "a" * 300 + "@example.org"),
        ("full_name", ""),
        ("full_name", "   "),
        ("full_name", "x" * 1_000_000),
        ("full_name", "Na\x00me"),
        ("role", "officer"),  # an agency's, not an NGO's
        ("role", "portal_admin"),
        ("role", "emperor"),
        ("language", "xx"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    page: Client, field: str, value: str
) -> None:
    answer = invite(page, **{field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    kept = "full_name" if field != "full_name" else "email"
    assert FIELDS[kept] in answer.content.decode()
    assert not Invitation.objects.exists()
    assert not Email.objects.exists()


def test_a_name_is_kept_on_one_line(page: Client) -> None:
    invite(page, full_name=" New\r\nBcc:  x ")
    assert Invitation.objects.get().full_name == "New Bcc: x"


def test_each_kind_of_partner_offers_its_own_roles() -> None:
    ngo, agency = make_partner(), make_partner(kind=PartnerKind.BP3MI)
    shared = (Supervisor.code, PartnerAdmin.code, DataProtectionOfficer.code)
    assert rules.roles_at(ngo) == (Caseworker.code, *shared)
    assert rules.roles_at(agency) == (Officer.code, *shared)
    assert rules.roles_at(None) == (PortalAdmin.code, DataProtectionOfficer.code)


@pytest.mark.parametrize("at_portal", [False, True])
def test_a_data_protection_officer_is_invited_to_a_partner_or_to_the_portal(
    client: Client, ngo: Partner, at_portal: bool
) -> None:
    client.force_login(make_portal_admin())
    address = (
        reverse("agencies:invite_portal_admin") if at_portal else reverse("agencies:invite", args=[ngo.code])
    )
    fields = FIELDS | {"email": "officer@example.org", "role": DataProtectionOfficer.code}
    assert client.post(address, fields).status_code == 302
    assert Invitation.objects.get().partner == (None if at_portal else ngo)


def test_the_rule_holds_behind_the_form_too(admin: User, ngo: Partner) -> None:
    for role in (PortalAdmin.code, Officer.code, "emperor"):
        with pytest.raises(actions.ActRefused):
            actions.invite(by=admin, partner=ngo, email=NEW, full_name="New Person", role=role, language="en")


def test_a_partner_admin_meets_other_partners_as_a_stranger(page: Client) -> None:
    other = make_partner(code="OTHER")
    invitation, _token = make_invitation(partner=other)
    for name in ("invitation_resend", "invitation_revoke"):
        assert page.post(reverse(f"agencies:{name}", args=[invitation.pk])).status_code == 404
    assert page.get(reverse("agencies:invite", args=["OTHER"])).status_code == 404
    assert invite(page, code="OTHER").status_code == 404
    invitation.refresh_from_db()
    assert invitation.is_open


def test_a_partner_admin_makes_no_portal_admin(page: Client) -> None:
    assert page.get(reverse("agencies:portal_people")).status_code == 403
    assert page.post(reverse("agencies:invite_portal_admin"), FIELDS).status_code == 403


def test_a_portal_admin_invites_anywhere_and_the_next_portal_admin(client: Client, ngo: Partner) -> None:
    make_portal_admin()  # who is asked to approve it
    client.force_login(make_portal_admin())
    assert invite(client).status_code == 302
    fields = FIELDS | {"email": "next@example.org", "role": "portal_admin"}
    assert client.post(reverse("agencies:invite_portal_admin"), fields).status_code == 302
    assert list(Invitation.objects.order_by("pk").values_list("partner", "role")) == [
        (ngo.pk, "caseworker"),
        (None, "portal_admin"),
    ]


def test_an_address_with_an_account_here_is_named(page: Client, ngo: Partner) -> None:
    make_user(partner=ngo, email=NEW, full_name="Melati Contoh")
    answer = invite(page)
    assert answer.status_code == 409
    assert "Melati Contoh already has an account here." in answer.content.decode()


def test_of_another_organisations_account_no_more_is_said_than_that_the_address_is_taken(
    page: Client,
) -> None:
    make_user(partner=make_partner(name_id="Rahasia"), email=NEW, full_name="Melati Contoh")
    answer = invite(page)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "already has an account with another organisation" in text
    assert "Melati" not in text
    assert "Rahasia" not in text


def test_an_open_invitation_is_not_doubled(page: Client, ngo: Partner) -> None:
    make_invitation(partner=ngo)
    answer = invite(page)
    assert answer.status_code == 409
    assert "already has an open invitation" in answer.content.decode()
    assert Invitation.objects.count() == Email.objects.count() == 1


def test_an_open_invitation_elsewhere_stands(page: Client) -> None:
    make_invitation(partner=make_partner())
    assert "invitation from another organisation" in invite(page).content.decode()


def test_the_form_sent_twice_invites_once(page: Client) -> None:
    assert [invite(page).status_code, invite(page).status_code] == [302, 302]
    assert Invitation.objects.count() == Email.objects.count() == StaffEvent.objects.count() == 1


def test_an_expired_invitation_makes_room_for_a_new_one(page: Client) -> None:
    old, _token = make_invitation(partner=make_partner())
    Invitation.objects.update(expires_at=timezone.now())
    assert invite(page).status_code == 302
    old.refresh_from_db()
    assert old.revoked_at is not None
    closed = StaffEvent.objects.get(verb=StaffVerb.REVOKED)
    assert (closed.partner, closed.actor) == (old.partner, None)
    assert Invitation.objects.open().count() == 1


def test_the_database_keeps_one_open_invitation_an_address(ngo: Partner, admin: User) -> None:
    make_invitation(partner=ngo)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            partner=ngo, email=NEW, role="caseworker", invited_by=admin, expires_at=timezone.now()
        )


def test_sending_again_kills_the_older_link(page: Client, ngo: Partner) -> None:
    invitation, old = make_invitation(partner=ngo)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    page.post(reverse("agencies:invitation_resend", args=[invitation.pk]))
    invitation.refresh_from_db()
    new = token_in_the_mail(NEW)
    assert new != old
    assert invitation.token_hash == hash_of(new)
    assert not invitation.is_expired
    assert StaffEvent.objects.first().verb == StaffVerb.RESENT  # type: ignore[union-attr]  # it was just written


def test_a_second_click_on_send_again_sends_nothing(page: Client, ngo: Partner) -> None:
    invitation, token = make_invitation(partner=ngo)
    page.post(reverse("agencies:invitation_resend", args=[invitation.pk]))
    assert Email.objects.count() == 1
    assert token_in_the_mail(NEW) == token


def test_withdrawing_is_done_once_however_often_it_is_asked(page: Client, ngo: Partner) -> None:
    invitation, _token = make_invitation(partner=ngo)
    for _ in range(2):
        page.post(reverse("agencies:invitation_revoke", args=[invitation.pk]))
    invitation.refresh_from_db()
    assert not invitation.is_open
    assert StaffEvent.objects.filter(verb=StaffVerb.REVOKED).count() == 1


def test_what_became_of_an_invitation_meanwhile_is_told(page: Client, ngo: Partner) -> None:
    accepted, token = make_invitation(partner=ngo)
    actions.accept(token_hash=hash_of(token), password="a plain long password", full_name="New Person")
    for name in ("invitation_resend", "invitation_revoke"):
        answer = page.post(reverse(f"agencies:{name}", args=[accepted.pk]), follow=True)
        assert "This invitation was accepted meanwhile." in answer.content.decode()
    withdrawn, _token = make_invitation(partner=ngo, email="other@example.org")
    actions.revoke(by=withdrawn.invited_by, invitation=withdrawn)
    answer = page.post(reverse("agencies:invitation_resend", args=[withdrawn.pk]), follow=True)
    assert "This invitation was withdrawn meanwhile." in answer.content.decode()


def test_a_suspended_partner_takes_on_nobody(page: Client, ngo: Partner) -> None:
    invitation, _token = make_invitation(partner=ngo)
    Partner.objects.update(is_active=False)
    page.force_login(make_portal_admin())  # the partner's own admin is shut out
    assert "This partner is suspended" in page.get(reverse("agencies:invite", args=["SP"])).content.decode()
    assert invite(page, email="other@example.org").status_code == 409
    answer = page.post(reverse("agencies:invitation_resend", args=[invitation.pk]), follow=True)
    assert "takes on nobody" in answer.content.decode()
    assert Email.objects.count() == 1


@pytest.mark.parametrize("name", ["invitation_resend", "invitation_revoke"])
def test_a_number_that_cannot_be_is_a_page_not_found(page: Client, name: str) -> None:
    assert page.post(reverse(f"agencies:{name}", args=[10**30])).status_code == 404
