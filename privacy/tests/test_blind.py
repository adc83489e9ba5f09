"""Blind indexes: the same words make the same tokens, and tokens say nothing without the index key."""

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy import blind, keyring
from privacy.blind import index, marker, phones, search, words

OLD = "old:" + "b2xk" * 10 + "b2w="
NEW = "new:" + "bmV3" * 10 + "bmU="


def finds(text: str, name: str = "", **values: str) -> bool:
    """Whether a search finds a row with these values."""
    tokens = set(index([("name", name), *values.items()]))
    asked = search(text)
    by_name = bool(asked.words) and all(tokens & set(word) for word in asked.words)
    return by_name or bool(tokens & set(asked.numbers))


@pytest.mark.parametrize(
    "text",
    [
        "Siti",
        "Sitt",
        "siti",
        " SITI ",
        "sit",
        "Sitti",
        "aminah",
        "Siti Aminah",
        "aminah siti",
        "ami",
        "Nurʼaini",
        "nuraini",
        "nur",
    ],
)
def test_a_name_is_found_by_word_by_beginning_and_by_sound(text: str) -> None:
    assert finds(text, "Siti Aminah binti Nur'aini")


@pytest.mark.parametrize(
    "text", ["si", "s", "iti", "minah", "Siti Budi", "Sari", "", " ", "%", "_", "'", "..", "%iti"]
)
def test_nothing_else_finds_it(text: str) -> None:
    assert not finds(text, "Siti Aminah binti Nur'aini")


def test_a_word_is_kept_as_it_is_as_it_sounds_and_with_the_beginnings_of_both() -> None:
    assert set(blind.of_name("Djoko")) == {
        "word djoko",
        "begins djo",
        "begins djok",
        "sounds joko",
        "begins jok",
    }
    assert list(blind.of_name("Ni")) == ["word ni"]


def test_a_token_is_what_the_standards_say_so_that_indexes_of_before_go_on_counting(settings: Any) -> None:
    """HKDF-SHA256 without salt (RFC 5869), then the first 64 bits of HMAC-SHA256 (RFC 2104)."""
    settings.PRIVACY_INDEX_KEYS = OLD
    extracted = hmac.digest(bytes(32), b"oldoldoldoldoldoldoldoldoldoldol", hashlib.sha256)
    derived = hmac.digest(extracted, b"pmi-portal blind index\x01", hashlib.sha256)

    def expected(said: bytes) -> int:
        return int.from_bytes(hmac.digest(derived, said, hashlib.sha256)[:8], "big", signed=True)

    assert index([("name", "Ni")]) == sorted([expected(b"index"), expected(b"word ni")])


def test_a_short_word_is_found_whole() -> None:
    assert finds("Ni", "Ni Made")
    assert not finds("Ni", "Nia Made")
    assert not finds("N", "Ni Made")


def test_accents_do_not_matter() -> None:
    assert finds("zoe", "Zoë")
    assert finds("Zoé", "zoe")


@pytest.mark.parametrize("text", ["3507014708900001", "3507 0147 0890 0001", "35.07.01.470890.0001"])
def test_a_nik_is_found_whole(text: str) -> None:
    assert finds(text, nik="3507014708900001")


def test_numbers_are_found_however_they_were_written_down() -> None:
    assert finds("3507014708900001", nik="35.07.01 470890-0001")
    assert finds("X1234567", passport="X 123-45_67")


@pytest.mark.parametrize("text", ["siti", "abcdefghijklmnop", "²³"])
def test_letters_are_not_looked_for_among_numbers(text: str) -> None:
    assert search(text).numbers == []


def test_a_nul_is_read_over() -> None:
    assert search("si\x00ti") == search("siti")


@pytest.mark.parametrize("text", ["350701470890000", "35070147089000011", "3507014708900002", "3507"])
def test_another_number_or_a_part_of_it_finds_no_nik(text: str) -> None:
    assert not finds(text, nik="3507014708900001")


@pytest.mark.parametrize("text", ["X1234567", "x1234567", "X 1234567", "x-1234567"])
def test_a_passport_is_found_whole(text: str) -> None:
    assert finds(text, passport="X1234567")


@pytest.mark.parametrize(
    "text",
    [
        "0812-3456-7890",
        "+62 812 3456 7890",
        "0062 812 3456 7890",
        "62812 3456 7890",
        "(0812) 3456.7890",
        "081234567890",
    ],
)
@pytest.mark.parametrize(
    "written", ["+62 812-3456-7890", "0812 3456 7890", "WA 6281234567890, ask for Bu Contoh"]
)
def test_a_telephone_number_is_found_however_it_is_written(text: str, written: str) -> None:
    assert finds(text, phones=written)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0812-1111-2222 / 0813 3333 4444", ["81211112222", "81333334444"]),
        (
            "0812-1111-2222, 0813-3333-4444 atau +60 12-345 6789",
            ["81211112222", "81333334444", "60123456789"],
        ),
        ("081211112222 081333334444", ["81211112222", "81333334444"]),
        ("0123456", ["123456"]),
        ("012345", []),
        ("+99 9123 4567 89012", ["999123456789012"]),
        ("+999123456789012", ["999123456789012"]),
        ("+9991234567890123", []),
        (" " * 388 + "081211112222 081333334444", ["81211112222"]),
        (
            " ".join(f"08121111{number:04}" for number in range(9)),
            [f"8121111{number:04}" for number in range(5)],
        ),
        ("contoh2@mail.example", []),
        ("RT 02 RW 03", []),
        ("1" * 10_000, []),
        ("", []),
    ],
)
def test_several_numbers_in_one_text_are_told_apart(text: str, numbers: list[str]) -> None:
    assert phones(text) == numbers


def test_part_of_a_telephone_number_finds_nothing() -> None:
    assert not finds("0812-3456", phones="0812-3456-7890")


def test_kinds_of_tokens_are_kept_apart() -> None:
    assert not finds("3507014708900001", phones="1234567", passport="3507014708900001")


def test_tokens_say_nothing_without_their_key(settings: Any) -> None:
    settings.PRIVACY_INDEX_KEYS = OLD
    before = set(index([("name", "Siti Aminah")]))
    settings.PRIVACY_INDEX_KEYS = NEW
    assert before.isdisjoint(index([("name", "Siti Aminah")]))


def test_a_search_finds_what_either_key_has_made(settings: Any) -> None:
    settings.PRIVACY_INDEX_KEYS = OLD
    before = set(index([("name", "Siti"), ("nik", "3507014708900001")]))
    settings.PRIVACY_INDEX_KEYS = f"{NEW},{OLD}"
    after = set(index([("name", "Siti"), ("nik", "3507014708900001")]))
    for tokens in (before, after):
        assert tokens & set(search("siti").words[0])
        assert tokens & set(search("3507014708900001").numbers)


def test_every_row_says_which_key_made_its_index(settings: Any) -> None:
    settings.PRIVACY_INDEX_KEYS = f"{NEW},{OLD}"
    new, old = keyring.index_keys().keys
    assert marker(new) in index([])
    assert marker(old) not in index([])


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_can_be_searched_for_at_little_cost(text: str) -> None:
    asked = search(text)
    assert len(asked.words) <= blind.WORDS
    assert len(asked.numbers) + sum(map(len, asked.words)) < 200
    assert all(-(2**63) <= token < 2**63 for word in [asked.numbers, *asked.words] for token in word)


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_can_be_a_name(text: str) -> None:
    assert len(index([("name", text), ("phones", text)])) < 4000
    assert all(finds(word, text) for word in words(text))


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "'; DROP TABLE", "a" * 10_000, "1" * 10_000, "é" * 300])
def test_odd_texts_are_searched_for_like_any_other(text: str) -> None:
    search(text)
