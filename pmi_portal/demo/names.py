"""Made-up names (texts/names.toml): flowers, trees and mountains beside a word that says "example"."""

from collections.abc import Iterator
from itertools import count, product
from random import Random

from .wording import load

NAMES: dict[str, list[str]] = load("names")
SAYS_EXAMPLE = NAMES["says_example"]
BY_SEX = {"female": NAMES["women"], "male": NAMES["men"]}


def workers(sex: str, rng: Random) -> Iterator[str]:
    """Names such as "Contoh Melati", each once, in an order that looks like chance; numbered when they run out."""
    pairs = [f"{word} {name}" for word, name in product(SAYS_EXAMPLE, BY_SEX[sex])]
    rng.shuffle(pairs)
    for lap in count(1):
        for pair in pairs:
            yield pair if lap == 1 else f"{pair} {lap}"


def relative(sex: str, rng: Random) -> str:
    """A name such as "Melati Contoh", which may come again."""
    return f"{rng.choice(BY_SEX[sex])} {rng.choice(SAYS_EXAMPLE)}"


def staff() -> Iterator[str]:
    """Names such as "Ratih Contoh"."""
    for lap in count():
        for position, name in enumerate(NAMES["staff"]):
            yield f"{name} {SAYS_EXAMPLE[(position + lap) % len(SAYS_EXAMPLE)]}"
