"""When partners are at work, and when a time limit counted in clock time or in their working time has passed.

A partner works from `opens_at` to `closes_at` in its time zone, except on its weekend (its own, else its country's by
Unicode CLDR), on the public holidays of its country and on those of Indonesia, whose agencies all partners are; for
Indonesia days of joint leave (cuti bersama) count among them. Source of the holidays: package `holidays`. Days that an
admin entered go before what is published, those of the partner before those of a country.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays
from babel import Locale, UnknownLocaleError
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import get_language

from .choices import Counting, DeadlineUnit
from .models import CalendarDay, Deadline, Partner, PartnerDeadline
from .models.lengths import BY_THE_CALENDAR, is_sensible

HOME = "ID"
WEEK = frozenset(range(7))  # Monday is 0
SATURDAY_AND_SUNDAY = frozenset({5, 6})
A_YEAR = 365  # days
FARTHEST = timedelta(days=5 * A_YEAR)  # no deadline lies further off, however seldom an office is open
MONTHS = {DeadlineUnit.MONTHS: 1, DeadlineUnit.YEARS: 12}


@dataclass(frozen=True)
class Allowance:
    """So much time: `value` units, counted every hour or only while the partner is at work.

    A day of working time is one day of the partner's opening hours. Months and years go by the calendar.
    """

    value: int
    unit: str
    counting: str = Counting.CLOCK

    @property
    def counted_in(self) -> Counting:
        """The time that is in fact counted, whatever odd pair of unit and counting somebody entered."""
        working = self.counting == Counting.WORKING or self.unit == DeadlineUnit.WORKING_DAYS
        return Counting.WORKING if working and self.unit not in BY_THE_CALENDAR else Counting.CLOCK


WITHOUT_POLICY = Allowance(14, DeadlineUnit.DAYS)
# What cannot wait for 14 days, and what the law says itself, also where the policy has no row: data/deadlines.csv.
BY_RULE = {
    "REFERRAL_EMERGENCY": Allowance(24, DeadlineUnit.HOURS),
    "REFERRAL_URGENT": Allowance(72, DeadlineUnit.HOURS),
    "PROGRESS_EMERGENCY": Allowance(1, DeadlineUnit.DAYS),
    "PROGRESS_URGENT": Allowance(3, DeadlineUnit.DAYS),
    "DOCS_INCOMPLETE": Allowance(30, DeadlineUnit.DAYS),  # Peraturan BP2MI 6/2024 art. 30(1)a
    "DATA_UNCLEAR": Allowance(15, DeadlineUnit.WORKING_DAYS, Counting.WORKING),  # the same, b
    "UNREACHABLE": Allowance(60, DeadlineUnit.DAYS),  # the same, c
    "NO_REPLY": Allowance(6, DeadlineUnit.MONTHS),  # the same, e
    "TPKS_REPORT": Allowance(72, DeadlineUnit.HOURS),  # UU 12/2022 art. 41(3)
    "PDP_WITHDRAW": Allowance(72, DeadlineUnit.HOURS),  # UU 27/2022
}


def allowance(code: str, partner: Partner | None) -> Allowance:
    """The time allowed under the code of a deadline: what the partner agreed to, else the policy, else the rule."""
    own = PartnerDeadline.objects.filter(partner=partner, deadline=code, deadline__retired_at=None)
    policy: PartnerDeadline | Deadline | None = own.first() if partner else None
    policy = policy or Deadline.objects.current().filter(code=code).first()
    by_rule = BY_RULE.get(code, WITHOUT_POLICY)
    if policy is None:
        return by_rule
    allowed = Allowance(policy.value, policy.unit, policy.counting)
    return allowed if is_sensible(allowed.value, allowed.unit) else by_rule


def until(start: datetime, allowance: Allowance, partner: Partner, *, part: float = 1) -> datetime:
    """When that share of the time has passed since `start`, counted in the partner's calendar."""
    return Calendar(partner).until(start, allowance, part=part)


def add(start: datetime, span: timedelta, partner: Partner) -> datetime:
    """The moment at which so much of the partner's working time has passed since `start`; before it if negative."""
    return Calendar(partner).add(start, span)


def between(start: datetime, end: datetime, partner: Partner) -> timedelta:
    """How much of the partner's working time passes from `start` to `end`; negative when `end` comes first."""
    return Calendar(partner).between(start, end)


@dataclass(frozen=True)
class DayOff:
    """A day on which the partner is closed although it is no day of its weekend."""

    day: date
    name: str


class Calendar:
    """When one partner is at work. The days that admins entered are read once, in one query, when first needed."""

    def __init__(self, partner: Partner, entered: Iterable[CalendarDay] | None = None) -> None:
        self.partner = partner
        if entered is not None:
            self._entered = {(row.country, row.day): row for row in entered}
        self.zone = ZoneInfo(partner.time_zone)
        self.weekend = weekend_of(partner)
        self._reckoned: dict[date, tuple[datetime, datetime] | None] = {}  # what `hours_on` said

    def is_open_on(self, day: date) -> bool:
        """Whether people work on that day."""
        if own := self._entered.get(("", day)):
            return own.is_working
        works_here = self._entered.get((self.partner.country, day))
        weekend = day.weekday() in self.weekend and not (works_here and works_here.is_working)
        return not (weekend or self.is_holiday(day))

    def is_holiday(self, day: date) -> bool:
        """Whether it is a day off of the partner, its country or Indonesia, whatever day of the week it is."""
        if own := self._entered.get(("", day)):
            return not own.is_working
        host, home = self._entered.get((self.partner.country, day)), self._entered.get((HOME, day))
        off_here = not host.is_working if host else day in _holidays(self.partner.country, day.year)
        off_at_home = not home.is_working if home else day in _holidays(HOME, day.year)
        return off_here or off_at_home

    def hours_on(self, day: date) -> tuple[datetime, datetime] | None:
        """From when until when people work on that day, in UTC; None on a day off."""
        if day not in self._reckoned:
            opens, closes = self.partner.opens_at, self.partner.closes_at
            self._reckoned[day] = (
                (self._at(day, opens), self._at(day, closes)) if self.is_open_on(day) else None
            )
        return self._reckoned[day]

    def until(self, start: datetime, allowance: Allowance, *, part: float = 1) -> datetime:
        """When that share of the time allowed has passed since `start`."""
        start = start.astimezone(UTC)
        if months := MONTHS.get(DeadlineUnit(allowance.unit)):
            end = months_after(start, allowance.value * months, self.zone)
            return start + (end - start) * part
        counting = allowance.counted_in
        one = timedelta(days=1) if counting == Counting.CLOCK else length_of_day(self.partner)
        if allowance.unit == DeadlineUnit.HOURS:
            one = timedelta(hours=1)
        return self.add(start, allowance.value * one * part, counting)

    def add(self, start: datetime, span: timedelta, counting: str = Counting.WORKING) -> datetime:
        """The moment at which so much time has passed since `start`; before it for a negative span.

        Where people are at work so seldom that it takes longer than FARTHEST, it ends there.
        """
        start = start.astimezone(UTC)  # Python counts within one zone by the wall clock
        if counting == Counting.CLOCK or not span:
            return start + span
        left, forward = abs(span), span > timedelta(0)
        for opens, closes in self._hours(start, forward=forward):
            begin, end = (max(opens, start), closes) if forward else (opens, min(closes, start))
            if abs(begin - start) > FARTHEST:
                return begin if forward else end
            if left <= end - begin:
                return begin + left if forward else end - left
            left -= max(end - begin, timedelta(0))
        raise AssertionError("a partner is at work some day")

    def between(self, start: datetime, end: datetime, counting: str = Counting.WORKING) -> timedelta:
        """How much time passes from `start` to `end`; negative when `end` comes first."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if counting == Counting.CLOCK:
            return end - start
        if end < start:
            return -self.between(end, start)
        worked = timedelta(0)
        for opens, closes in self._hours(start, forward=True):
            if opens >= end:
                break
            worked += max(min(closes, end) - max(opens, start), timedelta(0))
        return worked

    def next_days_off(self, since: date, count: int = 3) -> list[DayOff]:
        """The next days within a year, `since` among them, on which the partner is closed outside its weekend."""
        found = []
        for ahead in range(A_YEAR):
            day = since + timedelta(days=ahead)
            if day.weekday() not in self.weekend and not self.is_open_on(day):
                found.append(DayOff(day, self._name(day)))
            if len(found) == count:
                break
        return found

    def _hours(self, start: datetime, *, forward: bool) -> Iterator[tuple[datetime, datetime]]:
        day = start.astimezone(self.zone).date()
        while True:
            if hours := self.hours_on(day):
                yield hours
            day += timedelta(days=1 if forward else -1)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)

    def _name(self, day: date) -> str:
        for scope in ("", self.partner.country, HOME):
            entered = self._entered.get((scope, day))
            if entered and not entered.is_working:
                return entered.name
        language = get_language() or "id"
        here = _holidays(self.partner.country, day.year, language)
        return here.get(day) or _holidays(HOME, day.year, language).get(day, "")

    @cached_property
    def _entered(self) -> dict[tuple[str, date], CalendarDay]:
        """The days that admins entered, by country ("" for the partner's own) and date."""
        ours = Q(partner=self.partner) | Q(country__in={self.partner.country, HOME})
        return {(row.country, row.day): row for row in CalendarDay.objects.filter(ours)}


def calendars_of(partners: Iterable[Partner]) -> dict[int, Calendar]:
    """A calendar for each of the partners, by its key. The days that admins entered are read in one query."""
    ours = {partner.pk: partner for partner in partners}
    countries = {partner.country for partner in ours.values()} | {HOME}
    days = list(CalendarDay.objects.filter(Q(partner__in=ours) | Q(country__in=countries)))
    return {
        pk: Calendar(
            partner,
            [day for day in days if day.partner_id == pk or day.country in {partner.country, HOME}],
        )
        for pk, partner in ours.items()
    }


def knows_holidays(country: str, year: int | None = None) -> bool:
    """Whether there is a calendar of this country's public holidays, and (asked for a year) it has any in that year.

    Where there is none, only the weekend and Indonesia's holidays are known.
    """
    return country in _known() and (year is None or bool(_holidays(country, year)))


def length_of_day(partner: Partner) -> timedelta:
    """The opening hours of one working day."""
    some_day = date(2000, 1, 1)
    opens, closes = partner.opens_at, partner.closes_at
    return datetime.combine(some_day, closes) - datetime.combine(some_day, opens)


def weekend_of(partner: Partner) -> frozenset[int]:
    """The days off in the week, Monday being 0: the partner's own, else its country's. Never the whole week."""
    if partner.weekend is not None and not set(partner.weekend) >= WEEK:
        return frozenset(partner.weekend)
    return weekend_in(partner.country)


@cache
def weekend_in(country: str) -> frozenset[int]:
    """The days off in the week in this country (Unicode CLDR); Saturday and Sunday where that is not known."""
    try:
        locale = Locale.parse(f"und_{country}")
    except (UnknownLocaleError, ValueError):
        return SATURDAY_AND_SUNDAY
    first, last = locale.weekend_start, locale.weekend_end
    return frozenset((first + ahead) % 7 for ahead in range((last - first) % 7 + 1))


@cache
def _known() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=False))


@lru_cache(maxsize=1024)
def _holidays(country: str, year: int, language: str = "") -> dict[date, str]:
    """The public holidays of one year by their names, in the language where the calendar has it."""
    if country not in _known():
        return {}
    spoken = getattr(holidays, country).supported_languages or ()
    language = next((code for code in (language, "en_US") if code in spoken), "")
    categories = ("public", "government") if country == HOME else None
    return dict(
        holidays.country_holidays(
            country, years=year, categories=categories, language=language or None
        ).items()
    )


def months_after(start: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same hour so many months later in the zone, on the month's last day where it has no such day."""
    local = start.astimezone(zone)
    year, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + year, month + 1
    day = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day).astimezone(UTC)
