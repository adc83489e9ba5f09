"""Made-up names in the proportions of names, and numbers that are there once; their tokens are made once for each word."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from privacy import blind, keyring

COMMON = {"Siti": 50, "Muhammad": 40, "Sri": 30, "Nur": 30, "Dewi": 25, "Ahmad": 25}  # of a thousand
NAMES = [
    "Ani",
    "Budi",
    "Joko",
    "Agus",
    "Rina",
    "Wati",
    "Slamet",
    "Yanti",
    "Fitri",
    "Lestari",
    "Aminah",
    "Kartini",
    "Wahyu",
    "Indah",
    "Puji",
    "Ratna",
    "Eko",
    "Dwi",
    "Tri",
    "Hidayat",
    "Santoso",
    "Wijaya",
    "Kusuma",
    "Rahmawati",
    "Handayani",
    "Susanti",
    "Setiawan",
    "Nugroho",
    "Maulana",
    "Safitri",
    "Permata",
    "Anggraini",
    "Utami",
]
SYLLABLES = [
    "ba",
    "bi",
    "bu",
    "da",
    "di",
    "du",
    "ka",
    "ki",
    "ku",
    "la",
    "li",
    "lu",
    "ma",
    "mi",
    "mu",
    "na",
    "ni",
    "nu",
    "ra",
    "ri",
    "ru",
    "sa",
    "si",
    "su",
    "ta",
    "ti",
    "tu",
    "wa",
    "wi",
    "ya",
    "yu",
    "ja",
]
_FIRST = [name for name, share in COMMON.items() for _each in range(share)]


def name(chance: Random) -> str:
    """Two or three words, of which one in two is rare."""
    place = int(chance.random() * 1000)
    first = _FIRST[place] if place < len(_FIRST) else _other(chance)
    return " ".join([first, *(_other(chance) for _each in range(1 + (chance.random() < 0.5)))])


def _other(chance: Random) -> str:
    if chance.random() < 0.5:
        return NAMES[int(chance.random() * len(NAMES))]
    count = 2 + int(chance.random() * 3)
    return "".join(SYLLABLES[int(chance.random() * len(SYLLABLES))] for _each in range(count)).capitalize()


def unheard_of(chance: Random) -> str:
    """A name that nobody else has: intake asks about whoever may be there already."""
    return " ".join("".join(chance.choices(SYLLABLES, k=5)).capitalize() for _each in range(2))


def nik(number: int) -> str:
    return f"{3500000000000000 + number}"


def phone(number: int) -> str:
    return f"0812{number:08d}"


def passport(number: int) -> str:
    return f"X{number:07d}"


def tokens(full_name: str, **numbers: str) -> list[int]:
    """What `blind.index` makes of a name and of numbers, each named by its kind."""
    key = keyring.index_keys().active
    found = {blind.marker(key)}.union(*map(_of_word, full_name.split()))
    found |= {blind.token(key, said) for kind, text in numbers.items() for said in blind.KINDS[kind](text)}
    return sorted(found)


@lru_cache(maxsize=100_000)
def _of_word(word: str) -> frozenset[int]:
    key = keyring.index_keys().active
    return frozenset(blind.token(key, said) for said in blind.of_name(word))
