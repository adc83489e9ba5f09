"""Changing roles, suspending, reactivating."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Caseworker, Officer, PartnerAdmin, PortalAdmin, Supervisor
from accounts.tests.factories import PASSWORD, make_portal_admin, make_user
from agencies import actions
from agencies.choices import StaffVerb
from agencies.models import Invitation, Partner, StaffEvent

from .factories import make_partner
from .inviting import make_invitation

pytestmark = pytest.mark.django_db
ACTS = ("change_role", "suspend", "reactivate")


@pytest.fixture
def ngo() -> Partner:
    return make_partner(code="SP")


@pytest.fixture
def admin(ngo: Partner) -> User:
    return make_user(partner=ngo, role=PartnerAdmin.code)


@pytest.fixture
def person(ngo: Partner) -> User:
    return make_user(partner=ngo, full_name="Melati Contoh", password=PASSWORD)


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def act(client: Client, name: str, person: User, **fields: str):
    return client.post(reverse(f"agencies:{name}", args=[person.pk]), fields)


def signed_in(client: Client) -> bool:
    return client.get(reverse("accounts:preferences")).status_code == 200


def test_a_suspended_person_is_out_at_the_next_click_and_stays_out(page: Client, person: User) -> None:
    theirs = Client()
    theirs.login(email=person.email, password=PASSWORD)
    assert signed_in(theirs)
    act(page, "suspend", person)
    assert not signed_in(theirs)
    theirs.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert not signed_in(theirs)


def test_a_reactivated_person_signs_in_anew_with_the_same_password(page: Client, person: User) -> None:
    theirs = Client()
    theirs.force_login(person)
    act(page, "suspend", person)
    act(page, "reactivate", person)
    assert not signed_in(theirs)  # a session from before the suspension is dead for good
    theirs.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert signed_in(theirs)


def test_a_new_role_counts_from_the_next_click(page: Client, person: User) -> None:
    theirs = Client()
    theirs.force_login(person)
    assert theirs.get(reverse("agencies:staff_log")).status_code == 403
    act(page, "change_role", person, role=PartnerAdmin.code, seen=Caseworker.code)
    assert theirs.get(reverse("agencies:staff_log")).status_code == 200


def test_every_act_is_logged_once_however_often_it_is_sent(page: Client, admin: User, person: User) -> None:
    for _ in range(2):
        act(page, "change_role", person, role=Supervisor.code, seen=Caseworker.code)
    for name in ("suspend", "suspend", "reactivate", "reactivate"):
        assert act(page, name, person).status_code == 302
    events = StaffEvent.objects.order_by("pk")
    assert [event.verb for event in events] == [
        StaffVerb.ROLE_CHANGED,
        StaffVerb.SUSPENDED,
        StaffVerb.REACTIVATED,
    ]
    assert {(event.actor, event.subject, event.partner) for event in events} == {
        (admin, person, person.partner)
    }
    assert events[0].detail == {"from": Caseworker.code, "to": Supervisor.code}


def test_a_partner_admin_meets_other_partners_people_as_a_stranger(page: Client) -> None:
    for stranger in (make_user(partner=make_partner()), make_portal_admin()):
        assert page.get(reverse("agencies:person", args=[stranger.pk])).status_code == 404
        for name in ACTS:
            assert act(page, name, stranger, role=Supervisor.code).status_code == 404
        stranger.refresh_from_db()
        assert stranger.is_active


def test_a_number_that_cannot_be_is_a_page_not_found(page: Client) -> None:
    assert page.get(reverse("agencies:person", args=[10**30])).status_code == 404


@pytest.mark.parametrize("role", [Officer.code, PortalAdmin.code, "emperor", "", "x" * 100_000])
def test_a_role_the_partner_does_not_have_is_refused(page: Client, person: User, role: str) -> None:
    answer = act(page, "change_role", person, role=role, seen=Caseworker.code)
    assert answer.status_code == 422
    assert "role" in answer.context["form"].errors
    person.refresh_from_db()
    assert person.role == Caseworker.code


def test_behind_the_form_a_role_the_partner_does_not_have_is_refused_too(admin: User, person: User) -> None:
    for role in (Officer.code, PortalAdmin.code):
        with pytest.raises(actions.ActRefused):
            actions.change_role(by=admin, person=person, role=role)


def test_of_two_admins_changing_a_role_the_second_is_told(page: Client, person: User) -> None:
    actions.change_role(by=make_portal_admin(), person=person, role=Supervisor.code)
    answer = act(page, "change_role", person, role=PartnerAdmin.code, seen=Caseworker.code)
    assert answer.status_code == 409
    assert "it is Supervisor now" in answer.content.decode()
    person.refresh_from_db()
    assert person.role == Supervisor.code
    (clash,) = answer.context["clashes"]
    assert (clash.now, clash.typed) == ("Supervisor", "Partner admin")
    form = answer.context["form"]
    assert (form["role"].value(), form["seen"].value()) == (PartnerAdmin.code, Supervisor.code)
    act(page, "change_role", person, role=form["role"].value(), seen=form["seen"].value())
    person.refresh_from_db()
    assert person.role == PartnerAdmin.code, "sent again beside what is there now, it counts"


def test_nobody_suspends_or_demotes_themself(page: Client, admin: User) -> None:
    for name in ("suspend", "change_role"):
        answer = act(page, name, admin, role=Caseworker.code)
        assert answer.status_code == 409
        assert "Ask another admin." in answer.content.decode()
    admin.refresh_from_db()
    assert admin.is_active
    assert admin.role == PartnerAdmin.code


def test_the_last_portal_admin_stays(client: Client) -> None:
    last = make_portal_admin()
    client.force_login(last)
    assert act(client, "suspend", last).status_code == 409
    last.refresh_from_db()
    assert last.is_active


def test_only_a_portal_admin_takes_a_partners_last_admin_away(client: Client, admin: User) -> None:
    client.force_login(make_portal_admin())
    assert act(client, "suspend", admin).status_code == 302
    admin.refresh_from_db()
    assert not admin.is_active


def test_a_portal_admin_has_no_other_role(client: Client) -> None:
    other = make_portal_admin()
    client.force_login(make_portal_admin())
    assert "form" not in client.get(reverse("agencies:person", args=[other.pk])).context
    answer = act(client, "change_role", other, role=Caseworker.code)
    assert answer.status_code == 422
    with pytest.raises(actions.ActRefused):
        actions.change_role(by=make_portal_admin(), person=other, role=Caseworker.code)


def test_an_admin_who_was_suspended_a_moment_ago_does_nothing_any_more(admin: User, person: User) -> None:
    stale = User.objects.get(pk=admin.pk)
    actions.suspend(by=make_portal_admin(), person=admin)
    with pytest.raises(PermissionDenied):
        actions.suspend(by=stale, person=person)


def test_case_work_gives_no_power_over_accounts(client: Client, person: User) -> None:
    colleague = make_user(partner=person.partner, role=Supervisor.code)
    client.force_login(colleague)
    assert client.get(reverse("agencies:person", args=[person.pk])).status_code == 403
    for name in ACTS:
        assert act(client, name, person).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.suspend(by=colleague, person=person)


def test_the_page_offers_what_can_be_done(page: Client, admin: User, person: User) -> None:
    address = reverse("agencies:person", args=[person.pk])
    assert reverse("agencies:suspend", args=[person.pk]) in page.get(address).content.decode()
    act(page, "suspend", person)
    text = page.get(address).content.decode()
    assert reverse("agencies:reactivate", args=[person.pk]) in text
    assert reverse("agencies:suspend", args=[person.pk]) not in text
    own = page.get(reverse("agencies:person", args=[admin.pk])).content.decode()
    assert "This is your own account." in own
    assert reverse("agencies:suspend", args=[admin.pk]) not in own


def side_by_side(*acts: Callable[[], object]) -> list[BaseException | None]:
    """Run the acts at the same moment; what each raised."""
    start, raised = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            start.wait()
            act()
        except BaseException as error:
            raised[number] = error  # type: ignore[call-overload]  # filled by the threads
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised  # type: ignore[return-value]  # filled by the threads


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of_portal", [True, False])
def test_two_admins_suspending_each_other_leave_one(of_portal: bool) -> None:
    partner = None if of_portal else make_partner()
    role = PortalAdmin.code if of_portal else PartnerAdmin.code
    one, two = make_user(partner=partner, role=role), make_user(partner=partner, role=role)
    raised = side_by_side(
        lambda: actions.suspend(by=one, person=two), lambda: actions.suspend(by=two, person=one)
    )
    assert [type(error) for error in raised if error] == [PermissionDenied]
    assert User.objects.filter(is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_admins_inviting_the_same_person_send_one_invitation() -> None:
    one, two = make_portal_admin(), make_portal_admin()
    partner = make_partner()

    def inviting(by: User) -> Callable[[], object]:
        return lambda: actions.invite(
            by=by,
            partner=partner,
            email="new@example.org",
            full_name="New Person",
            role=Caseworker.code,
            language="en",
        )

    raised = side_by_side(inviting(one), inviting(two))
    assert [type(error) for error in raised if error] == [actions.ActRefused]
    assert StaffEvent.objects.count() == 1


@pytest.mark.parametrize("people", [1, 25])
def test_the_page_of_a_partner_asks_the_same_number_of_questions_for_one_and_for_many(
    client: Client, ngo: Partner, django_assert_num_queries, people: int
) -> None:
    boss = make_portal_admin()
    for number in range(people):
        person = make_user(partner=ngo)
        actions.suspend(by=boss, person=person)
        actions.invite(
            by=boss,
            partner=ngo,
            email=f"new{number}@example.org",
            full_name="New Person",
            role=Caseworker.code,
            language="en",
        )
    client.force_login(boss)
    with django_assert_num_queries(
        14
    ):  # session, reader, partner, former names, successor, agreement, steps, offices, who is on duty, days, people, invitations, events, bell
        client.get(reverse("agencies:partner", args=["SP"]))
    person = User.objects.filter(partner=ngo)[0]
    with django_assert_num_queries(
        9
    ):  # session, reader, person, conduct, absence, events, wish for a reset, second factor, bell
        client.get(reverse("agencies:person", args=[person.pk]))


@pytest.mark.parametrize("shut_out", ["suspend", "demote"])
def test_whoever_may_not_invite_any_more_does_not_come_back_through_a_link_of_their_own(
    client: Client, ngo: Partner, admin: User, shut_out: str
) -> None:
    boss = make_portal_admin()
    _theirs, token = make_invitation(partner=ngo, by=admin)
    make_invitation(partner=ngo, by=boss, email="other@example.org")
    if shut_out == "suspend":
        actions.suspend(by=boss, person=admin)
    else:
        actions.change_role(by=boss, person=admin, role=Caseworker.code)
    assert [row.email for row in Invitation.objects.open()] == ["other@example.org"]
    assert StaffEvent.objects.get(verb=StaffVerb.REVOKED).actor == boss
    answer = client.get(reverse("agencies:invitation", args=[token]), follow=True)
    assert answer.status_code == 410


def test_an_invitation_that_another_admin_sent_again_is_theirs(ngo: Partner, admin: User) -> None:
    boss = make_portal_admin()
    invitation, _token = make_invitation(partner=ngo, by=admin)
    Invitation.objects.update(expires_at=invitation.expires_at - timedelta(hours=1))
    actions.resend(by=boss, invitation=invitation)
    actions.suspend(by=boss, person=admin)
    assert Invitation.objects.open().get().invited_by == boss
