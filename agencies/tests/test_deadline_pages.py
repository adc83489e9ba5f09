"""The pages of deadlines, calendars and reminders: what portal admins change, and what they are refused."""

from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import PartnerAdmin, Supervisor
from accounts.tests.factories import make_portal_admin, make_user
from agencies import actions
from agencies.choices import StaffVerb
from agencies.loading.codes import load_deadlines, load_reminders
from agencies.models import CalendarDay, Deadline, EscalationStep, Partner, PartnerDeadline, StaffEvent

from .factories import make_partner

pytestmark = pytest.mark.django_db

LIST = "/partners/deadlines/"
NORMAL = f"{LIST}REFERRAL_NORMAL/"
REMINDERS = f"{LIST}reminders/"
DAYS = f"{LIST}days/"


@pytest.fixture(autouse=True)
def policy(db: None) -> None:
    load_deadlines()
    load_reminders()


@pytest.fixture
def boss() -> User:
    return make_portal_admin()


@pytest.fixture
def page(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def riyadh() -> Partner:
    return make_partner(
        code="KBRI_RIYADH", kind="mission", city="Riyadh", country="SA", time_zone="Asia/Riyadh"
    )


def normal() -> Deadline:
    return Deadline.objects.get(code="REFERRAL_NORMAL")


def form(**fields: object) -> dict[str, object]:
    return {
        "value": 7,
        "unit": "days",
        "counting": "working",
        "seen": actions.mark(normal()),
        **fields,
    }


def logged() -> list[str]:
    return list(StaffEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_the_list_says_what_holds_for_everybody_and_who_is_reminded(page: Client) -> None:
    text = page.get(LIST).content.decode()
    assert "Act on a normal referral" in text
    assert "14 days, working time" in text
    assert "50% of the time" in text


def test_a_change_is_shown_first_and_made_on_the_second_word(page: Client) -> None:
    shown = page.post(NORMAL, form())
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "7 days, working time" in text
    assert "From now on" in text
    assert (normal().value, logged()) == (14, [])
    done = page.post(NORMAL, form(confirmed="1"), follow=True)
    assert "The deadline is changed." in done.content.decode()
    assert normal().value == 7
    event = StaffEvent.objects.get()
    assert (event.verb, event.detail["code"]) == (StaffVerb.DEADLINE_EDITED, "REFERRAL_NORMAL")
    assert event.detail["before"] == [14, "days", "working"]
    log = page.get(reverse("agencies:staff_log")).content.decode()
    assert "Deadline changed: REFERRAL_NORMAL, now 7 days, working time" in log


def test_sending_it_twice_changes_it_once(page: Client) -> None:
    for _twice in "ab":
        assert page.post(NORMAL, form(confirmed="1", seen="old" if _twice == "b" else form()["seen"]))
    assert logged() == [StaffVerb.DEADLINE_EDITED]


def test_going_back_to_the_form_keeps_what_was_typed(page: Client) -> None:
    text = page.post(NORMAL, form(again="1")).content.decode()
    assert 'value="7"' in text
    assert "This will hold" not in text


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"value": 0}, "Nobody can act in no time"),
        ({"value": -1}, "Nobody can act in no time"),
        ({"value": 366}, "at most one year"),
        ({"value": 9000, "unit": "hours"}, "at most 8760 hours"),
        ({"value": 2, "unit": "years", "counting": "clock"}, "at most one year"),
        ({"unit": "months"}, "go by the calendar"),
        ({"value": "much"}, "whole number"),
        ({"value": "9" * 1_000_000}, "whole number"),
        ({"value": "\x007"}, ""),
        ({"unit": "fortnights"}, "not one of the available choices"),
        ({"counting": ""}, "required"),
    ],
)
def test_what_cannot_hold_gets_a_sentence_and_changes_nothing(page, fields, why):
    answer = page.post(NORMAL, form(confirmed="1", **fields))
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert (normal().value, logged()) == (14, [])


def test_the_second_of_two_admins_is_told_and_loses_nothing(page: Client) -> None:
    stale = form(confirmed="1")
    other = make_portal_admin()
    actions.edit_deadline(
        by=other, deadline=normal(), value=10, unit="days", counting="working", seen=str(stale["seen"])
    )
    answer = page.post(NORMAL, stale)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "10 days, working time" in text
    assert 'value="7"' in text
    assert [(clash.now, clash.typed) for clash in answer.context["clashes"]] == [("10", "7")]
    assert normal().value == 10
    assert page.post(NORMAL, form(confirmed="1")).status_code == 302
    assert normal().value == 7


def test_loading_again_leaves_an_edited_deadline_alone(page: Client) -> None:
    page.post(NORMAL, form(confirmed="1"))
    load_deadlines()
    assert normal().value == 7


class TestAPartnersCalendar:
    def test_its_page_says_when_it_is_at_work(self, page: Client, riyadh: Partner) -> None:
        text = page.get(f"/partners/{riyadh.code}/").content.decode()
        assert "08:00–16:00 Riyadh time" in text
        assert "Friday, Saturday" in text
        assert "not known here" not in text

    def test_it_warns_where_no_holidays_are_known(self, page: Client) -> None:
        partner = make_partner(country="ZZ")
        assert "not known here" in page.get(f"/partners/{partner.code}/").content.decode()

    def test_a_partner_admin_reads_the_hours_and_changes_nothing(
        self, client: Client, riyadh: Partner
    ) -> None:
        client.force_login(make_user(partner=riyadh, role=PartnerAdmin.code))
        text = client.get(f"/partners/{riyadh.code}/").content.decode()
        assert "Riyadh time" in text
        assert "/calendar/" not in text
        assert client.get(f"/partners/{riyadh.code}/calendar/").status_code == 403

    def test_its_hours_and_weekend_change(self, page: Client, riyadh: Partner) -> None:
        fields = {"opens_at": "09:00", "closes_at": "17:00", "weekend": ["4", "6"], "confirmed": "1"}
        url = f"/partners/{riyadh.code}/calendar/hours/"
        assert page.post(url, {**fields, "seen": actions.mark(riyadh)}).status_code == 302
        riyadh.refresh_from_db()
        assert (riyadh.opens_at, riyadh.closes_at, riyadh.weekend) == (time(9), time(17), [4, 6])
        event = StaffEvent.objects.get()
        assert (event.verb, event.partner) == (StaffVerb.PARTNER_EDITED, riyadh)
        fields["weekend"] = []
        page.post(url, {**fields, "seen": actions.mark(riyadh)})
        riyadh.refresh_from_db()
        assert riyadh.weekend is None

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"closes_at": "08:00"}, "closes before it opens"),
            ({"weekend": ["0", "1", "2", "3", "4", "5", "6"]}, "people have to be at work"),
            ({"weekend": ["9"]}, "not one of the available choices"),
            ({"opens_at": "soon"}, "valid time"),
        ],
    )
    def test_impossible_hours_are_refused(self, page, riyadh, fields, why):
        whole = {"opens_at": "09:00", "closes_at": "17:00", "seen": actions.mark(riyadh), "confirmed": "1"}
        answer = page.post(f"/partners/{riyadh.code}/calendar/hours/", {**whole, **fields})
        assert answer.status_code == 422
        assert why in answer.content.decode()
        riyadh.refresh_from_db()
        assert riyadh.opens_at == time(8)

    def test_it_gets_a_deadline_of_its_own_and_loses_it_again(self, page: Client, riyadh: Partner) -> None:
        home = f"/partners/{riyadh.code}/calendar/"
        chosen = page.get(f"/partners/{riyadh.code}/deadlines/", {"deadline": "REFERRAL_NORMAL"})
        url = chosen.headers["Location"]
        assert page.get(url).status_code == 200
        assert "7 days, working time" in page.post(url, form(seen="")).content.decode()
        page.post(url, form(seen="", confirmed="1"))
        own = PartnerDeadline.objects.get()
        assert (own.partner, own.value) == (riyadh, 7)
        assert "7 days, working time" in page.get(home).content.decode()
        assert "7 days, working time" in page.get(LIST).content.decode()
        for _twice in "ab":
            page.post(f"{url}drop/")
        assert not PartnerDeadline.objects.exists()
        assert logged() == [StaffVerb.DEADLINE_EDITED] * 2

    def test_nothing_chosen_is_no_deadline(self, page: Client, riyadh: Partner) -> None:
        answer = page.get(f"/partners/{riyadh.code}/deadlines/", {"deadline": "NONE"})
        assert answer.headers["Location"] == f"/partners/{riyadh.code}/calendar/"
        assert page.get(f"/partners/{riyadh.code}/deadlines/NONE/").status_code == 404

    def test_a_day_of_its_own_is_entered_and_removed(self, page: Client, riyadh: Partner) -> None:
        soon = timezone.localdate() + timedelta(days=3)
        fields = {"day": soon.isoformat(), "name": "Pindah kantor", "is_working": "0"}
        url = f"/partners/{riyadh.code}/calendar/day/"
        assert "Pindah kantor" in page.post(url, fields).content.decode()
        assert not CalendarDay.objects.exists()
        for _twice in "ab":
            assert page.post(url, {**fields, "confirmed": "1"}).status_code == 302
        row = CalendarDay.objects.get()
        assert (row.partner, row.country, row.day, row.is_working) == (riyadh, "", soon, False)
        assert page.post(url, {**fields, "name": "Lain", "confirmed": "1"}).status_code == 422
        for _twice in "ab":
            assert page.post(f"{DAYS}{row.pk}/remove/").status_code == 302
        assert logged() == [StaffVerb.CALENDAR_EDITED] * 2


class TestACountrysDay:
    def test_it_is_entered_for_the_country(self, page: Client) -> None:
        soon = (timezone.localdate() + timedelta(days=9)).isoformat()
        fields = {"country": "ID", "day": soon, "name": "Cuti bersama", "is_working": "0", "confirmed": "1"}
        assert page.post(DAYS, fields).status_code == 302
        assert CalendarDay.objects.get().country == "ID"
        assert "Cuti bersama" in page.get(LIST).content.decode()

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"country": "XX"}, "There is no such country"),
            ({"country": "Atlantis"}, "There is no such country"),
            ({"day": "2026-02-30"}, "valid date"),
            ({"day": "1990-01-01"}, "next three years"),
            ({"day": "9999-12-31"}, "next three years"),
            ({"name": " "}, "required"),
            ({"name": "x" * 1_000_000}, "at most 150"),
            ({"name": "a\x00b"}, "Null characters"),
            ({"is_working": "2"}, "not one of the available choices"),
        ],
    )
    def test_a_day_that_cannot_be_is_refused(self, page, fields, why):
        soon = (timezone.localdate() + timedelta(days=9)).isoformat()
        whole = {"country": "ID", "day": soon, "name": "Libur", "is_working": "0", "confirmed": "1"}
        answer = page.post(DAYS, {**whole, **fields})
        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert not CalendarDay.objects.exists()


class TestReminders:
    def fields(self, **more: object) -> dict[str, object]:
        return {
            "percent_1": "60",
            "who_1": ["mover", "other_side"],
            "percent_2": "120",
            "who_2": ["portal"],
            "seen": actions.reminders_mark(),
            **more,
        }

    def test_they_are_replaced_as_a_whole(self, page: Client) -> None:
        assert "60% of the time" in page.post(REMINDERS, self.fields()).content.decode()
        assert EscalationStep.objects.count() == 3
        for _twice in "ab":
            assert page.post(REMINDERS, self.fields(confirmed="1")).status_code == 302
        steps = [(row.level, row.percent, row.recipients) for row in EscalationStep.objects.all()]
        assert steps == [(1, 60, ["mover", "other_side"]), (2, 120, ["portal"])]
        assert logged() == [StaffVerb.REMINDERS_EDITED]
        load_reminders()
        assert EscalationStep.objects.count() == 2

    @pytest.mark.parametrize(
        ("more", "why"),
        [
            ({"percent_1": "0"}, "50 percent"),
            ({"percent_1": "-5"}, "50 percent"),
            ({"percent_2": "501"}, "500 percent"),
            ({"percent_2": "60"}, "later than the one before it"),
            ({"percent_2": "half"}, "whole number"),
            ({"who_2": []}, "Say who is told"),
            ({"percent_2": ""}, "Say when they are told"),
            ({"who_1": ["everybody"]}, "not one of the available choices"),
        ],
    )
    def test_a_bad_step_is_refused(self, page, more, why):
        answer = page.post(REMINDERS, self.fields(confirmed="1", **more))
        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert EscalationStep.objects.count() == 3

    def test_what_another_admin_changed_meanwhile_is_told(self, page: Client) -> None:
        stale = self.fields(confirmed="1")
        EscalationStep.objects.filter(level=1).update(percent=55)
        answer = page.post(REMINDERS, stale)
        assert answer.status_code == 409
        shown = [(clash.label, clash.now, clash.typed) for clash in answer.context["clashes"]]
        assert shown[0] == ("Reminder 1: percent of the time", "55", "60")
        assert EscalationStep.objects.count() == 3


@pytest.mark.parametrize("role", [Supervisor.code, PartnerAdmin.code])
def test_only_portal_admins_change_anything(client: Client, riyadh: Partner, role: str) -> None:
    client.force_login(make_user(partner=riyadh, role=role))
    assert client.get(LIST).status_code == 403
    for url in (NORMAL, REMINDERS, DAYS, f"/partners/{riyadh.code}/calendar/hours/"):
        assert client.get(url).status_code == 403
        assert client.post(url).status_code == 403
    assert logged() == []


def test_a_day_is_removed_by_its_own_calendar_only_once(boss: User) -> None:
    row = actions.add_day(by=boss, day=date(2030, 1, 2), name="Libur", is_working=False, country="ID")
    actions.remove_day(by=boss, row=row)
    row.pk = 0
    actions.remove_day(by=boss, row=row)
    assert logged() == [StaffVerb.CALENDAR_EDITED] * 2
