"""What a list page asks of the database, counted in a request as browsers make it, in a transaction of its own."""

from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from privacy.acting import as_portal
from referrals.tests.factories import make_referral_in

from .test_lists import copies

pytestmark = pytest.mark.django_db(transaction=True)

AROUND = ("BEGIN", "COMMIT")


@pytest.mark.parametrize("number", [1, 100])
def test_a_list_page_asks_nine_times_in_all_for_one_row_and_for_a_hundred(number):
    with as_portal():
        referral, officer = make_referral_in("clarifying")
        copies(referral, number - 1)
    asked: Counter[str] = Counter()
    for person, address in (
        (referral.created_by, reverse("cases:list")),
        (referral.created_by, reverse("referrals:sent") + "?tab=all"),
        (officer, reverse("referrals:inbox") + "?tab=all"),
    ):
        client = Client()
        client.force_login(person)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address)
        assert page.context["rows"]
        statements = [query["sql"].strip() for query in captured.captured_queries]
        asked[address] = len([sql for sql in statements if sql not in AROUND])
    assert set(asked.values()) == {9}
