"""When a notice may be e-mailed, worked out by hand, and for every zone there is."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.choices import EmailChoice
from accounts.models import User, time_zones
from notifications.timing import is_quiet, when

AT_ONCE, DAILY, WEEKLY = EmailChoice.AT_ONCE, EmailChoice.DAILY, EmailChoice.WEEKLY
NIGHT = ("22:00", "06:00")
NOON = ("12:00", "13:00")
JAKARTA, MAKASSAR, LONDON = "Asia/Jakarta", "Asia/Makassar", "Europe/London"


def person_with(
    choice: str, quiet: tuple[str, str] | None = None, zone: str = JAKARTA, digest_at: str = "07:00"
) -> User:
    start, end = quiet or (None, None)
    return User(
        email_choice=choice,
        time_zone=zone,
        digest_at=time.fromisoformat(digest_at),
        quiet_from=start and time.fromisoformat(start),
        quiet_until=end and time.fromisoformat(end),
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# 23 November 2026 is a Monday. Jakarta is UTC+7, Makassar UTC+8, Los Angeles in November UTC-8.
BY_HAND = [
    # at once
    (AT_ONCE, None, JAKARTA, "2026-11-23 20:00", "2026-11-23 20:00"),
    (AT_ONCE, NIGHT, JAKARTA, "2026-11-23 14:59", "2026-11-23 14:59"),  # 21:59
    (AT_ONCE, NIGHT, JAKARTA, "2026-11-23 15:00", "2026-11-23 23:00"),  # 22:00
    (AT_ONCE, NIGHT, JAKARTA, "2026-11-23 18:00", "2026-11-23 23:00"),  # 01:00, past midnight
    (AT_ONCE, NIGHT, JAKARTA, "2026-11-23 22:59", "2026-11-23 23:00"),  # 05:59
    (AT_ONCE, NIGHT, JAKARTA, "2026-11-23 23:00", "2026-11-23 23:00"),  # 06:00
    (AT_ONCE, NIGHT, MAKASSAR, "2026-11-23 14:00", "2026-11-23 22:00"),  # an hour earlier than in Jakarta
    (AT_ONCE, NOON, JAKARTA, "2026-11-23 05:30", "2026-11-23 06:00"),
    (AT_ONCE, NOON, JAKARTA, "2026-11-23 18:00", "2026-11-23 18:00"),  # the night is not quiet
    (AT_ONCE, NIGHT, "Asia/Kathmandu", "2026-11-23 17:00", "2026-11-24 00:15"),  # UTC+5:45
    # a digest every day
    (DAILY, None, JAKARTA, "2026-11-23 23:59", "2026-11-24 00:00"),  # 06:59
    (DAILY, None, JAKARTA, "2026-11-24 00:00", "2026-11-25 00:00"),  # 07:00: this one has gone
    (DAILY, None, MAKASSAR, "2026-11-23 10:00", "2026-11-23 23:00"),
    (DAILY, NIGHT, JAKARTA, "2026-11-23 16:00", "2026-11-24 00:00"),
    (DAILY, ("06:30", "08:30"), JAKARTA, "2026-11-23 10:00", "2026-11-24 01:30"),  # quiet hours win
    # a digest every Monday
    (WEEKLY, None, JAKARTA, "2026-11-22 23:59", "2026-11-23 00:00"),  # Monday 06:59
    (WEEKLY, None, JAKARTA, "2026-11-23 00:00", "2026-11-30 00:00"),  # Monday 07:00
    (WEEKLY, None, JAKARTA, "2026-11-28 03:00", "2026-11-30 00:00"),
    (WEEKLY, None, "America/Los_Angeles", "2026-11-23 02:00", "2026-11-23 15:00"),  # still Sunday there
    (WEEKLY, None, "Pacific/Auckland", "2026-11-22 12:00", "2026-11-22 18:00"),  # already Monday there
    # clocks set forward on 29 March 2026, and back on 25 October 2026
    (DAILY, None, LONDON, "2026-03-27 12:00", "2026-03-28 07:00"),
    (DAILY, None, LONDON, "2026-03-28 12:00", "2026-03-29 06:00"),
    (DAILY, None, LONDON, "2026-10-23 12:00", "2026-10-24 06:00"),
    (DAILY, None, LONDON, "2026-10-24 12:00", "2026-10-25 07:00"),
    (AT_ONCE, NIGHT, LONDON, "2026-03-28 23:00", "2026-03-29 05:00"),
    (AT_ONCE, NIGHT, LONDON, "2026-10-24 23:00", "2026-10-25 06:00"),
    (AT_ONCE, ("22:00", "01:30"), LONDON, "2026-03-29 00:30", "2026-03-29 01:30"),  # 01:30 is skipped
    (AT_ONCE, ("22:00", "01:30"), LONDON, "2026-10-25 00:10", "2026-10-25 00:30"),  # 01:30 comes,
    (AT_ONCE, ("22:00", "01:30"), LONDON, "2026-10-25 01:10", "2026-10-25 01:30"),  # and comes again
]


@pytest.mark.parametrize(("choice", "quiet", "zone", "now", "expected"), BY_HAND)
def test_by_the_table_worked_out_by_hand(choice, quiet, zone, now, expected):
    assert when(person_with(choice, quiet, zone), utc(now)) == utc(expected)


@pytest.mark.parametrize(("choice", "quiet", "zone", "now", "_expected"), BY_HAND)
def test_an_emergency_waits_for_nothing(choice, quiet, zone, now, _expected):
    assert when(person_with(choice, quiet, zone), utc(now), urgent=True) == utc(now)


def test_the_hour_of_the_digest_is_the_persons_own():
    person = person_with(DAILY, digest_at="16:45")
    assert when(person, utc("2026-11-23 09:44")) == utc("2026-11-23 09:45")


def test_a_digest_whose_hour_is_skipped_comes_the_same_day():
    person = person_with(DAILY, zone=LONDON, digest_at="01:30")
    assert when(person, utc("2026-03-28 12:00")) == utc("2026-03-29 01:30")


times = st.times()
quiet_hours = st.none() | st.tuples(times, times).filter(lambda pair: pair[0] != pair[1])


@settings(database=None, deadline=None, max_examples=300)
@given(
    choice=st.sampled_from(EmailChoice.values),
    quiet=quiet_hours,
    zone=st.sampled_from(sorted(time_zones())),
    digest_at=times,
    now=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),
)
def test_wherever_one_lives_it_comes_in_time_and_never_in_quiet_hours(choice, quiet, zone, digest_at, now):
    start, end = quiet or (None, None)
    person = User(email_choice=choice, time_zone=zone, digest_at=digest_at, quiet_from=start, quiet_until=end)
    moment = when(person, now)
    assert moment >= now
    assert not is_quiet(person, moment)
    longest = {AT_ONCE: timedelta(days=2), DAILY: timedelta(days=3), WEEKLY: timedelta(days=10)}[choice]
    assert moment - now <= longest
    if choice == WEEKLY and quiet is None:
        local = moment.astimezone(ZoneInfo(zone))
        assert local.weekday() == 0
