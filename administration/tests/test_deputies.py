"""Out of office: notices of those days also go to a deputy, and nothing is opened by that."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.absences import Absence, Deputies
from accounts.models import User
from accounts.roles import PartnerAdmin
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions
from agencies.choices import StaffVerb
from agencies.models import Partner, StaffEvent
from agencies.tests.factories import make_partner, make_topic
from cases.tests.factories import make_case
from notifications.actions import notify
from notifications.models import Email, Notification

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def ngo() -> Partner:
    return make_partner()


@pytest.fixture
def person(ngo: Partner) -> User:
    return make_user(partner=ngo, full_name="Contoh Melati")


@pytest.fixture
def colleague(ngo: Partner) -> User:
    return make_user(partner=ngo, full_name="Contoh Kenanga")


@pytest.fixture
def page(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def away(person: User, deputy: User, *, by: User | None = None, first: int = 0, last: int = 7) -> Absence:
    return actions.set_deputy(
        by=by or person,
        person=person,
        deputy=deputy,
        first_day=TODAY + timedelta(days=first),
        last_day=TODAY + timedelta(days=last),
    )


def told(*people: User, kind: str = "asked") -> list[User]:
    notify(people, kind=kind, reference="SP-2026-000042/R1", path="/referrals/x/")  # type: ignore[arg-type]  # a kind's value
    return [row.recipient for row in Notification.objects.order_by("pk")]


def test_notices_of_those_days_go_to_both(person: User, colleague: User) -> None:
    away(person, colleague)
    assert told(person) == [person, colleague]
    assert {mail.to for mail in Email.objects.all()} == {person.email, colleague.email}


@pytest.mark.parametrize(("first", "last"), [(1, 7), (2, 2)])
def test_before_the_first_day_nobody_stands_in(person: User, colleague: User, first: int, last: int) -> None:
    away(person, colleague, first=first, last=last)
    assert told(person) == [person]


def test_after_the_last_day_nobody_stands_in(person: User, colleague: User) -> None:
    away(person, colleague, first=-7, last=0)
    Absence.objects.update(last_day=TODAY - timedelta(days=1))
    assert told(person) == [person]


@pytest.mark.parametrize(("moment", "count"), [("15:30", 1), ("16:30", 2)])
def test_the_first_day_begins_where_the_person_is_whoever_causes_the_notice(
    person: User, colleague: User, moment: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=person.pk).update(time_zone="Asia/Makassar")  # eight hours before UTC
    person.refresh_from_db()
    Absence.objects.create(
        person=person, deputy=colleague, first_day=date(2026, 11, 27), last_day=date(2026, 11, 27)
    )
    now = datetime.fromisoformat(f"2026-11-26T{moment}Z")
    monkeypatch.setattr(timezone, "now", lambda: now)
    for zone in ("Asia/Jayapura", "Europe/London"):
        with timezone.override(zone):
            assert len(Deputies([person]).beside([person])) == count


def test_a_deputy_who_is_told_anyway_is_told_once(person: User, colleague: User) -> None:
    away(person, colleague)
    assert told(person, colleague) == [person, colleague]


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": PartnerAdmin.code}, {"partner": None}])
def test_a_deputy_who_left_stands_in_for_nobody(
    person: User, colleague: User, change: dict[str, Any]
) -> None:
    away(person, colleague)
    if "partner" in change:
        change = {"partner": make_partner()}
    User.objects.filter(pk=colleague.pk).update(**change)
    assert told(person) == [person]


def test_what_concerns_the_person_alone_goes_to_nobody_else(person: User, colleague: User) -> None:
    away(person, colleague)
    assert told(person, kind="access_granted") == [person]


def test_a_restricted_case_is_not_opened_to_a_deputy(person: User, colleague: User, client: Client) -> None:
    case = make_case(by=person, topics=[make_topic(restricted=True)])
    away(person, colleague)
    client.force_login(colleague)
    answer = client.get(case.get_absolute_url())
    assert answer.status_code in (302, 403, 404)
    assert not case.is_open_to(colleague)


def test_one_sets_it_on_ones_own_page(page: Client, person: User, colleague: User) -> None:
    address = reverse("agencies:deputy", args=[person.pk])
    assert address in page.get("/account/preferences/").content.decode()
    form = {"first_day": TODAY, "last_day": TODAY + timedelta(days=3), "deputy": colleague.pk}
    assert [page.post(address, form).status_code for _click in range(2)] == [302, 302]
    assert "Contoh Kenanga stands in" in page.get(address).content.decode()
    assert StaffEvent.objects.get().verb == StaffVerb.DEPUTY_SET
    for _click in range(2):
        assert page.post(reverse("agencies:deputy_drop", args=[person.pk])).status_code == 302
    assert not Absence.objects.exists()
    assert StaffEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"last_day": "2001-01-01"}, "last_day"),
        ({"first_day": "2099-01-02", "last_day": "2099-01-01"}, "last_day"),
        ({"last_day": "2199-01-01"}, "last_day"),
        ({"first_day": "soon"}, "first_day"),
        ({"deputy": ""}, "deputy"),
        ({"deputy": "0"}, "deputy"),
        ({"deputy": "x\x00"}, "deputy"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    page: Client, person: User, colleague: User, fields: dict[str, str], wrong: str
) -> None:
    form: dict[str, Any] = {"first_day": TODAY, "last_day": TODAY, "deputy": colleague.pk, **fields}
    answer = page.post(reverse("agencies:deputy", args=[person.pk]), form)
    assert answer.status_code == 422
    assert wrong in answer.context["form"].errors


def test_only_a_colleague_who_works_on_cases_stands_in(person: User, ngo: Partner) -> None:
    for other in (
        person,
        make_user(partner=ngo, role=PartnerAdmin.code),
        make_user(partner=make_partner()),
        make_user(partner=ngo, is_active=False),
    ):
        with pytest.raises(actions.ActRefused):
            away(person, other)


def test_admins_set_it_for_their_people_and_others_for_nobody(
    client: Client, person: User, colleague: User, ngo: Partner
) -> None:
    away(person, colleague, by=make_portal_admin())
    away(person, colleague, by=make_user(partner=ngo, role=PartnerAdmin.code), last=9)
    for stranger in (colleague, make_user(partner=make_partner(), role=PartnerAdmin.code)):
        with pytest.raises(PermissionDenied):
            away(person, colleague, by=stranger, last=3)
        client.force_login(stranger)
        assert client.get(reverse("agencies:deputy", args=[person.pk])).status_code == 404
    assert Absence.objects.get().last_day == date.today() + timedelta(days=9)


def test_somebody_suspended_meanwhile_sets_nothing(person: User, colleague: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        away(person, colleague)
