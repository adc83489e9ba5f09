"""When a notice goes out by e-mail: pure reckoning with a person's choice, in that person's zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.choices import EmailChoice
from accounts.models import User, within

MONDAY = 0
A_WEEK_AND_A_DAY = 9  # days to look at, so that the same weekday comes again


def when(person: User, now: datetime, *, urgent: bool = False) -> datetime:
    """From when on the person may be e-mailed about what happens `now`; `now` itself means at once.

    What is urgent waits for nothing. A digest whose hour lies in quiet hours comes when they end.
    """
    if urgent:
        return now
    if person.email_choice == EmailChoice.AT_ONCE:
        return after_quiet(person, now)
    return after_quiet(person, next_digest(person, now))


def next_digest(person: User, now: datetime) -> datetime:
    """The first hour of a digest after `now`: of any day, or of a Monday, for the person."""
    zone = ZoneInfo(person.time_zone)
    weekly = person.email_choice == EmailChoice.WEEKLY
    for day in _days(now, zone):
        moment = _moment(day, person.digest_at, zone)
        if moment > now and (day.weekday() == MONDAY or not weekly):
            return moment
    raise AssertionError("every week has a Monday")


def is_quiet(person: User, now: datetime) -> bool:
    """Whether it is the person's quiet hours: from the first minute on, up to and without the last."""
    if person.quiet_from is None or person.quiet_until is None:
        return False
    local = now.astimezone(ZoneInfo(person.time_zone)).time()
    return within(local, person.quiet_from, person.quiet_until)


def after_quiet(person: User, now: datetime) -> datetime:
    """`now`, or the end of the quiet hours that it falls into."""
    if not is_quiet(person, now) or person.quiet_until is None:
        return now
    zone = ZoneInfo(person.time_zone)
    ends = (
        _moment(day, person.quiet_until, zone, fold=fold) for day in _days(now, zone) for fold in (0, 1)
    )  # where clocks are set back, an hour comes twice
    return min(end for end in ends if end > now and not is_quiet(person, end))


def _days(now: datetime, zone: ZoneInfo) -> Iterator[date]:
    today = now.astimezone(zone).date()
    return (today + timedelta(days=number) for number in range(A_WEEK_AND_A_DAY))


def _moment(day: date, hour: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """That hour of that day. One that is skipped when clocks are set forward comes as much later."""
    return datetime.combine(day, hour, tzinfo=zone).replace(fold=fold).astimezone(UTC)
