"""Reading a NIK. Every number here is made up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.nik import MISMATCHES, PROBLEMS, Nik, Problem, decode, mismatches

TODAY = date(2026, 11, 1)
WOMAN = "3573014507900001"


def read(text: str) -> Nik:
    nik = decode(text, today=TODAY)
    assert isinstance(nik, Nik)
    return nik


def test_a_womans_day_is_raised_by_forty() -> None:
    assert read(WOMAN) == Nik("35", "3573", date(1990, 7, 5), "female")


def test_a_mans_day_is_not() -> None:
    assert read("3573010507900001") == Nik("35", "3573", date(1990, 7, 5), "male")


def test_spaces_dots_and_hyphens_may_separate_the_digits() -> None:
    assert read(" 35.73.01-450790-0001 ") == read(WOMAN)


@pytest.mark.parametrize(
    ("year", "born"),
    [
        ("05", 2005),
        ("11", 2011),  # fifteen years old
        ("12", 1912 + 100),  # fourteen, and the century before would be over a hundred
        ("27", 1927),  # 2027 is still to come
        ("26", 1926),  # a hundred years old is likelier than a worker of some months
        ("99", 1999),
    ],
)
def test_the_century_is_guessed_for_a_worker(year: str, born: int) -> None:
    assert read(f"35730105 07{year}0001".replace(" ", "")).birth_date.year == born


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "digits"),
        ("357301450790000", "digits"),
        ("35730145079000011", "digits"),
        ("357301450790000x", "digits"),
        ("٣٥٧٣٠١٤٥٠٧٩٠٠٠٠١", "digits"),
        ("3" * 1_000_000, "digits"),
        ("0073014507900001", "area"),
        ("3500014507900001", "area"),
        ("3573003207900001", "area"),
        ("3573013207900001", "date"),
        ("3573014013900001", "date"),
        ("3573017207900001", "date"),
        ("3573013002900001", "date"),
        ("3573012902010001", "date"),  # 29 February 1901 or 2001
        ("3573014507900000", "serial"),
    ],
)
def test_a_number_that_cannot_be_a_nik_has_a_named_problem(text: str, problem: str) -> None:
    found = decode(text, today=TODAY)
    assert found == Problem(problem)
    assert isinstance(found, Problem)
    assert found.sentence.endswith(".")


def test_a_leap_day_chooses_the_century_that_has_one() -> None:
    assert read("3573012902000001").birth_date == date(2000, 2, 29)


class TestMismatches:
    def codes(self, **known: object) -> list[str]:
        return [found.code for found in mismatches(read(WOMAN), **known)]  # type: ignore[arg-type]  # whatever the test passes on

    def test_nothing_known_warns_of_nothing(self) -> None:
        assert self.codes() == []

    def test_all_alike_warns_of_nothing(self) -> None:
        assert self.codes(sex="female", birth_date=date(1990, 7, 5), home_regency="3573") == []

    def test_all_different_warns_of_each(self) -> None:
        assert self.codes(sex="male", birth_date=date(1990, 7, 6), home_regency="3507") == [
            "sex",
            "birth_date",
            "home_regency",
        ]

    def test_a_century_apart_is_no_mismatch(self) -> None:
        assert self.codes(birth_date=date(1890, 7, 5)) == []

    def test_an_unknown_sex_is_no_mismatch(self) -> None:
        assert self.codes(sex="unknown") == []

    def test_papuan_areas_are_not_compared_since_their_codes_changed(self) -> None:
        old = read("9101014507900001")
        assert mismatches(old, home_regency="9301") == []
        assert [found.code for found in mismatches(old, home_regency="3573")] == ["home_regency"]

    def test_each_has_a_sentence(self) -> None:
        found = mismatches(read(WOMAN), sex="male", birth_date=date(1980, 1, 1), home_regency="1101")
        assert len(found) == len(MISMATCHES)
        assert all(one.sentence.endswith((".", "…")) for one in found)


@given(
    regency=st.integers(1101, 9999).filter(lambda code: code % 100),
    born=st.dates(date(TODAY.year - 99, 1, 1), date(TODAY.year - 16, 12, 31)),
    woman=st.booleans(),
    serial=st.integers(1, 9999),
)
def test_the_nik_of_a_person_of_working_age_is_read_back(
    regency: int, born: date, woman: bool, serial: int
) -> None:
    text = f"{regency}01{born.day + 40 * woman:02}{born.month:02}{born.year % 100:02}{serial:04}"
    nik = read(text)
    assert nik == Nik(text[:2], text[:4], born, "female" if woman else "male")
    assert mismatches(nik, sex=nik.sex, birth_date=born, home_regency=text[:4]) == []


@given(st.text() | st.from_regex(r"\A[0-9]{16}\Z"))
def test_any_text_is_either_read_or_has_a_problem(text: str) -> None:
    found = decode(text, today=TODAY)
    if isinstance(found, Nik):
        assert found.birth_date <= TODAY
        assert TODAY.year - found.birth_date.year <= 101
    else:
        assert found.code in PROBLEMS
