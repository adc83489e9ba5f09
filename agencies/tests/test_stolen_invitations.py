"""Invitations in the wrong hands: replayed, raced, overheard."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import PartnerAdmin, Supervisor
from accounts.tests.factories import PASSWORD, make_portal_admin, make_user
from administration.tests.at_once import Begun, wait_for_a_lock_that_is_asked_for
from agencies import actions
from agencies.models import Invitation

from .factories import make_partner
from .inviting import NEW, make_invitation

WELCOME = reverse("agencies:welcome")
GOOD = {"full_name": "Melati Contoh", "password": PASSWORD, "password_again": PASSWORD}


@pytest.fixture
def invitation() -> tuple[Invitation, str]:
    return make_invitation(partner=make_partner())


def follow(client: Client, token: str) -> None:
    client.get(reverse("agencies:invitation", args=[token]))


@pytest.mark.django_db
def test_a_form_opened_before_the_link_was_used_makes_no_second_account(
    invitation: tuple[Invitation, str],
) -> None:
    thief, guest = Client(), Client()
    for browser in (thief, guest):
        follow(browser, invitation[1])
        assert browser.get(WELCOME).status_code == 200
    guest.post(WELCOME, GOOD)
    answer = thief.post(WELCOME, GOOD | {"full_name": "Somebody Else", "password": "x" * 20})
    assert answer.status_code == 410
    person = User.objects.get(email=NEW)
    assert person.full_name == "Melati Contoh"
    assert person.check_password(PASSWORD)


@pytest.mark.django_db
def test_the_session_that_accepted_holds_nothing_to_replay(invitation: tuple[Invitation, str]) -> None:
    guest = Client()
    follow(guest, invitation[1])
    guest.post(WELCOME, GOOD)
    guest.post(reverse("account_logout"))
    assert guest.post(WELCOME, GOOD).status_code == 410
    assert User.objects.filter(email=NEW).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_make_one_account(invitation: tuple[Invitation, str]) -> None:
    start, outcomes = Barrier(2), []

    def accept(name: str) -> None:
        start.wait()
        try:
            person = actions.accept(token_hash=invitation[0].token_hash, password=PASSWORD, full_name=name)
            outcomes.append(person.full_name)
        except actions.ActRefused:
            outcomes.append("")
        connection.close()

    both = [Thread(target=accept, args=(name,)) for name in ("First", "Second")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    winner = User.objects.get(email=NEW).full_name
    assert sorted(outcomes) == ["", winner]


@pytest.mark.django_db
def test_no_page_sends_the_token_on_in_its_referer(invitation: tuple[Invitation, str]) -> None:
    guest = Client()
    answer = guest.get(reverse("agencies:invitation", args=[invitation[1]]))
    assert (answer.status_code, answer.content) == (302, b"")
    assert invitation[1] not in str(answer.headers)
    page = guest.get(WELCOME)
    assert invitation[1] not in page.content.decode()
    assert {answer.headers["Referrer-Policy"], page.headers["Referrer-Policy"]} <= {
        "same-origin",
        "no-referrer",
    }


@pytest.mark.django_db
def test_a_link_that_was_overheard_is_dead_once_it_is_withdrawn(invitation: tuple[Invitation, str]) -> None:
    thief = Client()
    follow(thief, invitation[1])
    actions.revoke(by=invitation[0].invited_by, invitation=invitation[0])
    assert thief.post(WELCOME, GOOD).status_code == 410
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.django_db
def test_accepting_makes_a_new_session_that_is_listed_and_has_a_clock(
    invitation: tuple[Invitation, str],
) -> None:
    guest = Client()
    follow(guest, invitation[1])
    before = guest.cookies["pmi_session"].value
    guest.post(WELCOME, GOOD)
    assert guest.cookies["pmi_session"].value != before
    listed = guest.get(reverse("accounts:sessions")).context["sessions"]
    assert [session.current for session in listed] == [True]


@pytest.mark.django_db(transaction=True)
def test_an_invitation_does_not_outlive_the_right_of_whoever_writes_it() -> None:
    """Whoever is just losing the role writes one to themself, under another address."""
    partner = make_partner()
    boss, admin = make_portal_admin(), make_user(partner=partner, role=PartnerAdmin.code)
    with transaction.atomic():
        actions.change_role(by=boss, person=admin, role=Supervisor.code)
        inviting = Begun(lambda: make_invitation(partner=partner, by=admin, role=PartnerAdmin.code))
        wait_for_a_lock_that_is_asked_for()
    with pytest.raises(PermissionDenied):
        _ = inviting.result
    assert not Invitation.objects.open().exists()
