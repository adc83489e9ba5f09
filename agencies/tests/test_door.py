"""At the door: accounts that nobody uses, and the code of conduct."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django.fixtures import Settings

from accounts.models import KeptForm, User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions, conduct, locking, tasks
from agencies.choices import StaffVerb
from agencies.models import ConductAcceptance, StaffEvent
from cases.tests.factories import make_case
from notifications.models import Email, Notification

from .factories import make_partner

pytestmark = pytest.mark.django_db


def unused_since(person: User, days: float, *, warned: float | None = None) -> User:
    """The person as somebody who signed in so many days ago, and was perhaps warned."""
    now = timezone.now()
    User.objects.filter(pk=person.pk).update(
        date_joined=now - timedelta(days=days + 100),
        last_login=now - timedelta(days=days),
        lock_warned_at=None if warned is None else now - timedelta(days=warned),
    )
    person.refresh_from_db()
    return person


def is_locked(person: User) -> bool:
    person.refresh_from_db()
    return person.locked_at is not None


@pytest.fixture
def person() -> User:
    return make_user(partner=make_partner(), full_name="Melati Contoh")


@pytest.fixture
def admin(person: User) -> User:
    return make_user(partner=person.partner, role=PartnerAdmin.code)


@pytest.fixture
def locked(person: User) -> User:
    unused_since(person, 61, warned=11)
    assert tasks.lock_unused() == 1
    person.refresh_from_db()
    return person


# Long unused --------------------------------------------------------------------------------------


def test_a_warning_comes_once_ten_days_before(person: User) -> None:
    unused_since(person, 49)
    assert locking.look() == 0
    unused_since(person, 50.1)
    assert (locking.look(), locking.look()) == (1, 0)
    body = Email.objects.get(to=person.email).body
    with translation.override("en"):
        assert "it will be locked" in body
    assert not is_locked(person)


def test_after_sixty_days_a_warned_account_is_locked_and_logged(locked: User) -> None:
    assert locked.locked_at is not None
    event = StaffEvent.objects.get()
    assert (event.verb, event.actor, event.subject) == (StaffVerb.LOCKED_UNUSED, None, locked)


def test_nobody_is_locked_who_was_not_warned_ten_days_before(person: User) -> None:
    unused_since(person, 400)  # the sweep stood still
    assert locking.look() == 1  # warned
    assert not is_locked(person)
    unused_since(person, 400, warned=9)
    assert locking.look() == 0


def test_whoever_signs_in_after_the_warning_stays(person: User) -> None:
    unused_since(person, 5, warned=20)
    assert locking.look() == 0


def test_a_new_account_counts_from_when_it_was_made(person: User) -> None:
    User.objects.filter(pk=person.pk).update(date_joined=timezone.now() - timedelta(days=51))
    assert locking.look() == 1
    person.refresh_from_db()
    assert person.lock_warned_at is not None


def test_the_suspended_are_left_alone_and_zero_days_is_never(person: User, settings: Settings) -> None:
    unused_since(person, 400, warned=300)
    User.objects.update(is_active=False)
    assert locking.look() == 0
    User.objects.update(is_active=True)
    settings.LOCK_AFTER_DAYS = 0
    assert locking.look() == 0


def test_of_portal_admins_one_always_stays() -> None:
    admins = [unused_since(make_portal_admin(), days, warned=20) for days in (300, 200, 100)]
    locking.look()
    assert [is_locked(admin) for admin in admins] == [True, True, False]


def test_a_locked_person_is_told_kindly_and_asks_with_one_click(
    client: Client, locked: User, admin: User
) -> None:
    client.force_login(locked)
    told = client.get("/cases/", follow=True)
    assert "Your account is locked" in told.text
    assert "Nothing is lost." in told.text
    for _time in range(2):
        client.post(reverse("agencies:ask_unlock"))
    assert Notification.objects.get(recipient=admin).path == reverse("agencies:person", args=[locked.pk])


def test_where_nobody_else_manages_the_partner_the_portals_admins_are_asked(locked: User) -> None:
    boss = make_portal_admin()
    actions.ask_unlock(by=locked)
    assert Notification.objects.filter(recipient=boss).count() == 1


def test_the_admin_unlocks_with_one_click_and_it_counts_as_used(
    client: Client, locked: User, admin: User
) -> None:
    client.force_login(admin)
    page = client.get(reverse("agencies:person", args=[locked.pk])).text
    assert "locked: long unused" in page
    client.post(reverse("agencies:unlock", args=[locked.pk]))
    assert not is_locked(locked)
    assert locking.look() == 0
    client.force_login(locked)
    assert client.get("/cases/").status_code == 200


def test_an_admin_of_another_partner_unlocks_nobody(client: Client, locked: User) -> None:
    client.force_login(make_user(partner=make_partner(), role=PartnerAdmin.code))
    assert client.post(reverse("agencies:unlock", args=[locked.pk])).status_code == 404
    assert is_locked(locked)


def test_a_locked_admin_manages_nobody(admin: User, person: User) -> None:
    User.objects.filter(pk=admin.pk).update(locked_at=timezone.now())
    with pytest.raises(Exception, match=r"^$"):
        actions.suspend(by=admin, person=person)
    person.refresh_from_db()
    assert person.is_active


def test_a_locked_person_opens_no_other_page_and_no_part_of_one(client: Client, locked: User) -> None:
    case = make_case()
    client.force_login(locked)
    for address in (reverse("home"), case.get_absolute_url(), "/account/preferences/"):
        assert client.get(address).headers["Location"] == reverse("agencies:locked")
    part = client.get(reverse("notifications:bell"), headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, reverse("agencies:locked"))
    assert client.post(reverse("account_logout")).status_code == 302


# The code of conduct ------------------------------------------------------------------------------


@pytest.fixture
def required(settings: Settings) -> None:
    settings.CONDUCT_REQUIRED = True


def accept(client: Client, version: str = conduct.CURRENT) -> str:
    return client.post(reverse("agencies:accept_conduct"), {"version": version}, follow=True).request[
        "PATH_INFO"
    ]


def test_it_has_eight_to_ten_points_in_both_languages() -> None:
    said = []
    for language in ("id", "en"):
        with translation.override(language):
            points = conduct.points()
            assert 8 <= len(points) <= 10
            assert all(point.title and len(point.text) < 300 for point in points)
            said.append([point.text for point in points])
    assert not set(said[0]) & set(said[1])


def test_a_version_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        conduct.points("../../secrets")


def test_whoever_has_not_accepted_it_reads_it_first_and_goes_on_where_they_wanted(
    client: Client, person: User, required: None
) -> None:
    case = make_case(by=person)
    client.force_login(person)
    page = client.get(case.get_absolute_url(), follow=True)
    assert "Not by WhatsApp" in page.text
    assert accept(client) == case.get_absolute_url()
    accepted = ConductAcceptance.objects.get()
    assert (accepted.person, accepted.version) == (person, conduct.CURRENT)
    assert StaffEvent.objects.get().verb == StaffVerb.CONDUCT_ACCEPTED


def test_a_form_that_was_sent_waits(client: Client, person: User, required: None) -> None:
    client.force_login(person)
    client.post("/cases/new/", {"name": "Contoh"}, headers={"Sec-Fetch-Mode": "navigate"})
    assert accept(client) == reverse("accounts:kept", args=[KeptForm.objects.get().pk])


def test_accepting_twice_is_once(client: Client, person: User, required: None) -> None:
    client.force_login(person)
    for _time in range(2):
        accept(client)
    assert ConductAcceptance.objects.count() == StaffEvent.objects.count() == 1


def test_an_older_version_counts_no_more(client: Client, person: User, required: None) -> None:
    User.objects.filter(pk=person.pk).update(conduct_version="2020-1")
    client.force_login(person)
    assert client.get(reverse("home")).headers["Location"] == reverse("agencies:conduct")
    assert accept(client, "2020-1") == reverse("agencies:conduct")
    assert not ConductAcceptance.objects.exists()


def test_signing_out_and_the_language_stay_possible(client: Client, person: User, required: None) -> None:
    client.force_login(person)
    assert client.post(reverse("accounts:set_language"), {"language": "id"}).headers["Location"] != reverse(
        "agencies:conduct"
    )
    assert client.post(reverse("account_logout")).headers["Location"] == reverse("account_login")


def test_the_admin_sees_who_accepted_which_version(client: Client, person: User, admin: User) -> None:
    client.force_login(admin)
    page: Callable[[], str] = lambda: client.get(reverse("agencies:person", args=[person.pk])).text  # noqa: E731
    assert "not accepted yet" in page()
    actions.accept_conduct(by=person, version=conduct.CURRENT)
    assert f"{conduct.CURRENT} (" in page()


def test_whoever_has_accepted_it_can_read_it_again(client: Client, person: User, required: None) -> None:
    actions.accept_conduct(by=person, version=conduct.CURRENT)
    client.force_login(person)
    page = client.get(reverse("agencies:conduct")).text
    assert "You have accepted it." in page
    assert "I have read this" not in page
