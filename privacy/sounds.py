"""What an Indonesian name sounds like, however it is spelt: Siti and Sitti, Djoko and Joko, Soekarno and Sukarno.

A word has one sound or a few, since some letters are read in two ways: "ch" is an h in Achmad and a c in Chandra. Two words
sound alike when they share one. The rules are those of the spellings of 1901 and 1947 (Van Ophuijsen, Soewandi) against that
of 1972 (EYD), and of how Arabic names are written down.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice, product

LONGEST, MOST = 40, 8  # letters that are listened to; sounds of one word

# Short forms that are written for a whole name, and names whose spelling follows no rule.
WHOLE: dict[str, str] = {
    **dict.fromkeys(
        ("moh", "muh", "mhd", "mohd", "muhd", "mochd", "muchd", "moch", "much", "md"), "muhammad"
    ),
    **dict.fromkeys(("abd", "abdoel"), "abdul"),
    **dict.fromkeys(("st", "sitty"), "siti"),
    **dict.fromkeys(("achm", "ahm"), "ahmad"),
    **dict.fromkeys(("jusuf", "joesoef", "yoesoef", "yusup", "yusub"), "yusuf"),
    **dict.fromkeys(("jahja", "yahja"), "yahya"),
    **dict.fromkeys(("jogja", "djokja"), "yogya"),
}
MUHAMMAD = re.compile(r"m[uo](h|k)am[ae]d")  # as it is after the rules below

# Letters that are always read alike, in this order: what was written before 1972 first.
ALIKE: tuple[tuple[str, str], ...] = (
    ("oe", "u"),
    ("oo", "u"),
    ("dj", "j"),
    ("tj", "c"),
    ("sj", "s"),
    ("nj", "ny"),
    ("sy", "s"),
    ("sh", "s"),
    ("ts", "s"),
    ("th", "t"),
    ("dh", "d"),
    ("bh", "b"),
    ("gh", "g"),
    ("rh", "r"),
    ("dz", "z"),
    ("ph", "p"),
    ("ck", "k"),
    ("f", "p"),
    ("v", "p"),
    ("q", "k"),
    ("x", "ks"),
    ("y", "i"),
    ("ae", "ai"),
    ("ie", "i"),
    ("ei", "i"),
    ("aw", "au"),
)
# Letters that are read in two ways. A single j within a word was a y before 1972: Soerja is Surya.
EITHER: dict[str, tuple[str, ...]] = {"kh": ("h", "k"), "ch": ("h", "c"), "z": ("s", "j"), "j": ("j", "y")}
AMBIGUOUS = re.compile(r"kh|ch|z|(?<=[^dtsn])j")
VOWELS = "aiueo"


def sounds(word: str) -> frozenset[str]:
    """How a word may sound, in letters a to z; nothing for a word without any."""
    plain = letters(word)[:LONGEST]
    plain = WHOLE.get(plain, plain)
    parts = AMBIGUOUS.split(plain)
    choices = [EITHER[found] for found in AMBIGUOUS.findall(plain)]
    return frozenset(
        sound
        for chosen in islice(product(*choices), MOST)
        if (sound := _read("".join(map("".join, zip(parts, (*chosen, ""), strict=True)))))
    )


def letters(word: str) -> str:
    """The letters a to z of a word, small and without accents."""
    apart = unicodedata.normalize("NFKD", word).casefold()
    return "".join(letter for letter in apart if "a" <= letter <= "z")


def _read(word: str) -> str:
    word = re.sub(r"^mo(?=[chk])", "mu", word)  # Mochtar, Mohamad
    for written, read in ALIKE:
        word = word.replace(written, read)
    word = re.sub(r"(.)\1+", r"\1", word)
    word = re.sub(rf"([iu])[iw]?(?=[{VOWELS}])", _glide, word)
    word = re.sub(r"(.)\1+", r"\1", word)
    if len(word) > 2:
        word = word.removesuffix("h")
    return "muhamad" if MUHAMMAD.fullmatch(word) else word


def _glide(found: re.Match[str]) -> str:
    """Riyanto and Rianto, Suwandi and Suandi: what slips in between two vowels is not heard."""
    return found[1]
