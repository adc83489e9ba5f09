"""Whether what is known of two persons speaks for their being one: a sum of points, each with its reason.

Weights of evidence are added and held against a threshold, as record linkage does (Fellegi and Sunter 1969). What is not known
of either says nothing. The weights were set on one made-up set of pairs and are measured on another, with other names
(cases/tests/test_duplicates_measured.py). The rule only ever proposes: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from rapidfuzz.distance import OSA

from agencies.nik import Nik, decode
from privacy import blind

from .choices import Same
from .name_likeness import Word, name_likeness, words_of

LIKELY = 0.5  # points from which two persons may well be one

SHARED, AGAINST, EXTRA = 1.0, -5.5, -1.2  # for each word of a name
SAME_NIK, NIK_SLIP, OTHER_NIK = (
    7.0,
    0.0,
    -4.0,
)  # those of twins are one digit apart, as those that somebody mistyped are
SAME_PASSPORT, PASSPORT_SLIP, OTHER_PASSPORT = 6.0, 0.0, -0.8  # a passport is renewed and gets another number
SAME_PHONE = 1.8  # families share telephones, so it says less than a number of one's own
SAME_DAY, DAY_SLIP, SAME_YEAR, OTHER_DAY, NEXT_YEAR, OTHER_YEAR = 3.2, 1.5, 1.0, -2.5, -2.5, -5.5
SAME_REGENCY, SAME_PROVINCE, OTHER_PROVINCE = 0.7, -1.5, -2.8
OTHER_SEX = -1.5


@dataclass(frozen=True)
class Facts:
    """What is known of a person; nothing is empty. `regency` is a code of four digits, the first two its province's."""

    name: str = ""
    nik: str = ""
    passport: str = ""
    phones: str = ""
    sex: str = ""
    birth_date: date | None = None
    province: str = ""
    regency: str = ""

    @cached_property
    def words(self) -> list[Word]:
        """The words of the name."""
        return words_of(self.name)

    @property
    def born(self) -> date | None:
        """The birth date as it was said, else as the NIK says."""
        return self.birth_date or (self._of_nik.birth_date if self._of_nik else None)

    @property
    def home(self) -> str:
        """The home regency as it was said, else where the NIK was first registered."""
        return self.regency or (self._of_nik.regency_code if self._of_nik else "")

    @cached_property
    def _of_nik(self) -> Nik | None:
        decoded = decode(self.nik) if self.nik else None
        return decoded if isinstance(decoded, Nik) else None


@dataclass(frozen=True)
class Likeness:
    """`points` for and against, and what is the same, the strongest first."""

    points: float = 0.0
    same: tuple[Same, ...] = field(default=())

    @property
    def is_likely(self) -> bool:
        """Whether the two may well be one person: a name alone says so of nobody."""
        return self.points >= LIKELY and not (NUMBERS | BESIDE_A_NAME).isdisjoint(self.same)

    @property
    def rank(self) -> tuple[bool, float]:
        """The greater, the more it is worth a look."""
        return self.is_likely, self.points

    @property
    def is_shown(self) -> bool:
        """Whether it is worth a look: likely one, or one number that is the same although the rest differs."""
        return self.is_likely or not NUMBERS.isdisjoint(self.same)


NUMBERS = frozenset({Same.NIK, Same.PASSPORT, Same.PHONE})
BESIDE_A_NAME = frozenset({Same.BIRTH_DATE, Same.BIRTH_YEAR, Same.REGENCY})


def likeness(one: Facts, other: Facts) -> Likeness:
    """Compare two persons; neither need be first."""
    found = [
        *_numbers(one, other),
        *_name(one, other),
        *_birth(one.born, other.born),
        *_home(one, other),
        *_sex(one, other),
    ]
    return Likeness(sum(points for points, _same in found), tuple(same for _points, same in found if same))


Evidence = tuple[float, Same | None]


def _numbers(one: Facts, other: Facts) -> Iterator[Evidence]:
    if one.nik and other.nik:
        yield _number(one.nik, other.nik, Same.NIK, SAME_NIK, NIK_SLIP, OTHER_NIK)
    if one.passport and other.passport:
        mine, theirs = one.passport.upper(), other.passport.upper()
        yield _number(mine, theirs, Same.PASSPORT, SAME_PASSPORT, PASSPORT_SLIP, OTHER_PASSPORT)
    if set(blind.phones(one.phones)) & set(blind.phones(other.phones)):
        yield SAME_PHONE, Same.PHONE


def _number(one: str, other: str, same: Same, points: float, slip: float, different: float) -> Evidence:
    if one == other:
        return points, same
    return (slip if OSA.distance(one, other) == 1 else different), None


def _name(one: Facts, other: Facts) -> Iterator[Evidence]:
    found = name_likeness(one.words, other.words)
    points = SHARED * found.shared + AGAINST * found.against + EXTRA * found.extra
    yield points, Same.NAME if found.sounds_alike else Same.NAME_NEARLY if points > 0 else None


def _birth(one: date | None, other: date | None) -> Iterator[Evidence]:
    """The first of January stands for a year of which the day is not known, so it contradicts no other day."""
    if one is None or other is None:
        return
    if one == other:
        yield (SAME_YEAR + 1 if _is_new_year(one) else SAME_DAY), Same.BIRTH_DATE
    elif _is_slip(one, other):
        yield DAY_SLIP, Same.BIRTH_YEAR if one.year == other.year else None
    elif one.year == other.year:
        yield (SAME_YEAR if _is_new_year(one) or _is_new_year(other) else OTHER_DAY), Same.BIRTH_YEAR
    else:
        yield (NEXT_YEAR if abs(one.year - other.year) == 1 else OTHER_YEAR), None


def _is_new_year(day: date) -> bool:
    return (day.month, day.day) == (1, 1)


def _is_slip(one: date, other: date) -> bool:
    """Day and month in each other's place, or one digit."""
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    return swapped or OSA.distance(f"{one:%Y%m%d}", f"{other:%Y%m%d}") == 1


def _home(one: Facts, other: Facts) -> Iterator[Evidence]:
    if one.home and one.home == other.home:
        yield SAME_REGENCY, Same.REGENCY
        return
    mine, theirs = one.province or one.home[:2], other.province or other.home[:2]
    if mine and theirs and mine != theirs:
        yield OTHER_PROVINCE, None
    elif one.home and other.home:
        yield SAME_PROVINCE, None


def _sex(one: Facts, other: Facts) -> Iterator[Evidence]:
    if one.sex and other.sex and one.sex != other.sex:
        yield OTHER_SEX, None
