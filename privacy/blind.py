"""Blind indexes: finding a person whose name and numbers are sealed.

What may be searched for is turned into tokens: HMAC-SHA256 with the index key, the kind of token kept apart, cut to 64 bits
so that a token found alone proves little. A row keeps the tokens of its values; a search makes the same tokens anew. Whoever
has the database and not the index key learns which rows share a word, and no word.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from . import keyring
from .sounds import sounds

LENGTH = 100  # characters of a search that are looked at
WORDS = 12  # words of a name, or of a search
WORD_MAX = 40  # letters of a word
PREFIX_MIN = 3  # letters from which the beginning of a word finds it; shorter words are found whole
NIK_LENGTH = 16
PHONES = 5  # in one text about how to reach somebody
PHONE_MIN, PHONE_MAX = 6, 15  # digits without the leading 0; 15 is the most that a number has (ITU-T E.164)

LETTERS = re.compile(r"[^\W\d_]+")
APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʼ"), "")
NUMBER = re.compile(r"\+?\(?\d[\d ().\-]*\d")
SEPARATORS = re.compile(r"[ ().\-]")
PASSPORT = re.compile(r"(?=[a-z]*\d)[a-z0-9]{6,9}")


# What a value is found by -------------------------------------------------------------------------


def of_name(text: str) -> Iterator[str]:
    """Every word of a name: itself, how it sounds, and the beginnings of both."""
    for word in words(text):
        heard = _heard(word)
        yield f"word {word}"
        yield from (f"sounds {sound}" for sound in heard)
        yield from (f"begins {one[:end]}" for one in (word, *heard) for end in range(PREFIX_MIN, len(one)))


def of_nik(text: str) -> Iterator[str]:
    if digits := re.sub(r"\D", "", text):
        yield f"nik {digits}"


def of_passport(text: str) -> Iterator[str]:
    if number := re.sub(r"[\W_]", "", _small(text)):
        yield f"passport {number}"


def of_phones(text: str) -> Iterator[str]:
    """Every telephone number in a text: +62 812-3456, 0062 812 3456, 62812 3456 and 0812.3456 are one."""
    for number in phones(text):
        yield f"phone {number}"


KINDS: dict[str, Callable[[str], Iterator[str]]] = {
    "name": of_name,
    "nik": of_nik,
    "passport": of_passport,
    "phones": of_phones,
}


def words(text: str) -> list[str]:
    """The words of a name, small, without accents; "Nur'aini" is one, "Nur-Aini" two."""
    return [word[:WORD_MAX] for word in LETTERS.findall(_small(text).translate(APOSTROPHES))[:WORDS]]


def phones(text: str) -> list[str]:
    """Numbers as they are dialled within Indonesia, without the leading 0; numbers of other countries with their code."""
    written = NUMBER.findall(text[: 4 * LENGTH])
    numbers = (_dialled(one) for found in written for one in _apart(found))
    return [number for number in dict.fromkeys(numbers) if PHONE_MIN <= len(number) <= PHONE_MAX][:PHONES]


def _apart(written: str) -> list[str]:
    """Two numbers with nothing but a space between them are too long for one."""
    return [written] if len(_dialled(written)) <= PHONE_MAX else written.split()


def _dialled(written: str) -> str:
    digits = SEPARATORS.sub("", written).removeprefix("+").removeprefix("00")
    return digits.removeprefix("62").lstrip("0")


def _small(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _heard(word: str) -> list[str]:
    return sorted(sound for sound in sounds(word) if len(sound) >= PREFIX_MIN)


# Tokens -------------------------------------------------------------------------------------------


def token(key: keyring.RingKey, said: str) -> int:
    """64 bits, as PostgreSQL's bigint."""
    digest = hmac.digest(key.derived("blind index"), said.encode(), "sha256")
    return int.from_bytes(digest[:8], "big", signed=True)


def marker(key: keyring.RingKey) -> int:
    """The token by which a row says that its index was made with this key."""
    return token(key, "index")


def index(values: Iterable[tuple[str, str]], *, key: keyring.RingKey | None = None) -> list[int]:
    """The tokens of a row, made with the active key or another one, for pairs of a kind and a text."""
    key = key or keyring.index_keys().active
    said = {one for kind, text in values for one in KINDS[kind](text)}
    return sorted({marker(key), *(token(key, one) for one in said)})


# Who may be the same ------------------------------------------------------------------------------


def of_values(values: Iterable[tuple[str, str]]) -> list[int]:
    """The tokens of whole numbers, for pairs of a kind and a text, under every index key that is known."""
    said = {one for kind, text in values for one in KINDS[kind](text)}
    return sorted(token(key, one) for one in said for key in keyring.index_keys().keys)


def of_heard(word: str) -> list[int]:
    """The tokens of how a word sounds, or of the word where that is too short to be kept."""
    heard = [f"sounds {sound}" for sound in _heard(word)] or [f"word {word}"]
    return [token(key, said) for said in heard for key in keyring.index_keys().keys]


def of_beginnings(words: Iterable[str]) -> list[int]:
    """The tokens of how words begin, as written and as heard: what a slip further on leaves as it is."""
    said = {
        f"begins {one[:PREFIX_MIN]}"
        for word in words
        for one in (word, *_heard(word))
        if len(one) > PREFIX_MIN
    }
    return sorted(token(key, one) for one in said for key in keyring.index_keys().keys)


# Searching ----------------------------------------------------------------------------------------


class How(Enum):
    """How a value answers a search: as a number, by the letters of its words, or by their sound alone."""

    NUMBER = "number"
    SPELT = "spelt"
    SOUNDS = "sounds"


@dataclass(frozen=True)
class Search:
    """What a row's tokens must share with: any of `numbers`, or one of each of `words`."""

    numbers: list[int] = field(default_factory=list)
    words: list[list[int]] = field(default_factory=list)


def search(text: str, *, kinds: Collection[str] = KINDS.keys()) -> Search:
    """The tokens that a person's words may have, under every index key that is known. Never raises, whatever the text.

    `kinds` are those whose values may be found; who may not read telephone numbers finds nobody by one.
    """
    text = _looked_at(text)
    ring = keyring.index_keys().keys
    numbers = [token(key, said) for kind, said in _numbers(text) if kind in kinds for key in ring]
    if "name" not in kinds or any(letter.isdigit() for letter in text):
        return Search(numbers)
    return Search(
        numbers, [[token(key, said) for said in _word(word) for key in ring] for word in words(text)]
    )


def how_found(text: str, kind: str, value: str) -> How | None:
    """How a search finds a value of this kind, if it does: what to tell whoever reads the row."""
    text, said = _looked_at(text), set(KINDS[kind](value))
    if said & {one for _kind, one in _numbers(text)}:
        return How.NUMBER
    asked = [] if kind != "name" or any(letter.isdigit() for letter in text) else words(text)
    if not asked or not all(said & set(_word(word)) for word in asked):
        return None
    own = words(value)
    spelt = all(word in own or (len(word) >= PREFIX_MIN and _begins(word, own)) for word in asked)
    return How.SPELT if spelt else How.SOUNDS


def _begins(word: str, own: list[str]) -> bool:
    return any(one.startswith(word) for one in own)


def _looked_at(text: str) -> str:
    return text[:LENGTH].replace("\x00", "")


def _numbers(text: str) -> list[tuple[str, str]]:
    """The numbers that a text may be, each with its kind."""
    plain = re.sub(r"[\W_]", "", _small(text))
    found = [("phones", said) for said in of_phones(text)]
    if plain.isascii() and plain.isdecimal() and len(plain) == NIK_LENGTH:
        found.append(("nik", f"nik {plain}"))
    if PASSPORT.fullmatch(plain):
        found.append(("passport", f"passport {plain}"))
    return found


def _word(word: str) -> list[str]:
    if len(word) < PREFIX_MIN:
        return [f"word {word}"]
    heard = _heard(word)
    begins = (f"begins {one}" for one in dict.fromkeys((word, *heard)))
    return [f"word {word}", *(f"sounds {sound}" for sound in heard), *begins]
