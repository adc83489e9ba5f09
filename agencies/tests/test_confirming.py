"""Reference data that no source confirms, and confirming it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions
from agencies.choices import PartnerKind, SourceStatus, StaffVerb
from agencies.models import Deadline, Partner, StaffEvent, Topic
from agencies.reference_kinds import KINDS, kind_of, summary, title

from .factories import (
    make_district,
    make_mandate,
    make_office,
    make_outcome,
    make_partner,
    make_province,
    make_regency,
    make_topic,
)

pytestmark = pytest.mark.django_db

LIST = "/partners/unconfirmed/"


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def topic() -> Topic:
    return make_topic(code="UPAH", name_id="Upah", source="background", source_status=SourceStatus.INFERRED)


def today() -> str:
    return timezone.localdate().isoformat()


def confirm(page: Client, row: Any, **fields: Any):
    address = reverse("agencies:confirm", args=[kind_of(row).code, row.pk])
    return page.post(address, {"source": "Letter 12/2026", "on": today()} | fields)


def test_unconfirmed_rows_are_counted_and_listed_kind_by_kind(page: Client, topic: Topic) -> None:
    make_topic(source_status=SourceStatus.VERIFIED)
    make_topic(source_status=SourceStatus.UNCONFIRMED, retired_at=timezone.now())
    make_partner(code="DOUBT", name_id="Ragu", source_status=SourceStatus.UNCONFIRMED)
    first = page.get(LIST)
    assert [tab["count"] for tab in first.context["tabs"]][:4] == [1, 0, 0, 1]
    assert [item["title"] for item in first.context["rows"]] == ["Ragu"]
    topics = page.get(LIST, {"kind": "topic"})
    assert [item["title"] for item in topics.context["rows"]] == ["Upah"]
    assert "background" in topics.content.decode()
    assert [item["title"] for item in page.get(LIST, {"kind": "topic", "q": "upa"}).context["rows"]] == [
        "Upah"
    ]
    assert "No row matches" in page.get(LIST, {"kind": "topic", "q": "zzz"}).content.decode()


def test_when_all_is_confirmed_the_page_says_so(page: Client) -> None:
    assert "Everything is confirmed" in page.get(LIST).content.decode()


def test_a_row_is_confirmed_with_source_and_day(page: Client, boss: User, topic: Topic) -> None:
    assert confirm(page, topic).headers["Location"] == f"{LIST}?kind=topic"
    topic.refresh_from_db()
    assert not topic.needs_confirmation
    assert (topic.confirmed_by, topic.confirmed_source) == (boss.email, "Letter 12/2026")
    assert topic.confirmed_at is not None
    assert timezone.localdate(topic.confirmed_at) == timezone.localdate()
    event = StaffEvent.objects.get()
    assert (event.verb, event.actor) == (StaffVerb.CONFIRMED, boss)
    assert event.detail == {"kind": "topic", "code": "UPAH"}


def test_the_form_sent_twice_confirms_once(page: Client, topic: Topic) -> None:
    assert [confirm(page, topic).status_code for _ in range(2)] == [302, 302]
    assert StaffEvent.objects.count() == 1


def test_of_two_admins_confirming_the_second_reads_who_did(page: Client, topic: Topic) -> None:
    other = make_portal_admin(email="other@example.org")
    actions.confirm(by=other, rows=[topic], source="A call", on=timezone.localdate())
    answer = confirm(page, topic)
    assert answer.status_code == 409
    assert "was confirmed by other@example.org meanwhile" in answer.content.decode()
    topic.refresh_from_db()
    assert topic.confirmed_source == "A call"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", ""),
        ("source", " "),
        ("source", "x" * 1_000_000),
        ("source", "a\x00b"),
        ("on", ""),
        ("on", "yesterday"),
        ("on", "2026-02-30"),
        ("on", "1826-01-01"),
        ("on", "9999-12-31"),
        ("on", (timezone.now() + timedelta(days=3)).date().isoformat()),
    ],
)
def test_what_is_wrong_is_told_at_its_field(page: Client, topic: Topic, field: str, value: str) -> None:
    answer = confirm(page, topic, **{field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    topic.refresh_from_db()
    assert topic.confirmed_at is None


def test_one_source_confirms_an_office_and_its_mandates_together(page: Client) -> None:
    doha = make_partner(
        code="KBRI_DOHA", kind=PartnerKind.MISSION, source_status=SourceStatus.UNCONFIRMED, country="QA"
    )
    one = make_mandate(partner=doha, country="QA", source_status=SourceStatus.UNCONFIRMED)
    two = make_mandate(partner=doha, country="BH", source_status=SourceStatus.UNCONFIRMED)
    other = make_mandate(country="BH", source_status=SourceStatus.UNCONFIRMED)
    assert confirm(page, doha, also=[f"mandate:{other.pk}"]).status_code == 422
    assert confirm(page, doha, also=[f"mandate:{one.pk}"]).status_code == 302
    for row, confirmed in ((doha, True), (one, True), (two, False), (other, False)):
        row.refresh_from_db()
        assert (row.confirmed_at is not None) is confirmed
    assert confirm(page, two).status_code == 302
    assert StaffEvent.objects.filter(partner=doha).count() == 3


def test_a_confirmation_is_taken_back(page: Client, topic: Topic) -> None:
    confirm(page, topic)
    address = reverse("agencies:confirm", args=["topic", "UPAH"])
    take_back = reverse("agencies:take_back", args=["topic", "UPAH"])
    assert take_back in page.get(address).content.decode()
    for _ in range(2):
        assert page.post(take_back).status_code == 302
    topic.refresh_from_db()
    assert topic.needs_confirmation
    assert (topic.confirmed_by, topic.confirmed_source) == ("", "")
    assert StaffEvent.objects.filter(verb=StaffVerb.UNCONFIRMED).count() == 1


@pytest.mark.parametrize(
    ("kind", "row"), [("topic", "NONE"), ("emperor", "UPAH"), ("partner", "abc"), ("mandate", "9" * 30)]
)
def test_a_row_that_cannot_be_is_a_page_not_found(page: Client, topic: Topic, kind: str, row: str) -> None:
    assert page.get(reverse("agencies:confirm", args=[kind, row])).status_code == 404
    assert page.post(reverse("agencies:take_back", args=[kind, row])).status_code == 404


@pytest.mark.parametrize("query", [{"kind": "emperor"}, {"page": "99"}, {"q": "x" * 1_000}, {"q": "\x00"}])
def test_odd_addresses_break_nothing(page: Client, topic: Topic, query: dict[str, str]) -> None:
    assert page.get(LIST, query).status_code == 200


def test_only_portal_admins_confirm(client: Client, topic: Topic) -> None:
    admin = make_user(partner=make_partner(), role=PartnerAdmin.code)
    client.force_login(admin)
    assert client.get(LIST).status_code == 403
    assert confirm(client, topic).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.confirm(by=admin, rows=[topic], source="x", on=timezone.localdate())
    with pytest.raises(PermissionDenied):
        actions.take_back(by=admin, row=topic)


def one_of_each() -> list[Any]:
    deadline = Deadline.objects.create(
        code="ACT", topic="referral", duty="act", value=24, unit="hours", basis="practice"
    )
    mandate = make_mandate(country="MY", district=make_district(code="MY-JOHOR"))
    return [
        mandate.partner,
        mandate,
        mandate.district,
        make_topic(),
        make_outcome(),
        deadline,
        make_province(),
        make_regency(),
        make_office(partner=mandate.partner),
    ]


def test_every_kind_of_row_is_told_in_words_and_can_be_confirmed(page: Client) -> None:
    rows = one_of_each()
    assert [kind_of(row).code for row in rows] == list(KINDS)
    for row in rows:
        type(row).objects.update(source_status=SourceStatus.UNCONFIRMED)
    for row in rows:
        assert title(row)
        assert summary(row)
        assert page.get(LIST, {"kind": kind_of(row).code, "q": "a"}).status_code == 200
        assert page.get(reverse("agencies:confirm", args=[kind_of(row).code, row.pk])).status_code == 200
        assert confirm(page, row).status_code == 302
        row.refresh_from_db()
        assert row.confirmed_at is not None


@pytest.mark.parametrize("rows", [1, 25])
def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(
    page: Client, django_assert_num_queries, rows: int
) -> None:
    for number in range(rows):
        district = make_district(code=f"MY-PART-{number}")
        make_mandate(country="MY", district=district, source_status=SourceStatus.UNCONFIRMED)
    with django_assert_num_queries(3 + len(KINDS) + 1):  # session, reader, bell; a count each; the rows
        assert len(page.get(LIST, {"kind": "mandate"}).context["rows"]) == rows


def test_a_confirmed_partner_is_not_marked_any_more(page: Client) -> None:
    doubt = make_partner(code="DOUBT", source_status=SourceStatus.UNCONFIRMED)
    address = reverse("agencies:partner", args=["DOUBT"])
    assert "Not confirmed by any source" in page.get(address).content.decode()
    confirm(page, doubt)
    assert "Not confirmed by any source" not in page.get(address).content.decode()
    assert Partner.objects.unconfirmed().count() == 0


def test_rows_are_locked_in_the_order_of_the_loader_so_that_neither_waits_for_the_other(boss: User) -> None:
    partner = make_partner(source_status=SourceStatus.UNCONFIRMED)
    mandates = [
        make_mandate(partner=partner, source_status=SourceStatus.UNCONFIRMED, country=c) for c in ("MY", "SG")
    ]
    with CaptureQueriesContext(connection) as queries:
        actions.confirm(
            by=boss, rows=[*reversed(mandates), partner], source="Letter", on=timezone.localdate()
        )
    locks = [q["sql"] for q in queries if "FOR NO KEY UPDATE" in q["sql"]]
    tables = [sql.split('FROM "')[1].split('"')[0] for sql in locks]
    assert tables == ["agencies_partner", "agencies_mandate", "agencies_mandate"]
    assert f"= {mandates[0].pk} " in locks[1]
