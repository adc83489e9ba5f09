"""Days as people in Indonesia write them into spreadsheets."""

from __future__ import annotations

import re
from datetime import date, timedelta

from .trouble import Wrong

DAY_FIRST, MONTH_FIRST = "d", "m"
EARLIEST = date(1900, 1, 1)
SERIALS = range(1_000, 80_000)  # days as Excel counts them, from 1902 to 2119
SERIAL_ZERO = date(1899, 12, 30)  # as Excel counts, which takes 1900 for a leap year
WORKING_AGE = 15  # years: of two centuries the one in which a worker is older

ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ][\d:.]+)?")
NUMBERS = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})(?:\s+[\d:.]+)?")
NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]*([a-z]+)[\s\-/.,]*(\d{4}|\d{2})")
ENGLISH = re.compile(r"([a-z]+)\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
WEEKDAY = re.compile(
    r"^(?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad|mon\w*|tue\w*|wed\w*|thu\w*|fri\w*|sat\w*|sun\w*)\s*,?\s+"
)

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february pebruari feb peb",
            "maret march mar mrt",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu ags agt agst aug",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}


def order_in(text: str) -> str:
    """Which order of day and month a text proves: "d", "m", or nothing where it could be either or is no such date."""
    found = NUMBERS.fullmatch(text.strip()) if len(text) < 30 else None
    if found is None:
        return ""
    first, second = int(found[1]), int(found[2])
    if first > 12 >= second:
        return DAY_FIRST
    return MONTH_FIRST if second > 12 >= first else ""


def day_of(text: str, *, orders: str = "", today: date, birth: bool = False) -> date:
    """The day that a text says. `orders` are those that its column proves ("d", "m", "dm"); without any the day comes first.

    Raises Wrong for what is none, for what may be two days, and for one that is still to come or before 1900.
    """
    found = _read(text, orders, today, birth)
    if found > today:
        raise Wrong("to_come", value=found.isoformat())
    if found < EARLIEST:
        raise Wrong("long_ago", value=found.isoformat())
    return found


def _read(text: str, orders: str, today: date, birth: bool) -> date:
    plain = WEEKDAY.sub("", text.strip().casefold())
    if match := ISO.fullmatch(plain):
        return _made(int(match[1]), int(match[2]), int(match[3]), text)
    if match := NUMBERS.fullmatch(plain):
        return _numbers(match, orders, text, today, birth)
    if (match := NAMED.fullmatch(plain)) and match[2] in MONTHS:
        return _made(_year(match[3], today, birth), MONTHS[match[2]], int(match[1]), text)
    if (match := ENGLISH.fullmatch(plain)) and match[1] in MONTHS:
        return _made(int(match[3]), MONTHS[match[1]], int(match[2]), text)
    return _serial(plain, text)


def _numbers(match: re.Match[str], orders: str, text: str, today: date, birth: bool) -> date:
    first, second, year = int(match[1]), int(match[2]), _year(match[3], today, birth)
    if first > 12 or second > 12:
        day, month = (first, second) if first > 12 else (second, first)
        return _made(year, month, day, text)
    if {DAY_FIRST, MONTH_FIRST} <= set(orders) and first != second:
        one, other = _made(year, second, first, text), _made(year, first, second, text)
        raise Wrong("two_dates", value=text, first=one.isoformat(), second=other.isoformat())
    day, month = (second, first) if orders == MONTH_FIRST else (first, second)
    return _made(year, month, day, text)


def _serial(plain: str, text: str) -> date:
    whole = plain.partition(".")[0] if re.fullmatch(r"\d{4,5}(?:\.\d+)?", plain) else ""
    if len(whole) == 5 and int(whole) in SERIALS:
        return SERIAL_ZERO + timedelta(days=int(whole))
    if len(whole) == 4 or re.fullmatch(r"[a-z]+\s+\d{4}", plain):
        raise Wrong("year_alone", value=text)
    raise Wrong("no_date", value=text)


def _made(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Wrong("no_such_day", value=text) from None


def _year(text: str, today: date, birth: bool) -> int:
    """A year of two digits lies in the past; that of a birth so far that the worker may work."""
    if len(text) == 4:
        return int(text)
    year = today.year // 100 * 100 + int(text)
    return year if year <= today.year - (WORKING_AGE if birth else 0) else year - 100
