"""Sealed bytes open in their own place with their own key, and nowhere else."""

import os
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.sealing import (
    HEAD,
    LONG,
    SHORT,
    TAG,
    Place,
    SealBroken,
    filled_up,
    key_id_of,
    open_,
    seal,
    text_of,
)

KEY, KEY_ID, PLACE = os.urandom(32), uuid.uuid4(), Place("cases_worker", "name", "42")
TEXT = st.text(st.characters(codec=None), max_size=700)


def sealed(content: bytes = b"Contoh Melati", place: Place = PLACE) -> bytes:
    return seal(content, key=KEY, key_id=KEY_ID, place=place)


@given(TEXT)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert text_of(open_(sealed(filled_up(text)), key=KEY, place=PLACE)) == text


@given(TEXT)
def test_a_text_is_filled_up_so_that_its_length_says_little(text: str) -> None:
    length, content = len(filled_up(text)), len(text.encode("utf-8", "surrogatepass"))
    assert length > content
    assert length % (SHORT if content < 256 else LONG) == 0
    assert length - content <= (SHORT if content < 256 else LONG)


def test_names_and_numbers_are_all_of_one_length() -> None:
    assert len({len(filled_up(text)) for text in ("A", "3507014708900001", "Contoh Melati Wulandari")}) == 1


def test_the_same_is_never_sealed_alike() -> None:
    assert len({sealed() for _again in range(100)}) == 100


def test_nothing_of_the_text_or_its_place_stands_in_it() -> None:
    assert key_id_of(sealed()) == KEY_ID
    for part in (b"Melati", b"cases_worker", b"name"):
        assert part not in sealed()


def test_every_single_bit_that_is_flipped_is_noticed() -> None:
    whole = sealed()
    for position in range(len(whole) * 8):
        spoiled = bytearray(whole)
        spoiled[position // 8] ^= 1 << position % 8
        with pytest.raises(SealBroken):
            open_(bytes(spoiled), key=KEY, place=PLACE)


def test_every_cut_is_noticed() -> None:
    whole = sealed()
    for length in range(len(whole)):
        with pytest.raises(SealBroken):
            open_(whole[:length], key=KEY, place=PLACE)
    with pytest.raises(SealBroken):
        open_(whole + b"\x00", key=KEY, place=PLACE)
    assert len(sealed(b"")) == HEAD + TAG


@pytest.mark.parametrize(
    "place",
    [
        Place("cases_worker", "name", "43"),
        Place("cases_worker", "nik", "42"),
        Place("cases_case", "name", "42"),
        Place("cases_workern", "ame", "42"),
        Place("cases_worker", "name4", "2"),
        Place("", "cases_workername", "42"),
    ],
)
def test_what_was_moved_elsewhere_is_noticed(place: Place) -> None:
    with pytest.raises(SealBroken, match="belongs elsewhere"):
        open_(sealed(), key=KEY, place=place)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        open_(sealed(), key=os.urandom(32), place=PLACE)


@given(
    st.tuples(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9)),
    st.tuples(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9)),
)
def test_no_two_places_read_alike(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    alike = Place(*one).bound_to(KEY_ID) == Place(*other).bound_to(KEY_ID)
    assert alike == (one == other)


def test_what_a_value_is_bound_to_stays_what_it_was_to_the_byte() -> None:
    """Rows of years are opened with it: version, table, column, row and key, each with four bytes of length before it."""
    key_id = uuid.UUID(int=5)
    parts = (b"\x01", b"cases_worker", b"name", b"42", key_id.bytes)
    bound = b"".join(bytes([0, 0, 0, len(part)]) + part for part in parts)
    assert Place("cases_worker", "name", "42").bound_to(key_id) == bound


@pytest.mark.parametrize(
    ("length", "filled"), [(1, 64), (63, 64), (64, 128), (255, 256), (256, 512), (700, 768)]
)
def test_texts_are_filled_up_in_steps(length: int, filled: int) -> None:
    assert len(filled_up("x" * length)) == filled
    assert filled_up("x" * length).rstrip(b"\x00").endswith(b"x\x80")


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "ends with X", "XX", "\x00", "a\x00\x00"])
def test_odd_texts_come_back_as_they_were(text: str) -> None:
    assert text_of(filled_up(text)) == text


def test_the_shortest_sealed_value_is_one_of_nothing() -> None:
    nothing = seal(b"", key=KEY, key_id=KEY_ID, place=PLACE)
    assert open_(nothing, key=KEY, place=PLACE) == b""
    with pytest.raises(SealBroken, match=r"^These bytes are no sealed value\.$"):
        open_(nothing[:-1], key=KEY, place=PLACE)
    with pytest.raises(SealBroken, match=r"^A sealed value was altered, or belongs elsewhere\.$"):
        open_(nothing[:-1] + bytes([nothing[-1] ^ 1]), key=KEY, place=PLACE)
