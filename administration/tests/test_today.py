"""What an admin finds on the first page: each concern when there is one, nothing of a case, and nothing of others."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Caseworker, Officer, PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from administration.concerns import concerns_of
from agencies.choices import SourceStatus
from agencies.models import Invitation
from agencies.models.staff import VALID_FOR
from agencies.tests.factories import make_mandate, make_partner, make_topic
from agencies.tests.inviting import make_invitation
from notifications import actions
from notifications.choices import EmailState
from notifications.models import Email
from privacy.acting import as_portal
from referrals.choices import State
from referrals.models import Referral
from referrals.tests.factories import make_referral_in

from .factories import make_agreement, make_registered

pytestmark = pytest.mark.django_db

TODAY = "/today/"


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


def codes(user: User) -> set[str]:
    return {concern.code for concern in concerns_of(user)}


def concern(user: User, code: str):
    (found,) = [concern for concern in concerns_of(user) if concern.code == code]
    return found


def page(client: Client, user: User, query: str = "") -> str:
    client.force_login(user)
    return client.get(TODAY + query).content.decode()


def admin_of(partner) -> User:
    return make_user(partner=partner, role=PartnerAdmin.code)


def late_referral() -> tuple[Referral, User]:
    referral, officer = make_referral_in(State.SENT)
    with as_portal():
        Referral.objects.filter(pk=referral.pk).update(due_at=timezone.now() - timedelta(days=2))
    admin_of(referral.sender)
    admin_of(officer.partner)
    return referral, officer


def test_nothing_to_do_is_said_kindly(client: Client, boss: User) -> None:
    assert concerns_of(boss) == []
    text = page(client, boss)
    assert "Nothing needs you today" in text
    assert reverse("machinery") in text


def test_who_is_no_admin_has_no_concerns_and_no_page(client: Client) -> None:
    person = make_user(partner=make_partner(), role=Caseworker.code)
    assert concerns_of(person) == []
    client.force_login(person)
    assert client.get(TODAY).status_code == 403


@pytest.mark.parametrize(
    "make", [make_portal_admin, lambda: admin_of(make_partner())], ids=["portal", "partner"]
)
def test_admins_begin_here(client: Client, make: Callable[[], User]) -> None:
    client.force_login(make())
    assert client.get("/").headers["Location"] == TODAY


def test_a_partner_that_does_not_answer_is_named_with_its_telephone(client: Client, boss: User) -> None:
    referral, _officer = late_referral()
    late = referral.receiver
    assert late is not None
    late.phone = "+974 0000 0000"
    late.save()
    found = concern(boss, "late")
    assert [row.title for row in found.rows] == [late.name]
    assert found.url == reverse("referrals:overdue")
    text = page(client, boss)
    assert "1 referral is late in being answered" in text
    assert "+974 0000 0000" in text
    assert referral.reference not in text


def test_whoever_is_asked_for_a_clarification_is_not_late(boss: User) -> None:
    referral, _officer = late_referral()
    with as_portal():
        Referral.objects.filter(pk=referral.pk).update(state=State.CLARIFYING)
    assert "late" not in codes(boss)


def test_a_partners_admin_hears_of_their_own_partner_alone(client: Client) -> None:
    _referral, officer = late_referral()
    here, elsewhere = admin_of(officer.partner), admin_of(make_partner())
    assert codes(here) == {"late"}
    assert concern(here, "late").url == ""
    assert codes(elsewhere) == set()


def test_a_referral_that_has_gone_to_nobody_for_a_day_is_told(boss: User) -> None:
    referral, _person = make_referral_in(State.UNROUTED)
    admin_of(referral.sender)
    assert "unrouted" not in codes(boss), "its sender has a day"
    with as_portal():
        Referral.objects.filter(pk=referral.pk).update(changed_at=timezone.now() - timedelta(hours=25))
    assert [row.title for row in concern(boss, "unrouted").rows] == [referral.sender.name]
    assert "unrouted" not in codes(admin_of(referral.sender))


def test_invitations_that_nobody_answers_are_told_after_a_day_and_when_they_expired(
    client: Client, boss: User
) -> None:
    partner = make_partner()
    invitation, _token = make_invitation(partner=partner, by=boss)
    mine, other = admin_of(partner), admin_of(make_partner())
    assert codes(boss) == set()
    Invitation.objects.update(expires_at=timezone.now() + VALID_FOR - timedelta(hours=25))
    assert "· sent" in page(client, mine)
    assert concern(mine, "invitations").rows[0].title == invitation.full_name
    assert "invitations" not in codes(other)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert "· expired" in page(client, boss)
    Invitation.objects.update(revoked_at=timezone.now())
    assert codes(boss) == set()


def undelivered(to: str, **fields: object) -> Email:
    email = actions.send_email(to=to, subject="Hello", body="A reference and a link.")
    Email.objects.filter(pk=email.pk).update(state=EmailState.BOUNCED, error="5.1.1", **fields)
    return email


def test_e_mails_that_do_not_arrive_are_told_to_whoever_manages_the_account(
    client: Client, boss: User
) -> None:
    partner = make_partner()
    mine, person = admin_of(partner), make_user(partner=partner, role=Caseworker.code)
    email = undelivered(person.email)
    assert codes(boss) == codes(mine) == {"emails"}
    assert codes(admin_of(make_partner())) == set()
    client.force_login(mine)
    text = client.get(reverse("administration:undelivered")).content.decode()
    assert person.full_name in text
    assert "5.1.1" in text
    client.post(reverse("administration:send_again", args=[email.pk]))
    email.refresh_from_db()
    assert email.state == EmailState.DUE
    assert codes(mine) == set()


def test_an_e_mail_whose_link_is_erased_is_not_sent_again(client: Client, boss: User) -> None:
    person = make_user(partner=make_partner(), role=Caseworker.code)
    email = undelivered(person.email, body="")
    client.force_login(boss)
    address = reverse("administration:send_again", args=[email.pk])
    assert address not in client.get(reverse("administration:undelivered")).content.decode()
    text = client.post(address, follow=True).content.decode()
    assert "Send the invitation again instead" in text
    email.refresh_from_db()
    assert email.state == EmailState.BOUNCED


def test_what_another_partners_person_did_not_get_is_not_there(client: Client) -> None:
    email = undelivered(make_user(partner=make_partner(), role=Caseworker.code).email)
    client.force_login(admin_of(make_partner()))
    assert client.post(reverse("administration:send_again", args=[email.pk])).status_code == 404


def test_e_mails_to_those_who_left_concern_nobody(boss: User) -> None:
    partner = make_partner()
    admin_of(partner)
    undelivered(make_user(partner=partner, role=Caseworker.code, is_active=False).email)
    assert codes(boss) == set()


def test_a_partner_with_people_and_no_admin_is_told(boss: User) -> None:
    partner = make_partner()
    make_partner(code="EMPTY")
    make_user(partner=partner, role=Officer.code)
    assert [row.title for row in concern(boss, "without_admin").rows] == [partner.name]
    admin_of(partner)
    assert codes(boss) == set()


def test_rows_without_a_source_are_counted(boss: User) -> None:
    make_topic(source_status=SourceStatus.UNCONFIRMED)
    assert concern(boss, "unconfirmed").url == reverse("agencies:unconfirmed")
    assert codes(admin_of(make_partner())) == set()


def test_what_nobody_is_responsible_for_is_told_to_portal_admins(client: Client, boss: User) -> None:
    make_topic(name_en="Unpaid wages")
    found = concern(boss, "mandates")
    assert 0 < len(found.rows) <= 3
    assert "No one is responsible yet for" in page(client, boss)
    assert codes(admin_of(make_partner())) == set()
    make_mandate()  # of somebody, for everything everywhere
    assert codes(boss) == set()


@pytest.mark.parametrize(
    ("days", "said"),
    [(61, ""), (60, "ends in 60 days"), (1, "ends in 1 day"), (0, "ends today"), (-1, "ended 1 day ago")],
)
def test_an_agreement_near_its_end_is_told_to_both_admins(boss: User, days: int, said: str) -> None:
    partner = make_partner()
    make_agreement(partner, by=boss, ends_in=days)
    for admin in (boss, admin_of(partner)):
        found = [row.note for row in concern(admin, "agreements").rows] if said else codes(admin)
        assert found == ([said] if said else set())
    assert codes(admin_of(make_partner())) == set()


def test_an_agreement_that_a_later_one_follows_needs_nobody(boss: User) -> None:
    partner = make_partner()
    make_agreement(partner, by=boss, ends_in=3)
    make_agreement(partner, by=boss, ends_in=300)
    assert codes(boss) == set()


def test_a_partner_that_waits_to_be_activated_is_told(boss: User) -> None:
    partner = make_registered(by=boss)
    assert [row.title for row in concern(boss, "waiting").rows] == [partner.name]


def test_the_worst_stands_first_and_long_lists_open(client: Client, boss: User) -> None:
    make_topic(source_status=SourceStatus.UNCONFIRMED)
    late_referral()
    for number in range(7):
        make_user(partner=make_partner(name_id=f"Tanpa admin {number}"), role=Officer.code)
    assert [found.tone for found in concerns_of(boss)] == ["bad", "warn", "warn", "neutral"]
    short, whole = page(client, boss), page(client, boss, "?all=without_admin")
    assert (short.count("Tanpa admin"), whole.count("Tanpa admin")) == (5, 7)


@pytest.mark.parametrize("many", [1, 6])
def test_the_page_takes_as_many_statements_for_one_as_for_many(
    client: Client, boss: User, django_assert_num_queries, many: int
) -> None:
    for _number in range(many):
        partner = late_referral()[0].receiver
        undelivered(make_user(partner=partner, role=Officer.code).email)
    make_mandate()  # of somebody, for everything everywhere
    client.force_login(boss)
    with django_assert_num_queries(32):
        client.get(TODAY)
