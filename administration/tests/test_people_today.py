"""People who wait for an admin, on the admin's first page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin, PortalAdmin
from accounts.tests.factories import PASSWORD, make_portal_admin, make_user
from accounts.tests.signing_in import give_app
from administration.concerns import Concern, concerns_of
from agencies import actions, reviewing
from agencies.models import Partner
from agencies.tests.factories import make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Partner:
    return make_partner()


@pytest.fixture
def admin(partner: Partner) -> User:
    return make_user(partner=partner, role=PartnerAdmin.code)


def told(user: User, code: str) -> Concern | None:
    return next((concern for concern in concerns_of(user) if concern.code == code), None)


def long_there(person: User) -> User:
    User.objects.filter(pk=person.pk).update(date_joined=reviewing.current().starts - timedelta(days=40))
    return person


def test_a_second_factor_to_be_reset_waits_for_every_admin_but_the_one_who_asked(
    partner: Partner, admin: User
) -> None:
    person = make_user(partner=partner, password=PASSWORD)
    give_app(person)
    colleague = make_user(partner=partner, role=PartnerAdmin.code)
    reset = actions.ask_factor_reset(by=admin, person=person)
    for user in (colleague, make_portal_admin()):
        found = told(user, "second_pair")
        assert found is not None
        assert [row.title for row in found.rows] == [person.full_name]
    assert told(admin, "second_pair") is None
    assert told(make_user(partner=make_partner(), role=PartnerAdmin.code), "second_pair") is None
    actions.refuse_factor_reset(by=colleague, reset=reset)
    assert told(colleague, "second_pair") is None


def test_an_admin_whose_own_factor_is_to_be_reset_does_not_confirm_it(partner: Partner, admin: User) -> None:
    boss, colleague = make_portal_admin(), make_user(partner=partner, role=PartnerAdmin.code)
    give_app(colleague)
    actions.ask_factor_reset(by=admin, person=colleague)
    assert told(colleague, "second_pair") is None
    assert told(boss, "second_pair") is not None


def test_a_portal_admin_to_be_waits_for_another_portal_admin(admin: User) -> None:
    first, second = make_portal_admin(), make_portal_admin()
    invitation = actions.invite(
        by=first,
        partner=None,
        email="third@example.org",
        full_name="Third Person",
        role=PortalAdmin.code,
        language="en",
    )
    found = told(second, "second_pair")
    assert found is not None
    assert [row.title for row in found.rows] == ["Third Person"]
    assert told(first, "second_pair") is None
    assert told(admin, "second_pair") is None
    assert told(second, "invitations") is None, "nobody was invited yet"
    actions.approve(by=second, invitation=invitation)
    assert told(second, "second_pair") is None


def test_who_asks_to_be_let_in_again_is_told_to_their_own_admins(partner: Partner, admin: User) -> None:
    person = make_user(partner=partner)
    User.objects.filter(pk=person.pk).update(locked_at=timezone.now())
    assert told(admin, "locked") is None, "nobody asked"
    User.objects.filter(pk=person.pk).update(unlock_asked_at=timezone.now())
    for user in (admin, make_portal_admin()):
        found = told(user, "locked")
        assert found is not None
        assert [row.note for row in found.rows] == [person.email]
    assert told(make_user(partner=make_partner(), role=PartnerAdmin.code), "locked") is None
    actions.unlock(by=admin, person=person)
    assert told(admin, "locked") is None


def test_the_review_of_the_quarter_is_told_until_it_is_answered(partner: Partner, admin: User) -> None:
    long_there(admin)
    person = long_there(make_user(partner=partner))
    quarter = reviewing.current()
    ours, all_of_them = told(admin, "reviews"), told(make_portal_admin(), "reviews")
    assert ours is not None
    assert all_of_them is not None
    assert quarter.name in ours.text
    assert [(row.title, row.note) for row in all_of_them.rows] == [(partner.name, "2 people")]
    late = timezone.now() >= quarter.ends - reviewing.ENDS_SOON
    assert ours.tone == ("warn" if late else "neutral")
    User.objects.filter(pk__in=[person.pk, admin.pk]).update(date_joined=timezone.now())
    assert told(admin, "reviews") is None
    assert told(make_user(partner=make_partner(), role=PartnerAdmin.code), "reviews") is None
