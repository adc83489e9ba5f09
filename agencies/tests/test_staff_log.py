"""The log of accounts: who reads what, and that nobody rewrites it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Caseworker, PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies.actions.shared import record
from agencies.choices import StaffVerb
from agencies.models import Invitation, Partner, StaffEvent
from agencies.timeline import LOOK

from .factories import make_partner

pytestmark = pytest.mark.django_db

LOG = "/partners/log/"


@pytest.fixture
def ngo() -> Partner:
    return make_partner(code="SP", name_id="Suara Perempuan")


@pytest.fixture
def boss() -> User:
    return make_portal_admin(full_name="Boss Contoh")


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


def titles(page: Client, **query: str) -> list[str]:
    return [entry.title for entry in page.get(LOG, query).context["entries"]]


def suspended(boss: User, partner: Partner, name: str) -> StaffEvent:
    person = make_user(partner=partner, full_name=name)
    return record(StaffVerb.SUSPENDED, by=boss, partner=partner, subject=person)


def test_a_partner_admin_reads_their_own_partners_log_only(client: Client, boss: User, ngo: Partner) -> None:
    suspended(boss, ngo, "Melati")
    suspended(boss, make_partner(), "Mawar")
    record(StaffVerb.INVITED, by=boss, partner=None, email="next@example.org", role="portal_admin")
    client.force_login(make_user(partner=ngo, role=PartnerAdmin.code))
    assert titles(client) == ["Melati suspended"]
    assert "partner" not in client.get(LOG).context["form"].fields
    assert titles(client, partner="OTHER") == ["Melati suspended"]


def test_who_works_cases_reads_no_log(client: Client, boss: User, ngo: Partner) -> None:
    worker = make_user(partner=ngo)
    suspended(boss, ngo, "Melati")
    client.force_login(worker)
    assert client.get(LOG).status_code == 403
    assert not StaffEvent.objects.visible_to(worker)
    assert not Invitation.objects.visible_to(worker)


def test_the_log_is_filtered_by_partner_person_and_what_happened(
    page: Client, boss: User, ngo: Partner
) -> None:
    suspended(boss, ngo, "Melati Contoh")
    suspended(boss, make_partner(code="OTHER"), "Mawar Contoh")
    record(StaffVerb.INVITED, by=boss, partner=ngo, email="new@example.org", role=Caseworker.code)
    assert titles(page) == [
        "new@example.org invited as Caseworker",
        "Mawar Contoh suspended",
        "Melati Contoh suspended",
    ]
    assert titles(page, partner="OTHER") == ["Mawar Contoh suspended"]
    assert titles(page, verb="invited") == ["new@example.org invited as Caseworker"]
    assert titles(page, person="NEW@") == ["new@example.org invited as Caseworker"]
    assert titles(page, person="contoh melati") == ["Melati Contoh suspended"]
    assert len(titles(page, person="boss")) == 3
    assert "No entry matches" in page.get(LOG, {"person": "nobody"}).content.decode()


def test_a_long_log_is_walked_back_and_forth(page: Client, boss: User, ngo: Partner) -> None:
    person = make_user(partner=ngo)
    rows = [record(StaffVerb.SUSPENDED, by=boss, partner=ngo, subject=person) for _ in range(120)]
    keys = [row.pk for row in rows][::-1]

    def walk(address: str):
        found = page.get(address).context["page"]
        return [row.pk for row in found.rows], found

    one, first = walk(LOG + "?verb=suspended")
    two, second = walk(first.next_url)
    three, third = walk(second.next_url)
    assert one + two + three == keys
    assert (first.previous_url, third.next_url) == ("", "")
    back, middle = walk(third.previous_url)
    assert back == two
    assert walk(middle.previous_url)[0] == one
    assert "verb=suspended" in middle.previous_url


@pytest.mark.parametrize(
    "query",
    [
        {"before": "0"},
        {"before": "-5"},
        {"before": "9" * 40},
        {"after": "abc"},
        {"after": "1", "before": "1"},
        {"before": "1"},
        {"verb": "conquered"},
        {"partner": "NOBODY"},
        {"partner": "\x00"},
        {"person": "x" * 1_000},
        {"person": "a\x00b"},
    ],
)
def test_odd_addresses_break_nothing(page: Client, boss: User, ngo: Partner, query: dict[str, str]) -> None:
    suspended(boss, ngo, "Melati")
    assert page.get(LOG, query).status_code == 200


def test_an_empty_log_says_what_will_stand_there(page: Client) -> None:
    assert "Nothing has been done yet" in page.get(LOG).content.decode()


@pytest.mark.parametrize("rows", [1, 25])
def test_the_log_asks_the_same_number_of_questions_for_one_and_for_many(
    page: Client, boss: User, django_assert_num_queries, rows: int
) -> None:
    for number in range(rows):
        suspended(boss, make_partner(), f"Person {number}")
    with django_assert_num_queries(5):  # session, reader, partners to choose from, rows, bell
        page.get(LOG)


def test_the_database_refuses_to_change_or_remove_a_line(boss: User, ngo: Partner) -> None:
    event = suspended(boss, ngo, "Melati")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        StaffEvent.objects.filter(pk=event.pk).update(verb=StaffVerb.REACTIVATED)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        event.delete()


def test_every_verb_is_told_in_words(page: Client, boss: User, ngo: Partner) -> None:
    assert set(LOOK) == set(StaffVerb)
    for verb in StaffVerb:
        detail: dict[str, Any] = {
            "role": "officer",
            "from": "officer",
            "to": "supervisor",
            "fields": ["email"],
            "kind": "topic",
        }
        record(verb, by=None, partner=ngo, email="who@example.org", **detail)
    text = page.get(LOG).content.decode()
    assert "who@example.org: role changed from Officer to Supervisor" in text
    assert "Portal" in text


def test_the_log_is_linked_from_the_person_it_tells_of(page: Client, boss: User, ngo: Partner) -> None:
    event = suspended(boss, ngo, "Melati")
    assert event.subject is not None
    assert reverse("agencies:person", args=[event.subject.pk]) in page.get(LOG).content.decode()
