"""What takes two admins: resetting a second factor, and making a portal admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.roles import PartnerAdmin, PortalAdmin
from accounts.tests.factories import PASSWORD, make_portal_admin, make_user
from accounts.tests.signing_in import give_app
from agencies import actions
from agencies.choices import StaffVerb
from agencies.models import FactorReset, Invitation, StaffEvent
from agencies.models.second_pair import WAITS_FOR
from agencies.models.staff import hash_of
from notifications.models import Email, Notification

from .factories import make_partner
from .inviting import token_in_the_mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _our_own_outbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "notifications.outbox.OutboxBackend"


@pytest.fixture
def person() -> User:
    person = make_user(partner=make_partner(), email="melati@example.org", password=PASSWORD)
    give_app(person)
    return person


@pytest.fixture
def admin(person: User) -> User:
    return make_user(partner=person.partner, role=PartnerAdmin.code)


@pytest.fixture
def colleague(person: User) -> User:
    return make_user(partner=person.partner, role=PartnerAdmin.code)


def verbs() -> list[str]:
    return list(StaffEvent.objects.order_by("pk").values_list("verb", flat=True))


def post(client: Client, by: User, act: str, pk: int) -> str:
    client.force_login(by)
    return client.post(reverse(f"agencies:{act}", args=[pk]), follow=True).text


# A second factor ----------------------------------------------------------------------------------


def test_one_asks_and_another_confirms(client: Client, person: User, admin: User, colleague: User) -> None:
    text = post(client, admin, "ask_factor_reset", person.pk)
    assert "Another admin has to confirm this within 24 hours." in text
    assert "Confirm the reset" not in text
    assert Authenticator.objects.filter(user=person).exists()
    assert "asked that the second factor of your account be reset" in Email.objects.get(to=person.email).body
    assert Notification.objects.get(recipient=colleague).path == reverse("agencies:person", args=[person.pk])
    client.force_login(colleague)
    assert "Confirm the reset" in client.get(reverse("agencies:person", args=[person.pk])).text
    post(client, colleague, "confirm_factor_reset", person.pk)
    assert not Authenticator.objects.filter(user=person).exists()
    before = person.session_generation
    person.refresh_from_db()
    assert person.session_generation == before + 1
    assert verbs() == [StaffVerb.SECOND_ADMIN_ASKED, StaffVerb.SECOND_FACTOR_RESET]


def test_nobody_confirms_their_own_wish(client: Client, person: User, admin: User, colleague: User) -> None:
    post(client, admin, "ask_factor_reset", person.pk)
    assert "You asked for this yourself." in post(client, admin, "confirm_factor_reset", person.pk)
    assert Authenticator.objects.filter(user=person).exists()


def test_nobody_asks_or_confirms_for_themself(admin: User, colleague: User) -> None:
    give_app(admin)
    make_portal_admin()  # who could confirm it
    with pytest.raises(actions.ActRefused):
        actions.ask_factor_reset(by=admin, person=admin)
    reset = actions.ask_factor_reset(by=colleague, person=admin)
    with pytest.raises(actions.ActRefused):
        actions.confirm_factor_reset(by=admin, reset=reset)
    assert Authenticator.objects.filter(user=admin).exists()


def test_an_admin_of_another_partner_neither_asks_nor_confirms(
    client: Client, person: User, admin: User, colleague: User
) -> None:
    stranger = make_user(partner=make_partner(), role=PartnerAdmin.code)
    reset = actions.ask_factor_reset(by=admin, person=person)
    for act in ("ask_factor_reset", "confirm_factor_reset", "refuse_factor_reset"):
        client.force_login(stranger)
        assert client.post(reverse(f"agencies:{act}", args=[person.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.confirm_factor_reset(by=stranger, reset=reset)


def test_where_there_is_no_other_admin_the_page_says_who_can_help(
    client: Client, person: User, admin: User
) -> None:
    assert "reset_second_factor" in post(client, admin, "ask_factor_reset", person.pk)
    assert not FactorReset.objects.exists()


def test_a_portal_admin_who_is_locked_is_no_second_one(client: Client, first: User, second: User) -> None:
    User.objects.filter(pk=second.pk).update(locked_at=timezone.now())
    client.force_login(first)
    assert "you are the only one" in client.post(reverse("agencies:invite_portal_admin"), NEXT).text
    assert not Invitation.objects.exists()


def test_after_a_day_a_wish_has_run_out(client: Client, person: User, admin: User, colleague: User) -> None:
    post(client, admin, "ask_factor_reset", person.pk)
    FactorReset.objects.update(asked_at=timezone.now() - WAITS_FOR - timedelta(seconds=1))
    assert "This has run out" in post(client, colleague, "confirm_factor_reset", person.pk)
    assert Authenticator.objects.filter(user=person).exists()


def test_a_refused_wish_is_confirmed_by_nobody(
    client: Client, person: User, admin: User, colleague: User
) -> None:
    post(client, admin, "ask_factor_reset", person.pk)
    assert "stays as it is" in post(client, colleague, "refuse_factor_reset", person.pk)
    assert "was refused meanwhile" in post(client, colleague, "confirm_factor_reset", person.pk)
    assert verbs() == [StaffVerb.SECOND_ADMIN_ASKED, StaffVerb.SECOND_ADMIN_REFUSED]


def test_each_of_them_twice_is_once(person: User, admin: User, colleague: User) -> None:
    assert len({actions.ask_factor_reset(by=admin, person=person).pk for _time in range(2)}) == 1
    reset = FactorReset.objects.get()
    for _time in range(2):
        assert actions.confirm_factor_reset(by=colleague, reset=reset).done
    assert verbs() == [StaffVerb.SECOND_ADMIN_ASKED, StaffVerb.SECOND_FACTOR_RESET]


def test_whoever_was_suspended_meanwhile_confirms_nothing(person: User, admin: User, colleague: User) -> None:
    reset = actions.ask_factor_reset(by=admin, person=person)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        actions.confirm_factor_reset(by=colleague, reset=reset)


def test_without_a_factor_there_is_nothing_to_ask_for(client: Client, admin: User, colleague: User) -> None:
    assert "has no second factor to reset" in post(client, admin, "ask_factor_reset", colleague.pk)


# A portal admin -----------------------------------------------------------------------------------

NEXT = {"email": "next@example.org", "full_name": "Next Admin", "role": PortalAdmin.code, "language": "en"}


@pytest.fixture
def first() -> User:
    return make_portal_admin(full_name="First Admin")


@pytest.fixture
def second() -> User:
    return make_portal_admin(full_name="Second Admin")


def invited(client: Client, by: User) -> Invitation:
    client.force_login(by)
    client.post(reverse("agencies:invite_portal_admin"), NEXT)
    return Invitation.objects.get()


def test_a_portal_admin_is_invited_by_one_and_approved_by_another(
    client: Client, first: User, second: User
) -> None:
    invitation = invited(client, first)
    assert not Email.objects.filter(to=NEXT["email"]).exists()
    assert "waits for a second admin" in client.get(reverse("agencies:portal_people")).text
    assert Notification.objects.get(recipient=second).path == reverse("agencies:portal_people")
    client.force_login(second)
    assert "Approve" in client.get(reverse("agencies:portal_people")).text
    post(client, second, "invitation_approve", invitation.pk)
    client.logout()
    link = reverse("agencies:invitation", args=[token_in_the_mail(NEXT["email"])])
    assert "Next Admin" in client.get(link, follow=True).text
    assert verbs() == [StaffVerb.SECOND_ADMIN_ASKED, StaffVerb.INVITED]
    invitation.refresh_from_db()
    assert (invitation.invited_by, invitation.approved_by) == (first, second)


def test_whoever_invited_does_not_approve(client: Client, first: User, second: User) -> None:
    invitation = invited(client, first)
    assert "Another portal admin has to approve it." in post(
        client, first, "invitation_approve", invitation.pk
    )
    assert "nothing was sent yet" in post(client, first, "invitation_resend", invitation.pk)
    assert not Email.objects.filter(to=NEXT["email"]).exists()


def test_a_refused_one_is_over(client: Client, first: User, second: User) -> None:
    invitation = invited(client, first)
    post(client, second, "invitation_refuse", invitation.pk)
    assert "not open any more" in post(client, second, "invitation_approve", invitation.pk)
    assert verbs() == [StaffVerb.SECOND_ADMIN_ASKED, StaffVerb.SECOND_ADMIN_REFUSED]


def test_the_only_portal_admin_is_told_how_the_second_one_is_made(client: Client, first: User) -> None:
    client.force_login(first)
    answer = client.post(reverse("agencies:invite_portal_admin"), NEXT)
    assert "createsuperuser" in answer.text
    assert not Invitation.objects.exists()


def test_approving_and_refusing_are_for_portal_admins(
    client: Client, first: User, second: User, admin: User
) -> None:
    invitation = invited(client, first)
    client.force_login(admin)
    for act in ("invitation_approve", "invitation_refuse"):
        assert client.post(reverse(f"agencies:{act}", args=[invitation.pk])).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.approve(by=admin, invitation=invitation)


def test_approving_twice_sends_one_e_mail(first: User, second: User, client: Client) -> None:
    invitation = invited(client, first)
    for _time in range(2):
        actions.approve(by=second, invitation=invitation)
    assert Email.objects.filter(to=NEXT["email"]).count() == 1


def test_what_a_suspended_admin_asked_for_is_over(first: User, second: User, client: Client) -> None:
    invitation = invited(client, first)
    actions.suspend(by=second, person=first)
    with pytest.raises(actions.ActRefused):
        actions.approve(by=second, invitation=invitation)


def test_a_link_that_was_never_sent_opens_nothing(first: User, second: User, client: Client) -> None:
    invitation = invited(client, first)
    with pytest.raises(actions.ActRefused):
        actions.accept(token_hash=invitation.token_hash, password=PASSWORD, full_name="Next Admin")


# Two who are one ----------------------------------------------------------------------------------


def test_whoever_was_invited_by_the_one_who_asks_is_no_second_admin_for_a_month(
    person: User, admin: User
) -> None:
    other = actions.invite(
        by=admin,
        partner=person.partner,
        email="second@example.org",
        full_name="Second Self",
        role=PartnerAdmin.code,
        language="en",
    )
    actions.accept(
        token_hash=hash_of(token_in_the_mail("second@example.org")),
        password=PASSWORD,
        full_name="Second Self",
    )
    colleague = User.objects.get(email="second@example.org")
    reset = actions.ask_factor_reset(by=admin, person=person)
    with pytest.raises(actions.ActRefused, match="invited you here not long ago"):
        actions.confirm_factor_reset(by=colleague, reset=reset)
    Invitation.objects.filter(pk=other.pk).update(accepted_at=timezone.now() - timedelta(days=31))
    assert actions.confirm_factor_reset(by=colleague, reset=reset).done


def test_the_wish_of_an_admin_who_was_suspended_meanwhile_is_not_confirmed(
    person: User, admin: User, colleague: User
) -> None:
    reset = actions.ask_factor_reset(by=admin, person=person)
    actions.suspend(by=colleague, person=admin)
    with pytest.raises(actions.ActRefused, match="may not do so any more"):
        actions.confirm_factor_reset(by=colleague, reset=reset)
