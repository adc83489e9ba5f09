"""When a service is there: its own hours, the partner's, night and day; holidays, zones, and hours past midnight."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.calendars import Calendar
from agencies.models import CalendarDay, Partner
from agencies.tests.factories import make_partner
from directory import wording
from directory.models import Hours, Service
from directory.opening import Opening, openings

from .factories import make_service

MONDAY = date(2027, 2, 15)  # neither Indonesia nor Malaysia has a holiday until March
JOHOR = "Asia/Kuala_Lumpur"  # UTC+8


def at(hour: int, day: date = MONDAY, minute: int = 0) -> datetime:
    """That hour in Johor."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def opening(**fields: Any) -> Opening:
    fields.setdefault("partner", make_partner(country="MY", time_zone=JOHOR))
    fields.setdefault("time_zone", JOHOR)
    [one] = openings([make_service(**fields)])
    return one


pytestmark = pytest.mark.django_db


class TestHoursOfItsOwn:
    def test_it_opens_and_closes_by_the_clock_of_the_place(self) -> None:
        one = opening(hours_kind="own", hours=[(0, time(8), time(16))])
        assert [one.is_open(at(hour)) for hour in (7, 8, 15, 16)] == [False, True, True, False]
        assert one.closes(at(10)) == at(16)
        assert one.next_opening(at(7)) == at(8)
        assert one.next_opening(at(16)) == at(8, MONDAY + timedelta(7))

    def test_the_night_belongs_to_the_day_on_which_it_began(self) -> None:
        one = opening(hours_kind="own", hours=[(0, time(20), time(4))])
        tuesday = MONDAY + timedelta(1)
        assert one.is_open(at(23))
        assert one.is_open(at(3, tuesday))
        assert not one.is_open(at(4, tuesday))
        assert one.closes(at(23)) == at(4, tuesday)
        assert not one.is_open(at(3))  # Sunday night is none of its

    def test_the_same_hour_twice_is_the_whole_day(self) -> None:
        one = opening(hours_kind="own", hours=[(0, time(0), time(0)), (1, time(0), time(12))])
        assert one.closes(at(1)) == at(12, MONDAY + timedelta(1))

    def test_public_holidays_of_host_and_of_indonesia_close_it_unless_it_says_otherwise(self) -> None:
        merdeka = date(2027, 8, 17)  # a Tuesday: independence day of Indonesia
        every_day = [(day, time(8), time(16)) for day in range(7)]
        assert not opening(hours_kind="own", hours=every_day).is_open(at(10, merdeka))
        assert opening(hours_kind="own", hours=every_day, closed_on_holidays=False).is_open(at(10, merdeka))

    def test_a_weekend_is_no_holiday(self) -> None:
        saturday = MONDAY + timedelta(5)
        assert opening(hours_kind="own", hours=[(5, time(8), time(16))]).is_open(at(10, saturday))

    def test_outside_the_days_on_which_it_is_offered_it_is_closed(self) -> None:
        offered = {"valid_from": MONDAY + timedelta(7), "valid_until": MONDAY + timedelta(14)}
        one = opening(hours_kind="own", hours=[(0, time(8), time(16))], **offered)
        assert not one.is_open(at(10))
        assert one.is_open(at(10, MONDAY + timedelta(7)))
        assert one.next_opening(at(17, MONDAY + timedelta(14))) is None


class TestTheOtherKinds:
    def test_day_and_night_is_always(self) -> None:
        one = opening(hours_kind="always")
        assert one.is_open(at(3, date(2027, 8, 17)))
        assert wording.opens(one, at(3)) == {"is_open": True, "text": "Open day and night"}

    def test_the_partners_working_hours_are_those_of_its_calendar(self) -> None:
        partner = make_partner(country="SA", time_zone="Asia/Riyadh", opens_at=time(9), closes_at=time(15))
        one = opening(partner=partner, time_zone="Asia/Riyadh")
        friday, sunday = MONDAY + timedelta(4), MONDAY + timedelta(6)
        ten_in_riyadh = timedelta(hours=5)  # after at(5), which is 5 in Johor
        assert not one.is_open(at(10, friday) + ten_in_riyadh)
        assert one.is_open(at(10, sunday) + ten_in_riyadh)


class TestInWords:
    def test_until_when_and_when_next(self) -> None:
        one = opening(hours_kind="own", hours=[(0, time(8), time(16)), (2, time(9), time(12))])
        assert wording.opens(one, at(10))["text"] == "Open until 16:00 Kuala Lumpur time"
        assert wording.opens(one, at(6))["text"] == "Opens 08:00 Kuala Lumpur time"
        assert wording.opens(one, at(20))["text"] == "Opens Wednesday 09:00 Kuala Lumpur time"

    def test_days_of_the_same_hours_are_told_together(self) -> None:
        week = [(day, time(8), time(16)) for day in range(5)] + [(5, time(20), time(4))]
        service = opening(hours_kind="own", hours=week, time_zone="Asia/Jakarta").service
        assert wording.hours(service) == (
            "Mon–Fri 08:00–16:00; Saturday 20:00–04:00 (WIB); closed on public holidays"
        )


def test_calendars_of_many_partners_are_read_in_one_query(django_assert_num_queries: Any) -> None:
    services = [make_service(partner=make_partner(country=country)) for country in ("MY", "SA", "ID", "HK")]
    CalendarDay.objects.create(country="MY", day=MONDAY, name="Hari contoh")
    CalendarDay.objects.create(partner=services[1].partner, day=MONDAY, name="Pindah kantor")
    with django_assert_num_queries(1):
        closed = [one.calendar.is_holiday(MONDAY) for one in openings(services)]
    assert closed == [True, True, False, False]


@given(
    day=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    country=st.sampled_from(["ID", "MY", "SA", "HK", "ZZ"]),
)
def test_a_day_off_is_a_holiday_or_of_the_weekend(day: date, country: str) -> None:
    calendar = Calendar(Partner(pk=1, country=country), entered=[])
    assert calendar.is_open_on(day) == (
        day.weekday() not in calendar.weekend and not calendar.is_holiday(day)
    )


hours_of_a_week = st.dictionaries(st.integers(0, 6), st.tuples(st.times(), st.times()))


@given(week=hours_of_a_week, minutes=st.integers(0, 14 * 24 * 60))
def test_what_is_open_closes_later_and_what_is_closed_opens_later(week: Any, minutes: int) -> None:
    rows = [Hours(weekday=day, opens_at=opens, closes_at=closes) for day, (opens, closes) in week.items()]
    partner = Partner(pk=1, country="MY", time_zone=JOHOR)
    service = Service(partner=partner, hours_kind="own", time_zone=JOHOR, closed_on_holidays=False)
    service._prefetched_objects_cache = {"hours": rows}  # type: ignore[attr-defined]  # where Django looks first
    one, moment = Opening(service, Calendar(partner, entered=[])), at(0) + timedelta(minutes=minutes)
    closes, opens = one.closes(moment), one.next_opening(moment)
    assert closes is None or closes > moment
    if closes is None:
        assert (opens is not None and opens > moment and one.is_open(opens)) or not week
