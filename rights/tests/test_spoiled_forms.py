"""Forms that no page of ours sends get a sentence, or nothing at all, and never an error page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_portal_admin
from cases.models import Case
from cases.tests.factories import make_case
from rights.models import DataRequest

from .factories import make_breach, make_granted, make_request, make_supervisor
from .test_request_pages import typed, url

pytestmark = pytest.mark.django_db
ODD = ["A\x00B", "99999999999999999999", "-1", "٣", "x" * 5000]


@pytest.fixture
def case() -> Case:
    return make_case()


@pytest.mark.parametrize("odd", ODD, ids=ascii)
@pytest.mark.parametrize("name", ["cases", "kind", "asked_by", "channel", "received_at", "contact", "key"])
def test_writing_a_request_down(client: Client, case: Case, name: str, odd: str) -> None:
    client.force_login(case.created_by)
    data: dict[str, Any] = typed(case, **{name: odd})
    answer = client.post(reverse("rights:receive", args=[case.reference]), data)
    assert answer.status_code in (302, 422)
    assert answer.status_code == 422 or name in ("key", "contact")


@pytest.mark.parametrize("odd", ODD, ids=ascii)
@pytest.mark.parametrize("name", ["identify", "decide", "tell", "carry_out", "export"])
def test_a_step(client: Client, case: Case, name: str, odd: str) -> None:
    request, boss = (
        make_granted("correction", case=case) if name == "carry_out" else (make_request(case=case), None)
    )
    client.force_login(boss or make_supervisor(case))
    data = dict.fromkeys(("version", "key", "way", "note", "decision", "channel", "corrected"), odd)
    assert client.post(url(request, name), data).status_code in (403, 409, 422)
    assert DataRequest.objects.get().version == request.version


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_the_list_of_a_breach(client: Client, odd: str) -> None:
    breach = make_breach()
    client.force_login(make_portal_admin())
    for data in ({"case": odd}, {"typed": odd}):
        assert client.post(f"{breach.get_absolute_url()}notices/", data).status_code == 422
    hours = {"since": odd, "until": odd, "email": odd}
    assert client.post(f"{breach.get_absolute_url()}candidates/", hours).status_code == 422
    assert (
        client.post(
            f"{breach.get_absolute_url()}edit/", dict.fromkeys(("found_at", "people", "groups"), odd)
        ).status_code
        == 422
    )


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_addresses(client: Client, case: Case, odd: str) -> None:
    client.force_login(make_supervisor(case))
    for query in ({"tab": odd}, {"page": odd}):
        assert client.get(reverse("rights:requests"), query).status_code in (200, 404)
    assert client.post(reverse("rights:confirm"), {"erasure": odd}).status_code == 302
