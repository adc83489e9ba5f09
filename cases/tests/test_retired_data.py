"""A topic that is out of use is not offered to new cases, and old ones go on showing it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from agencies.models import Topic
from agencies.tests.factories import make_partner, make_topic
from cases.tests.factories import make_case

pytestmark = pytest.mark.django_db


def test_a_retired_topic_is_offered_to_no_new_case_and_stays_on_the_old_one(client: Client) -> None:
    topic = make_topic(code="UPAH_LAMA", name_en="Wages of old")
    person = make_user(partner=make_partner())
    case = make_case(by=person, topics=[topic])
    client.force_login(person)
    assert "Wages of old" in client.get(reverse("cases:new")).text
    Topic.objects.update(retired_at=timezone.now())
    assert "Wages of old" not in client.get(reverse("cases:new")).text
    assert "Wages of old" in client.get(case.get_absolute_url()).text
