"""Reading no more of the rows beside a row than a page says of them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.narrow import NAME, narrowed

from .factories import make_partner

pytestmark = pytest.mark.django_db


def test_of_the_rows_beside_a_row_only_what_was_named_is_read():
    person: Any = make_user(partner=make_partner())
    found: Any
    [found] = narrowed(User.objects.filter(pk=person.pk), partner=NAME)
    assert found.get_deferred_fields() == set()
    with CaptureQueriesContext(connection) as asked:
        assert found.partner.name == person.partner.name
    assert not asked.captured_queries
    assert {"city", "phone", "letterhead"} <= found.partner.get_deferred_fields()


def test_what_was_not_named_is_read_when_it_is_asked_for():
    person: Any = make_user(partner=make_partner())
    found: Any
    [found] = narrowed(User.objects.filter(pk=person.pk), partner=NAME)
    assert found.partner.city == person.partner.city
