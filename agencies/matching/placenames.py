"""Recognises typed places: any script, any spelling, any length, and never an error."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from .questions import DistrictFacts

PLACE_LENGTH = 300  # characters of a typed place that are looked at
Meant = TypeVar("Meant")
_APOSTROPHES = re.compile("['`\u00b4\u02bb\u02bc\u2018\u2019\u02bf\u02be]")
_GAPS = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """The text's first 300 characters in plain small letters: no accents, no punctuation, single spaces."""
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text[:PLACE_LENGTH]))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return _GAPS.sub(" ", plain).strip()


def mentions(place: str, name: str) -> bool:
    """Whether the words of a name occur in a place, side by side. Both must be normalised."""
    return bool(name) and f" {name} " in f" {place} "


def resolve(place: str, districts: Iterable[DistrictFacts]) -> frozenset[str]:
    """Codes of the districts that the place may lie in; none when it names none of them.

    "Tawau, Sabah" narrows two districts called Sabah down to Tawau's; names that contradict each other leave all
    they name.
    """
    found = _named(normalise(place).split(), _by_name(tuple(districts)))
    if not found:
        return frozenset()
    common = frozenset.intersection(*found)
    if common:
        return common
    return frozenset().union(*(one for one in found if not any(other < one for other in found)))


@lru_cache(maxsize=64)  # one for each divided country, and some while their districts change
def _by_name(districts: tuple[DistrictFacts, ...]) -> dict[tuple[str, ...], set[str]]:
    """The districts of each name, as its words."""
    found: dict[tuple[str, ...], set[str]] = {}
    for district in districts:
        for name in district.names:
            if words := tuple(normalise(name).split()):
                found.setdefault(words, set()).add(district.code)
    return found


def _named(words: list[str], by_name: dict[tuple[str, ...], set[str]]) -> list[frozenset[str]]:
    """The districts of each name in the text."""
    return [frozenset(codes) for _start, _length, codes in spot(words, by_name)]


def spot(words: Sequence[str], by_name: Mapping[tuple[str, ...], Meant]) -> list[tuple[int, int, Meant]]:
    """Where names stand in a text: the number of the first word, how many words, and what is named.

    Of names that overlap, the longest counts.
    """
    longest = max(map(len, by_name), default=0)
    found, start = list[tuple[int, int, Meant]](), 0
    while start < len(words):
        for length in range(min(longest, len(words) - start), 0, -1):
            if meant := by_name.get(tuple(words[start : start + length])):
                found.append((start, length, meant))
                start += length
                break
        else:
            start += 1
    return found
