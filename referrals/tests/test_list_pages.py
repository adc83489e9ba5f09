"""Pages of the inbox: each referral on one of them, whatever happens meanwhile; nobody else's, whatever the address says."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral_in

from .test_lists import copies

pytestmark = pytest.mark.django_db

INBOX, SENT = reverse("referrals:inbox"), reverse("referrals:sent")
LOST = "names a place that this list does not know"


@pytest.fixture
def officer(client):
    """Signed in, with 60 referrals in the inbox."""
    person = make_officer()
    first, _o = make_referral_in("sent", officer=person)
    copies(first, 59)
    client.force_login(person)
    return person


def shown(page):
    return [row.referral.pk for row in page.context["rows"]]


def walk(client, address, *, way="next_url"):
    """The rows of this page and of all that follow it."""
    pages = []
    while address:
        page = client.get(address)
        pages.append(shown(page))
        address = getattr(page.context["page"], way)
    return pages, page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]


@pytest.mark.parametrize("tab", ["todo", "all"])
def test_forward_and_back_each_referral_stands_on_one_page(client, officer, tab):
    for number, referral in enumerate(
        Referral.objects.order_by("pk")
    ):  # ties, and deadlines that are missing
        Referral.objects.filter(pk=referral.pk).update(
            due_at=None if number % 3 == 0 else timezone.now() + timedelta(hours=number % 5),
            urgency="urgent" if number % 4 == 0 else "normal",
        )
    forward, last = walk(client, f"{INBOX}?tab={tab}")
    assert [len(rows) for rows in forward] == [25, 25, 10]
    assert len({pk for rows in forward for pk in rows}) == 60
    back, _first = walk(client, last, way="previous_url")
    assert back == forward[::-1]


def test_what_arrives_or_goes_moves_no_other_row_to_another_page(client, officer):
    page = client.get(f"{INBOX}?tab=all")
    before, next_url = shown(page), page.context["page"].next_url
    expected = shown(client.get(next_url))
    arrived, _o = make_referral_in("sent", officer=officer)
    Referral.objects.filter(pk=before[0]).update(changed_at=timezone.now() + timedelta(hours=1))
    Referral.objects.filter(pk=before[-1]).update(changed_at=timezone.now() + timedelta(hours=1))
    assert shown(client.get(next_url)) == expected
    assert arrived.pk in shown(client.get(f"{INBOX}?tab=all"))


def test_a_page_whose_rows_have_gone_leads_to_the_first(client, officer):
    page = client.get(client.get(INBOX).context["page"].next_url)
    rest = page.context["page"].next_url
    Referral.objects.filter(pk__in=shown(client.get(rest))).update(state="clarifying")
    gone = client.get(rest)
    assert "Nothing stands here any more" in gone.text
    assert shown(client.get(gone.context["page"].first_url)) == shown(client.get(INBOX))


def test_an_altered_place_shows_the_first_page_and_says_so(client, officer):
    first = client.get(INBOX)
    address = first.context["page"].next_url
    token = address.partition("after=")[2]
    for odd in (
        token[:-1],
        token.swapcase(),
        f"{token}x",
        "x" * 5_000,
        "%00",
        "' OR 1=1",
        "e30:abc",
        "%F0%9F",
    ):
        page = client.get(f"{INBOX}?after={odd}")
        assert page.status_code == 200
        assert LOST in page.text
        assert shown(page) == shown(first)
    assert LOST not in client.get(address).text


def test_a_place_of_another_list_order_or_reader_is_none(client, officer):
    first = client.get(INBOX)
    token = first.context["page"].next_url.partition("after=")[2]
    assert LOST in client.get(f"{INBOX}?tab=all&after={token}").text
    assert LOST in client.get(f"{SENT}?after={token}").text
    other, stranger = Client(), make_officer()
    other.force_login(stranger)
    page = other.get(f"{INBOX}?after={token}")
    assert LOST in page.text
    assert shown(page) == []


@pytest.mark.parametrize(
    "values", [[], ["1"], ["x", "y", "z"], ["0", "no time", "1"], {"a": 1}, [None] * 3, 7]
)
def test_what_is_sealed_but_is_no_place_is_lost(client, officer, values):
    salt = f"place:referrals:inbox:urgency_rank,due_or_never,pk:{officer.pk}"
    odd = signing.Signer(salt=salt).sign_object(values)
    assert LOST in client.get(f"{INBOX}?after={odd}").text


def test_no_page_is_found_by_counting_rows_off(client, officer):
    with CaptureQueriesContext(connection) as asked:
        walk(client, f"{INBOX}?tab=todo")
        walk(client, f"{INBOX}?tab=all")
    assert asked.captured_queries
    assert not any(" OFFSET " in query["sql"] for query in asked.captured_queries)


def test_a_refresh_stays_on_its_page(client, officer):
    page = client.get(client.get(INBOX).context["page"].next_url)
    live = client.get(page.context["live_url"], headers={"HX-Request": "true"})
    assert shown(live) == shown(page)
    again = {"HX-Request": "true", "If-None-Match": live["ETag"]}
    assert client.get(page.context["live_url"], headers=again).status_code == 304


def test_microseconds_tell_rows_apart(client, officer):
    moment = datetime.fromisoformat("2026-03-01T00:00:00.000001+00:00")
    for number, pk in enumerate(Referral.objects.values_list("pk", flat=True)):
        Referral.objects.filter(pk=pk).update(changed_at=moment + timedelta(microseconds=number))
    pages, _last = walk(client, f"{INBOX}?tab=all")
    rows = [Referral.objects.get(pk=pk).changed_at for page in pages for pk in page]
    assert len(rows) == 60
    assert all(earlier > later for earlier, later in pairwise(rows))
