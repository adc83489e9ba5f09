"""Reads a NIK, the Indonesian population number.

16 digits: province 2, regency 2, district 2, day of birth 2 (women: plus 40), month 2, year 2, serial 4 from 0001
(UU 23/2006 art. 13 and its regulations). The area is that of first registration and never changes, so an old number
may name an area that has since been split, in Papua above all. Whatever does not fit is a warning, never a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LENGTH = 16
WOMEN_DAY_OFFSET = 40
YOUNGEST = 15  # years; below this the century before is likelier for a worker
OLDEST = 100  # years

Sex = Literal["female", "male"]

PROBLEMS: dict[str, Promise] = {
    "digits": _("A NIK has 16 digits; spaces, dots and hyphens may separate them."),
    "area": _("The first digits of this NIK name no area."),
    "date": _("Digits 7 to 12 of this NIK are no date of birth."),
    "serial": _("The last four digits of this NIK are never 0000."),
}
MISMATCHES: dict[str, Promise] = {
    "sex": _("The NIK belongs to a person of the other sex. Please check both."),
    "birth_date": _("The NIK says another date of birth. Please check both."),
    "home_regency": _(
        "The NIK was first registered in another regency or city. This is fine if the worker has moved since."
    ),
}


@dataclass(frozen=True)
class Nik:
    """What a NIK says. The century of `birth_date` is a guess."""

    province_code: str
    regency_code: str
    birth_date: date
    sex: Sex


@dataclass(frozen=True)
class Problem:
    """Why a number cannot be a NIK: a code of PROBLEMS."""

    code: str

    @property
    def sentence(self) -> str:
        return str(PROBLEMS[self.code])


@dataclass(frozen=True)
class Mismatch:
    """What in a NIK differs from what else was said: a code of MISMATCHES, to be shown as a warning."""

    code: str

    @property
    def sentence(self) -> str:
        return str(MISMATCHES[self.code])


def clean(text: str) -> str:
    """The digits of a typed NIK, without spaces, dots and hyphens; anything else stays as it is."""
    return text.translate(dict.fromkeys(map(ord, " .-\u00a0\t\r\n")))


def decode(text: str, *, today: date | None = None) -> Nik | Problem:
    """What the number says, or the first problem with it. Never raises, whatever the text."""
    digits = clean(text[: 4 * LENGTH])
    if len(text) > 4 * LENGTH or len(digits) != LENGTH or not (digits.isascii() and digits.isdecimal()):
        return Problem("digits")
    if digits[0] == "0" or digits[2:4] == "00" or digits[4:6] == "00":
        return Problem("area")
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    sex: Sex = "male"
    if day > WOMEN_DAY_OFFSET:
        sex, day = "female", day - WOMEN_DAY_OFFSET
    birth_date = _birth_date(day, month, year, today or timezone.localdate())
    if birth_date is None:
        return Problem("date")
    if digits[12:] == "0000":
        return Problem("serial")
    return Nik(digits[:2], digits[:4], birth_date, sex)


def mismatches(
    nik: Nik, *, sex: str = "", birth_date: date | None = None, home_regency: str = ""
) -> list[Mismatch]:
    """The warnings to show beside what else is known of the worker; what is not known warns of nothing.

    Two birth dates a century apart are no mismatch, and a home in one of the Papuan provinces is not compared: their
    codes changed in 2022.
    """
    return [Mismatch(code) for code in _mismatches(nik, sex, birth_date, home_regency)]


def _mismatches(nik: Nik, sex: str, birth_date: date | None, home_regency: str) -> Iterator[str]:
    if sex in ("female", "male") and sex != nik.sex:
        yield "sex"
    if birth_date and (birth_date.day, birth_date.month, birth_date.year % 100) != (
        nik.birth_date.day,
        nik.birth_date.month,
        nik.birth_date.year % 100,
    ):
        yield "birth_date"
    papuan = home_regency.startswith("9") and nik.regency_code.startswith("9")
    if home_regency and home_regency != nik.regency_code and not papuan:
        yield "home_regency"


def _birth_date(day: int, month: int, year: int, today: date) -> date | None:
    """The likeliest date: the latest that makes a person of working age, else the latest that is not in the future."""
    possible = []
    for century in (today.year // 100 * 100, today.year // 100 * 100 - 100):
        try:
            born = date(century + year, month, day)
        except ValueError:  # no such day, or no such leap day in that century
            continue
        if born <= today and _age(born, today) <= OLDEST:
            possible.append(born)
    return next((born for born in possible if _age(born, today) >= YOUNGEST), next(iter(possible), None))


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
