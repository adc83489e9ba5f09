"""The bell, and the list behind it."""

import pytest
from django.urls import reverse

from accounts.tests.factories import make_portal_admin, make_user
from agencies.tests.factories import make_partner
from notifications import actions
from notifications.choices import Kind
from notifications.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_user(partner=make_partner())


@pytest.fixture
def mine(client, person):
    client.force_login(person)
    return client


def tell(person, number: int = 1, path: str = "/inbox/") -> None:
    for count in range(number):
        actions.notify([person], kind=Kind.REFERRAL_ACCEPTED, reference=f"SP-2026-{count:06d}/R1", path=path)


def test_the_bell_shows_how_many_are_unread(mine, person):
    tell(person, 2)
    page = mine.get(reverse("notifications:bell"))
    assert "2 unread" in page.text
    assert "<html" not in page.text


def test_the_bell_answers_304_while_nothing_changes(mine, person, django_assert_num_queries):
    first = mine.get(reverse("notifications:bell"))
    etag = first["ETag"]
    with django_assert_num_queries(3):  # session, person, count
        again = mine.get(reverse("notifications:bell"), headers={"If-None-Match": etag})
    assert again.status_code == 304
    tell(person)
    assert mine.get(reverse("notifications:bell"), headers={"If-None-Match": etag}).status_code == 200


def test_the_bell_of_somebody_else_has_another_etag(mine, client):
    first = mine.get(reverse("notifications:bell"))["ETag"]
    client.force_login(make_portal_admin())
    assert client.get(reverse("notifications:bell"))["ETag"] != first


def test_more_than_99_are_not_counted(mine, person):
    tell(person)
    row = Notification.objects.get()
    Notification.objects.bulk_create(
        Notification(recipient=person, kind=row.kind, reference="x", path="/") for _number in range(130)
    )
    assert "99+" in mine.get(reverse("notifications:bell")).text


def test_the_list_shows_the_newest_first_and_marks_the_unread(mine, person):
    tell(person, 2)
    page = mine.get(reverse("notifications:list")).text
    assert page.index("SP-2026-000001/R1 was accepted") < page.index("SP-2026-000000/R1 was accepted")
    assert page.count("is-unread") == 2


@pytest.mark.parametrize("number", [1, 25])
def test_the_list_takes_the_same_queries_however_long(mine, person, number, django_assert_num_queries):
    tell(person, number)
    with django_assert_num_queries(4):  # session, person, list, count
        mine.get(reverse("notifications:list"))


def test_an_empty_list_says_what_will_stand_there(mine):
    assert "No notice yet" in mine.get(reverse("notifications:list")).text


def test_opening_one_leads_to_its_page_and_marks_it_read(mine, person):
    tell(person, 2, path="/inbox/")
    row = Notification.objects.first()
    assert row is not None
    answer = mine.get(reverse("notifications:open", args=[row.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/")
    assert not Notification.objects.unread().exists(), "both lead there"


def test_a_strangers_message_is_not_found(mine):
    tell(make_user(partner=make_partner()))
    row = Notification.objects.get()
    assert mine.get(reverse("notifications:open", args=[row.pk])).status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_all_can_be_marked_read_at_once_but_only_ones_own(mine, person):
    other = make_user(partner=make_partner())
    tell(person, 3)
    tell(other)
    answer = mine.post(reverse("notifications:read"), follow=True)
    assert "All messages are marked as read." in answer.text
    assert [row.recipient for row in Notification.objects.unread()] == [other]
    assert mine.get(reverse("notifications:read")).status_code == 405


@pytest.mark.parametrize("pk", [0, 2**31, 2**63])
def test_odd_numbers_are_not_found(mine, pk):
    assert mine.get(f"/notifications/{pk}/").status_code == 404
