"""Every quarter each partner's admin confirms each person, or suspends them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions, reviewing
from agencies.choices import ReviewStage, StaffVerb
from agencies.models import Partner, ReviewAnswer, ReviewReminder, StaffEvent
from notifications.choices import Kind
from notifications.models import Notification

from .factories import make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Partner:
    return make_partner(code="SP", name_id="Suara Perempuan")


def there_before(**fields: Any) -> User:
    """Somebody who was there before this quarter began."""
    person = make_user(**fields)
    User.objects.filter(pk=person.pk).update(date_joined=reviewing.current().starts - timedelta(days=40))
    person.refresh_from_db()
    return person


@pytest.fixture
def admin(partner: Partner) -> User:
    return there_before(partner=partner, role=PartnerAdmin.code)


@pytest.fixture
def person(partner: Partner) -> User:
    return there_before(partner=partner, full_name="Melati Contoh")


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


ADDRESS = "/partners/SP/review/"


def confirm(client: Client, *people: User, batch: object = "") -> str:
    fields = {"person": [person.pk for person in people], "quarter": reviewing.current().name, "batch": batch}
    return client.post(ADDRESS + "confirm/", fields, follow=True).text


@pytest.mark.parametrize(
    ("moment", "name", "starts", "ends"),
    [
        (datetime(2026, 11, 26, tzinfo=UTC), "2026-Q4", "2026-10-01", "2027-01-01"),
        (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), "2026-Q4", "2026-10-01", "2027-01-01"),
        (datetime(2026, 12, 31, 17, tzinfo=UTC), "2027-Q1", "2027-01-01", "2027-04-01"),
        (datetime(2027, 9, 30, 12, tzinfo=UTC), "2027-Q3", "2027-07-01", "2027-10-01"),
    ],
)
def test_a_quarter_begins_at_midnight_in_jakarta(moment: datetime, name: str, starts: str, ends: str) -> None:
    quarter = reviewing.quarter_of(moment)
    assert (quarter.name, quarter.starts.isoformat(), quarter.ends.isoformat()) == (
        name,
        f"{starts}T00:00:00+07:00",
        f"{ends}T00:00:00+07:00",
    )


def test_the_page_shows_everybody_and_what_is_open(page: Client, person: User, partner: Partner) -> None:
    make_user(partner=partner, full_name="Newly Joined")
    shown = page.get(ADDRESS).text
    assert "Melati Contoh" in shown
    assert "Confirm the one who is shown" in shown
    assert "new, nothing to confirm yet" in shown
    assert "you: another admin confirms you" in shown


def test_one_click_confirms_and_another_takes_it_back(page: Client, person: User, admin: User) -> None:
    batch = uuid4()
    assert "1 person is confirmed." in confirm(page, person, batch=batch)
    answer = ReviewAnswer.objects.get()
    assert (answer.person, answer.by, answer.quarter) == (person, admin, reviewing.current().name)
    undone = page.post(ADDRESS + "undo/", {"batch": batch, "quarter": answer.quarter}, follow=True).text
    assert "1 person is not confirmed any more." in undone
    assert not ReviewAnswer.objects.exists()
    assert list(StaffEvent.objects.values_list("verb", flat=True)) == [StaffVerb.STAFF_CONFIRMED] * 2


def test_all_that_are_shown_are_confirmed_at_once_and_a_double_click_is_once(
    page: Client, partner: Partner, person: User
) -> None:
    people = [person, *(there_before(partner=partner) for _number in range(3))]
    assert "Confirm all 4 who are shown" in page.get(ADDRESS).text
    batch = uuid4()
    for _time in range(2):
        confirm(page, *people, batch=batch)
    assert ReviewAnswer.objects.count() == 4
    assert "Everybody shown here is confirmed" in page.get(ADDRESS).text


def test_nobody_confirms_themself_or_people_of_another_partner(page: Client, admin: User) -> None:
    elsewhere = make_partner()
    stranger = there_before(partner=elsewhere)
    confirm(page, admin, stranger)
    assert not ReviewAnswer.objects.exists()
    assert page.get(f"/partners/{elsewhere.code}/review/").status_code == 404
    with pytest.raises(PermissionDenied):
        actions.confirm_staff(
            by=admin,
            partner=elsewhere,
            people=[stranger.pk],
            quarter=reviewing.current().name,
            batch=uuid4(),
        )


def test_whoever_moves_is_confirmed_by_the_new_partner_as_well(page: Client, person: User) -> None:
    confirm(page, person)
    elsewhere = make_partner()
    User.objects.filter(pk=person.pk).update(partner=elsewhere)
    there, quarter = there_before(partner=elsewhere, role=PartnerAdmin.code), reviewing.current()
    assert person in reviewing.to_confirm(quarter)
    page.force_login(there)
    assert "Confirm the one who is shown" in page.get(f"/partners/{elsewhere.code}/review/").text
    people, batch = [person.pk], uuid4()
    assert actions.confirm_staff(
        by=there, partner=elsewhere, people=people, quarter=quarter.name, batch=batch
    )
    assert person not in reviewing.to_confirm(quarter)


def test_a_page_of_the_last_quarter_confirms_nobody(page: Client, person: User) -> None:
    told = page.post(ADDRESS + "confirm/", {"person": person.pk, "quarter": "2020-Q1"}, follow=True).text
    assert "This quarter is over" in told
    assert not ReviewAnswer.objects.exists()


def test_spoiled_numbers_confirm_nobody(page: Client) -> None:
    for odd in ("x", "-1", "9" * 30, "\0"):
        fields = {"person": odd, "quarter": reviewing.current().name, "batch": odd, "page": odd}
        assert page.post(ADDRESS + "confirm/", fields).status_code in (302, 400)
        assert page.post(ADDRESS + "undo/", fields).status_code in (302, 400)


def test_whoever_has_left_is_suspended_from_the_page(page: Client, person: User) -> None:
    told = page.post(f"{ADDRESS}{person.pk}/suspend/", follow=True).text
    assert "is suspended and signed out everywhere" in told
    person.refresh_from_db()
    assert not person.is_active
    assert "Melati Contoh" not in page.get(ADDRESS).text.split("</h1>")[1].split("<tbody>")[1]


def test_the_portals_admin_sees_who_has_not_answered(
    client: Client, person: User, admin: User, partner: Partner
) -> None:
    client.force_login(make_portal_admin())
    assert "Suara Perempuan" in client.get(reverse("agencies:reviews")).text
    actions.confirm_staff(
        by=admin, partner=partner, people=[person.pk], quarter=reviewing.current().name, batch=uuid4()
    )
    assert "Suara Perempuan" in client.get(reverse("agencies:reviews")).text  # the admin is not confirmed yet
    confirm(client, admin)
    assert "Every partner has answered" in client.get(reverse("agencies:reviews")).text


def test_admins_are_reminded_once_at_each_stage_whenever_the_worker_comes_to_it(
    person: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = reviewing.quarter_of(timezone.now())
    quarter = reviewing.Quarter(now.name, now.starts, timezone.now() + timedelta(days=30))
    monkeypatch.setattr(reviewing, "current", lambda: quarter)
    assert (reviewing.remind(), reviewing.remind()) == (1, 0)
    ending = reviewing.Quarter(now.name, now.starts, timezone.now() + timedelta(days=13))
    monkeypatch.setattr(reviewing, "current", lambda: ending)
    assert (reviewing.remind(), reviewing.remind()) == (1, 0)
    told = Notification.objects.filter(recipient=admin).order_by("pk")
    assert list(told.values_list("kind", "reference", "path")) == [
        (Kind.REVIEW_BEGUN, now.name, ADDRESS),
        (Kind.REVIEW_ENDS, now.name, ADDRESS),
    ]
    assert set(ReviewReminder.objects.values_list("stage", flat=True)) == set(ReviewStage.values)


def test_a_partner_that_has_answered_is_not_reminded(person: User, admin: User, partner: Partner) -> None:
    for by, who in ((admin, person), (make_portal_admin(), admin)):
        actions.confirm_staff(
            by=by, partner=partner, people=[who.pk], quarter=reviewing.current().name, batch=uuid4()
        )
    assert reviewing.remind() == 0


def test_the_page_asks_the_same_number_of_questions_for_one_and_for_many(
    page: Client, partner: Partner, person: User, django_assert_num_queries
) -> None:
    page.get(ADDRESS)
    with django_assert_num_queries(6):
        page.get(ADDRESS)
    for _number in range(20):
        there_before(partner=partner)
    with django_assert_num_queries(6):
        page.get(ADDRESS)
