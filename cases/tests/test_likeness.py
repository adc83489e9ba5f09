"""What speaks for two persons' being one, and what against it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cases.choices import Same
from cases.likeness import Facts, likeness
from cases.name_likeness import name_likeness, words_of

HER = Facts(name="Siti Aminah", sex="female", birth_date=date(1990, 8, 7), province="35", regency="3507")


def alike(one: str, other: str) -> bool:
    return name_likeness(words_of(one), words_of(other)).sounds_alike


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siti Aminah", "Sitti Aminah"),
        ("Siti Aminah", "AMINAH, Siti"),
        ("Siti Aminah", "Hj. Siti Aminah binti Rahmat"),
        ("Muhammad Fauzi", "Moh. Pauji"),
        ("Djoko Soekarno", "Joko Sukarno"),
        ("Nur Aini Lestari", "Nuraini Lestari"),
        ("Rukmini Wulandari", "Rukmini Wulandri"),
        ("Maria Theresia Bria", "Maria T. Bria"),
        ("Agustinus Seran", "Agus Seran"),
        ("Kristoforus Lalo", "Kristoforus"),
    ],
)
def test_one_name_is_written_in_many_ways(one: str, other: str) -> None:
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siti Aminah", "Siti Rahmah"),
        ("Siti Aminah", "Siti"),
        ("Rotua Siregar", "Duma Siregar"),
        ("Nuraini Wulandari", "Nuriana Mulandani"),
        ("Siti Aminah", ""),
        ("", ""),
        ("binti", "Siti Aminah"),
        ("%", "'"),
    ],
)
def test_names_that_share_a_word_or_a_rhyme_are_two_names(one: str, other: str) -> None:
    assert not alike(one, other)
    assert not alike(other, one)


@pytest.mark.parametrize(
    "typed",
    [
        replace(HER, name="Sitti Aminah"),
        replace(HER, name="Aminah", birth_date=date(1990, 7, 8)),
        replace(HER, regency="", birth_date=date(1990, 1, 1)),
        replace(HER, birth_date=None),
        Facts(name="Siti Amnah", nik="3507014708900001"),
    ],
)
def test_she_is_known_again(typed: Facts) -> None:
    assert likeness(HER, typed).is_likely


@pytest.mark.parametrize(
    "typed",
    [
        replace(HER, name="Siti Rahmah"),
        replace(HER, birth_date=date(1978, 3, 2)),
        replace(HER, nik="3507014708900001", name="Nurul Hidayah"),
        Facts(name="Siti Aminah", sex="female", province="35"),
        Facts(),
    ],
)
def test_somebody_like_her_is_somebody_else(typed: Facts) -> None:
    assert not likeness(HER, typed).is_likely


def test_a_name_alone_says_so_of_nobody() -> None:
    found = likeness(Facts(name="Kristoforus Melkianus Lalo"), Facts(name="Kristoforus Melkianus Lalo"))
    assert found.same == (Same.NAME,)
    assert not found.is_shown


@pytest.mark.parametrize("number", [Facts(nik="3507014708900001"), Facts(passport="C1234567")])
def test_a_number_of_ones_own_says_so_under_any_name(number: Facts) -> None:
    one, other, married = (replace(number, name=name) for name in ("Siti Aminah", "Aminah", "Nyonya Wijaya"))
    assert likeness(one, other).is_likely
    assert likeness(one, married).is_shown


def test_whoever_shares_a_telephone_is_shown_and_not_taken_for_one() -> None:
    husband = Facts(name="Slamet Riyadi", sex="male", phones="+62 812-3456-7890", regency="3507")
    found = likeness(replace(HER, phones="0812 3456 7890"), husband)
    assert found.is_shown
    assert not found.is_likely


def test_two_niks_are_two_persons_and_one_digit_is_no_proof() -> None:
    known = replace(HER, nik="3507014708900001")
    assert not likeness(known, replace(HER, nik="3507015203780014", birth_date=date(1990, 3, 12))).is_likely
    assert likeness(known, replace(HER, nik="3507014708900007")).is_likely


TEXTS = st.text(max_size=60)
PERSONS = st.builds(
    Facts,
    name=TEXTS,
    nik=TEXTS,
    passport=TEXTS,
    phones=TEXTS,
    sex=st.sampled_from(["", "female", "male"]),
    birth_date=st.none() | st.dates(),
    province=st.sampled_from(["", "35"]),
    regency=st.sampled_from(["", "3507", "3509"]),
)


@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow])
@given(PERSONS, PERSONS)
def test_neither_is_first_and_no_text_breaks_it(one: Facts, other: Facts) -> None:
    assert likeness(one, other).points == pytest.approx(likeness(other, one).points)
