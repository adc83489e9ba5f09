"""When partners are at work, against tables worked out by hand. Every office here is open from 08:00 to 16:00."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from agencies import calendars
from agencies.calendars import Allowance, Calendar, DayOff
from agencies.choices import Counting, DeadlineBasis, DeadlineUnit
from agencies.models import CalendarDay, Deadline, Partner, PartnerDeadline
from agencies.models.lengths import check_length
from agencies.tests.factories import make_partner

ZONES = {
    "ID": "Asia/Jakarta",
    "SA": "Asia/Riyadh",
    "TW": "Asia/Taipei",
    "GB": "Europe/London",
    "BN": "Asia/Brunei",
    "ZZ": "Asia/Dubai",
}
DAY = timedelta(hours=8)  # of working time
HOUR = timedelta(hours=1)


def office(country: str, **fields: object) -> Partner:
    """A partner that need not be in the database."""
    return Partner(country=country, time_zone=ZONES[country], opens_at=time(8), closes_at=time(16), **fields)


def at(country: str, moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(ZONES[country]))


class WithoutEntries(Calendar):
    """Nobody entered any day, so that no database is asked."""

    _entered = {}


# 2026: 18 March joint leave for Nyepi (19), 20, 23 and 24 joint leave around Idul Fitri (Saturday 21, Sunday 22): closed
# from Wednesday the 18th to Tuesday the 24th. Indonesian holidays close the missions abroad, too.
TABLE = {
    # Mon 16 15-16: 1 h, Tue 17: 8 h, makes 9; 18-24 closed; Wed 25: the other 7 h, 08:00 to 15:00
    "Lebaran week at BP3MI": ("ID", "2026-03-16 15:00", 2 * DAY, "2026-03-25 15:00"),
    # 9-13: 5 days, 16-17: 7, 18-24 closed, 25-27: 10, 30 March-2 April: 14; the end of that day
    "14 days over Lebaran": ("ID", "2026-03-09 08:00", 14 * DAY, "2026-04-02 16:00"),
    # sent in the middle of the holidays: nothing counts before Wed 25 08:00
    "sent on the day of Idul Fitri": ("ID", "2026-03-21 10:00", 3 * HOUR, "2026-03-25 11:00"),
    # Thu 15-16: 1 h; Friday and Saturday are the weekend; Sun 7 June: 7 h
    "a Friday in Riyadh": ("SA", "2026-06-04 15:00", DAY, "2026-06-07 15:00"),
    "sent on a Friday in Riyadh": ("SA", "2026-06-05 10:00", 4 * HOUR, "2026-06-07 12:00"),
    # Mon 17 August is Indonesia's independence day, in Riyadh, too: Sun 16 12-16: 4 h, Tue 18: 4 h
    "17 August in Riyadh": ("SA", "2026-08-16 12:00", DAY, "2026-08-18 12:00"),
    # 23 September is Saudi Arabia's national day, a Wednesday: Tue 22 15-16: 1 h, Thu 24: 1 h
    "a holiday of the host": ("SA", "2026-09-22 15:00", 2 * HOUR, "2026-09-24 09:00"),
    # Wednesday night: the day that counts is Thursday, all of it
    "Taipei at night": ("TW", "2026-06-10 22:30", DAY, "2026-06-11 16:00"),
    "Taipei after midnight": ("TW", "2026-06-11 03:00", DAY, "2026-06-11 16:00"),
    # clocks go forward on Sun 29 March: Fri 15-16 GMT: 1 h, Mon 08:00-15:00 BST: 7 h
    "spring in London": ("GB", "2026-03-27 15:00", DAY, "2026-03-30 15:00"),
    # clocks go back on Sun 25 October: Fri 15-16 BST: 1 h, Mon 08:00-15:00 GMT: 7 h
    "autumn in London": ("GB", "2026-10-23 15:00", DAY, "2026-10-26 15:00"),
    # by Unicode CLDR Brunei rests on Saturday and Sunday: Thu 12-16: 4 h, Fri 8-12: 4 h
    "Brunei by the book": ("BN", "2026-06-11 12:00", DAY, "2026-06-12 12:00"),
    # no calendar of that country: its weekend (Sat, Sun) and Indonesia's holidays (Mon 17 August) count
    "a country nobody knows": ("ZZ", "2026-08-14 15:00", 2 * HOUR, "2026-08-18 09:00"),
}


@pytest.mark.parametrize(("country", "start", "span", "end"), TABLE.values(), ids=TABLE.keys())
def test_working_time_goes_by_the_table(country, start, span, end):
    calendar = WithoutEntries(office(country))
    begin, until = at(country, start), at(country, end)
    assert calendar.add(begin, span) == until
    assert calendar.between(begin, until) == span
    assert calendar.between(until, begin) == -span


def test_brunei_with_its_own_weekend_works_on_saturday():
    """Friday and Sunday off: Thu 11 June 12-16: 4 h, Sat 13 8-12: 4 h; Sun 14 off, so Mon 15 8-9 is the next hour."""
    calendar = WithoutEntries(office("BN", weekend=[4, 6]))
    assert calendar.add(at("BN", "2026-06-11 12:00"), DAY) == at("BN", "2026-06-13 12:00")
    assert calendar.add(at("BN", "2026-06-13 16:00"), HOUR) == at("BN", "2026-06-15 09:00")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-27 15:00", "2026-03-30 16:00"),  # an hour is missing on Sunday 29 March
        ("2026-10-23 15:00", "2026-10-26 14:00"),  # Sunday 25 October has one more
    ],
)
def test_72_hours_of_clock_time_in_london_are_72_hours(start, end):
    calendar = WithoutEntries(office("GB"))
    urgent = Allowance(72, DeadlineUnit.HOURS)
    assert calendar.until(at("GB", start), urgent) == at("GB", end)


def test_the_emergency_of_a_friday_night_does_not_wait_for_the_office():
    calendar = WithoutEntries(office("SA"))
    emergency = Allowance(24, DeadlineUnit.HOURS)
    assert calendar.until(at("SA", "2026-06-05 23:00"), emergency) == at("SA", "2026-06-06 23:00")


@pytest.mark.parametrize(
    ("allowance", "end"),
    [
        (Allowance(2, DeadlineUnit.DAYS, Counting.WORKING), "2026-06-09 12:00"),  # Fri 12 to Tue 12
        (Allowance(2, DeadlineUnit.WORKING_DAYS), "2026-06-09 12:00"),
        (Allowance(2, DeadlineUnit.DAYS), "2026-06-07 12:00"),  # clock time: Sunday
        (Allowance(4, DeadlineUnit.HOURS, Counting.WORKING), "2026-06-05 16:00"),
        (Allowance(1, DeadlineUnit.MONTHS), "2026-07-05 12:00"),
        (Allowance(1, DeadlineUnit.MONTHS, Counting.WORKING), "2026-07-05 12:00"),  # a month is a month
        (Allowance(1, DeadlineUnit.YEARS), "2027-06-05 12:00"),
    ],
)
def test_every_unit_has_its_length(allowance, end):
    calendar = WithoutEntries(office("ID"))
    assert calendar.until(at("ID", "2026-06-05 12:00"), allowance) == at("ID", end)


def test_a_month_ends_on_the_last_day_of_a_shorter_one_at_the_same_hour():
    calendar = WithoutEntries(office("GB"))
    month = Allowance(1, DeadlineUnit.MONTHS)
    assert calendar.until(at("GB", "2026-01-31 09:00"), month) == at("GB", "2026-02-28 09:00")
    assert calendar.until(at("GB", "2026-03-15 09:00"), month) == at(
        "GB", "2026-04-15 09:00"
    )  # over the 29th


def test_half_of_the_time_is_half_of_the_working_time():
    """10 days from Monday 1 June are... Monday is Pancasila day: 2-5: 4 days, 8: the fifth; its end is half-time."""
    calendar = WithoutEntries(office("ID"))
    ten = Allowance(10, DeadlineUnit.DAYS, Counting.WORKING)
    assert calendar.until(at("ID", "2026-06-01 09:00"), ten, part=0.5) == at("ID", "2026-06-08 16:00")


@given(
    start=st.datetimes(datetime(2025, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),
    span=st.timedeltas(timedelta(microseconds=1), timedelta(hours=150)),
    country=st.sampled_from(sorted(ZONES)),
)
def test_what_is_added_has_passed(start, span, country):
    calendar = WithoutEntries(office(country))
    end = calendar.add(start, span)
    assert calendar.between(start, end) == span
    assert calendar.is_open_on(end.astimezone(calendar.zone).date())
    assert calendar.between(calendar.add(end, -span), end) == span


def test_the_weekend_is_that_of_the_country_unless_the_partner_has_its_own():
    assert calendars.weekend_of(office("SA")) == {4, 5}
    assert calendars.weekend_of(office("ID")) == {5, 6}
    assert calendars.weekend_of(office("SA", weekend=[6])) == {6}
    assert calendars.weekend_of(office("SA", weekend=[])) == frozenset()


def test_a_partner_that_never_works_has_the_weekend_of_its_country():
    assert calendars.weekend_of(office("ID", weekend=list(range(7)))) == {5, 6}


def test_a_weekend_may_go_round_the_end_of_the_week():
    assert calendars.weekend_in("IN") == {6}
    assert calendars.weekend_in("AF") == {3, 4}
    assert calendars.weekend_in("ZZ") == {5, 6}


def test_it_is_known_where_holidays_are_not_known():
    assert calendars.knows_holidays("QA")
    assert not calendars.knows_holidays("ZZ")
    assert calendars.knows_holidays("SA", 2026)
    assert not calendars.knows_holidays("UA", 2026)  # none are kept there in wartime


@pytest.mark.django_db
class TestDaysThatAdminsEntered:
    def test_a_partners_own_day_off_counts_for_it_alone(self):
        ours, theirs = (make_partner(country="ID", time_zone="Asia/Jakarta") for _ in "ab")
        CalendarDay.objects.create(partner=ours, day=date(2026, 6, 10), name="Pindah kantor")
        start = at("ID", "2026-06-09 15:00")
        assert calendars.add(start, 2 * HOUR, ours) == at("ID", "2026-06-11 09:00")
        assert calendars.add(start, 2 * HOUR, theirs) == at("ID", "2026-06-10 09:00")

    def test_a_day_that_indonesia_declares_closes_the_missions_too(self):
        mission = make_partner(country="SA", time_zone="Asia/Riyadh")
        CalendarDay.objects.create(country="ID", day=date(2026, 6, 9), name="Cuti bersama tambahan")
        assert calendars.add(at("SA", "2026-06-08 15:00"), 2 * HOUR, mission) == at("SA", "2026-06-10 09:00")

    def test_a_country_may_work_on_what_is_published_as_a_holiday(self):
        partner = make_partner()
        day = date(2026, 3, 18)
        assert not Calendar(partner).is_open_on(day)
        CalendarDay.objects.create(country="ID", day=day, name="Tidak jadi libur", is_working=True)
        assert Calendar(partner).is_open_on(day)

    def test_the_hosts_working_day_opens_no_indonesian_holiday(self):
        mission = make_partner(country="SA", time_zone="Asia/Riyadh")
        CalendarDay.objects.create(country="SA", day=date(2026, 8, 17), name="Work", is_working=True)
        assert not Calendar(mission).is_open_on(date(2026, 8, 17))

    def test_the_partner_has_the_last_word(self):
        partner = make_partner()
        CalendarDay.objects.create(country="ID", day=date(2026, 6, 10), name="Libur")
        CalendarDay.objects.create(partner=partner, day=date(2026, 6, 10), name="Piket", is_working=True)
        CalendarDay.objects.create(
            partner=partner, day=date(2026, 6, 13), name="Sabtu masuk", is_working=True
        )
        calendar = Calendar(partner)
        assert calendar.is_open_on(date(2026, 6, 10))
        assert calendar.is_open_on(date(2026, 6, 13))
        assert not calendar.is_open_on(date(2026, 6, 14))

    def test_they_are_read_in_one_query(self, django_assert_num_queries):
        partner = make_partner()
        with django_assert_num_queries(1):
            calendars.add(at("ID", "2026-03-09 08:00"), 14 * DAY, partner)

    def test_the_next_days_off_have_their_names(self):
        partner = make_partner()
        CalendarDay.objects.create(partner=partner, day=date(2026, 3, 17), name="Apel")
        with translation.override("id"):
            assert Calendar(partner).next_days_off(date(2026, 3, 16)) == [
                DayOff(date(2026, 3, 17), "Apel"),
                DayOff(date(2026, 3, 18), "Cuti Bersama Hari Suci Nyepi"),
                DayOff(date(2026, 3, 19), "Hari Suci Nyepi"),
            ]

    def test_days_off_are_named_in_english_too(self):
        mission = make_partner(country="SA", time_zone="Asia/Riyadh")
        with translation.override("en"):
            first, *_others = Calendar(mission).next_days_off(date(2026, 9, 20))
        assert first == DayOff(date(2026, 9, 23), "National Day Holiday")


@pytest.mark.django_db
class TestTheTimeAllowed:
    policy: Deadline

    @pytest.fixture(autouse=True)
    def begin(self, db):
        self.policy = Deadline.objects.create(
            code="REFERRAL_NORMAL",
            topic="referral",
            duty="act",
            value=14,
            unit=DeadlineUnit.DAYS,
            basis=DeadlineBasis.PRACTICE,
            counting=Counting.WORKING,
        )

    def test_a_partners_own_limit_goes_before_the_policy(self):
        ours, theirs = make_partner(), make_partner()
        PartnerDeadline.objects.create(
            partner=ours, deadline=self.policy, value=7, unit=DeadlineUnit.DAYS, counting=Counting.CLOCK
        )
        assert calendars.allowance("REFERRAL_NORMAL", ours) == Allowance(7, "days", "clock")
        assert calendars.allowance("REFERRAL_NORMAL", theirs) == Allowance(14, "days", "working")
        assert calendars.allowance("REFERRAL_NORMAL", None) == Allowance(14, "days", "working")

    def test_without_a_policy_it_is_14_days(self):
        Deadline.objects.update(retired_at=timezone.now())
        assert calendars.allowance("REFERRAL_NORMAL", make_partner()) == calendars.WITHOUT_POLICY
        assert calendars.allowance("NO_SUCH_CODE", None) == calendars.WITHOUT_POLICY

    def test_a_policy_that_makes_no_sense_is_not_used(self):
        Deadline.objects.update(value=14, unit=DeadlineUnit.YEARS)
        assert calendars.allowance("REFERRAL_NORMAL", None) == calendars.WITHOUT_POLICY

    def test_the_policy_as_it_is_loaded(self):
        from agencies.loading.codes import load_deadlines

        load_deadlines()
        assert calendars.allowance("REFERRAL_EMERGENCY", None) == Allowance(24, "hours", "clock")
        assert calendars.allowance("REFERRAL_NORMAL", None) == Allowance(14, "days", "working")
        assert calendars.allowance("PROGRESS_EMERGENCY", None) == Allowance(1, "days", "clock")
        assert calendars.allowance("PROGRESS_NORMAL", None) == Allowance(14, "days", "working")
        assert calendars.allowance("DATA_UNCLEAR", None).counted_in == Counting.WORKING


@pytest.mark.parametrize(
    ("value", "unit", "counting"),
    [
        (1, "hours", "clock"),
        (8760, "hours", "working"),
        (365, "days", "clock"),
        (12, "months", "clock"),
        (1, "years", "clock"),
        (15, "working days", "working"),
        (None, "days", "clock"),
        (3, "fortnights", "clock"),
    ],
)
def test_up_to_a_year_may_be_allowed(value, unit, counting):
    check_length(value, unit, counting)


@pytest.mark.parametrize(
    ("value", "unit", "counting", "field", "why"),
    [
        (0, "hours", "clock", "value", "at least 1"),
        (-3, "days", "clock", "value", "at least 1"),
        (8761, "hours", "clock", "value", "at most 8760 hours"),
        (366, "days", "working", "value", "at most 365 days"),
        (13, "months", "clock", "value", "at most 12 months"),
        (2, "years", "clock", "value", "at most 1 years"),
        (3, "months", "working", "counting", "by the calendar"),
        (3, "working days", "clock", "counting", "working time"),
    ],
)
def test_what_cannot_be_allowed_is_said_at_its_field(value, unit, counting, field, why):
    with translation.override("en"), pytest.raises(ValidationError) as caught:
        check_length(value, unit, counting)
    assert why in caught.value.message_dict[field][0]
