"""How much two ways of writing a name speak for one person, and against it.

Words come in any order; some are left out, shortened to a letter, run together or slipped in typing. What thousands are called
says little, what few are called says much (the idea of frequency weights: Fellegi and Sunter 1969, Winkler 1989).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import OSA

from privacy import blind
from privacy.sounds import sounds

# Words that stand in a name and name nobody: "child of", titles, forms of address.
NO_NAMES = frozenset(
    [
        "bin",
        "binti",
        "binte",
        "bte",
        "bt",
        "b",
        "al",
        "als",
        "alias",
        "hj",
        "haji",
        "hajjah",
        "ibu",
        "bapak",
        "bpk",
        "sdr",
        "sdri",
        "tn",
        "ny",
        "nn",
        "alm",
        "almh",
        "drs",
        "dra",
        "ir",
        "h",
    ]
)
# What very many are called, so that it tells little: by its sound, as privacy.sounds reads it.
FREQUENT = frozenset(
    sound
    for word in [
        "siti",
        "muhammad",
        "ahmad",
        "abdul",
        "nur",
        "sri",
        "dewi",
        "ayu",
        "ni",
        "i",
        "wayan",
        "made",
        "nyoman",
        "ketut",
        "putu",
        "kadek",
        "komang",
        "gede",
        "luh",
        "tri",
        "dwi",
        "eko",
        "agus",
        "budi",
        "joko",
        "slamet",
        "wati",
        "yanti",
        "ani",
        "ana",
        "rina",
        "aminah",
        "fatimah",
        "maria",
        "yohanes",
        "andi",
        "baiq",
        "lalu",
        "asep",
        "dedi",
        "nining",
        "eti",
        "yuni",
        "wahyuni",
        "rahmawati",
        "susanti",
        "lestari",
        "handayani",
        "fitriani",
        "setiawan",
        "santoso",
        "hidayat",
        "saputra",
        "putra",
        "putri",
        "sari",
        "ningsih",
        "rahman",
        "rahim",
        "hasan",
        "umar",
        "ali",
        "ibrahim",
        "yusuf",
        "ismail",
        "simanjuntak",
        "siregar",
        "nasution",
    ]
    for sound in sounds(word)
)
MOST_WORDS = 8  # of a name that are compared
LITTLE, MUCH = 0.45, 1.0  # weight of a frequent word, and of any other
SHORT = 0.85  # likeness of a single letter, or of a short form, to the word that it stands for: Agus for Agustinus
SLIP_FROM = 4  # letters of a word in which a slip may be told from another word
BARELY = 0.7  # likeness below which two words are two words
JOINED = 0.85  # the same for words that were run together: in a long one a slip is a small part


class NameLikeness(NamedTuple):
    """Weights, in words: what both have, what only the name with fewer words has beside it, and what only the longer has."""

    shared: float
    against: float
    extra: float

    def rank(self) -> float:
        """By which the better of two ways to pair the words is known."""
        return self.shared - 5 * self.against - self.extra

    @property
    def sounds_alike(self) -> bool:
        """Whether the shorter name is wholly in the longer, as it is heard, and is more than one frequent word."""
        return self.against <= 0.2 and self.shared >= 2 * LITTLE - 0.1


class Word(NamedTuple):
    written: str
    sounds: frozenset[str]
    weight: float
    is_joined: bool = False


def words_of(name: str) -> list[Word]:
    """The words of a name that are compared."""
    plain = [
        word
        for place, word in enumerate(blind.words(name))
        if word not in NO_NAMES or (word == "b" and not place)
    ]
    plain = plain or blind.words(name)
    return [_word(word) for word in plain[:MOST_WORDS]]


def telling_first(words: list[Word]) -> list[str]:
    """The words of a name as they are written, those that fewer people share before the others."""
    return [word.written for word in sorted(words, key=lambda word: (-word.weight, -len(word.written)))]


def may_slip(words: list[Word]) -> list[str]:
    """The words of a name of which the beginning is looked for as well, should a slip have changed the rest.

    Not those that very many share, where another word stands beside them to find the person by: their beginnings are
    those of a tenth of the country.
    """
    telling = [word.written for word in words if word.weight == MUCH]
    return telling or [word.written for word in words if len(words) == 1]


def name_likeness(first: list[Word], second: list[Word]) -> NameLikeness:
    """Compare the words of two names; neither need be first."""
    plain = _matched(first, second)
    if not plain.against and not plain.extra:
        return plain
    ways = [(words, second) for words in _joined(first, second)] + [
        (first, words) for words in _joined(second, first)
    ]
    return max([plain, *(_matched(*way) for way in ways)], key=NameLikeness.rank)


def _word(written: str) -> Word:
    heard = sounds(written) or frozenset({written})
    return Word(written, heard, LITTLE if heard & FREQUENT or len(written) == 1 else MUCH)


def _joined(words: list[Word], others: list[Word]) -> list[list[Word]]:
    """The words with two neighbours run together, wherever one of the others looks like that: Nuraini for Nur Aini."""
    return [
        [*words[:place], _run_together(first, second), *words[place + 2 :]]
        for place, (first, second) in enumerate(pairwise(words))
        if any(
            OSA.normalized_similarity(first.written + second.written, other.written) >= BARELY
            for other in others
        )
    ]


def _run_together(first: Word, second: Word) -> Word:
    return _word(first.written + second.written)._replace(weight=first.weight + second.weight, is_joined=True)


def _matched(fewer: Sequence[Word], more: Sequence[Word]) -> NameLikeness:
    """Each word with the one that is most like it, the likest pairs first."""
    fewer, more = sorted((fewer, more), key=lambda words: (len(words), [word.written for word in words]))
    pairs = sorted(
        (
            (like, place, at)
            for place, word in enumerate(fewer)
            for at, other in enumerate(more)
            if (like := _like(word, other)) >= BARELY
        ),
        reverse=True,
    )
    mine: dict[int, float] = {}
    theirs: set[int] = set()
    shared = 0.0
    for like, place, at in pairs:
        if place in mine or at in theirs:
            continue
        mine[place] = like
        theirs.add(at)
        shared += like * min(fewer[place].weight, more[at].weight)
    slips = sum(fewer[place].weight * (1 - like) for place, like in mine.items())
    left = sorted((word.weight for place, word in enumerate(fewer) if place not in mine), reverse=True)
    beside = sorted((word.weight for at, word in enumerate(more) if at not in theirs), reverse=True)
    against = sum(max(pair) for pair in zip(left, beside, strict=False))  # one word stands where another is
    return NameLikeness(shared, slips + against, sum(beside[len(left) :]))


def _like(one: Word, other: Word) -> float:
    """From 0 to 1; 1 for what sounds alike."""
    if one.sounds & other.sounds:
        return 1.0
    if 1 in (len(one.written), len(other.written)):
        return SHORT if one.written[0] == other.written[0] else 0.0
    if min(len(one.written), len(other.written)) < SLIP_FROM:
        return 0.0
    if _is_short_for(one, other) or _is_short_for(other, one):
        return SHORT
    like = max(
        OSA.normalized_similarity(a, b)
        for a in (one.written, *one.sounds)
        for b in (other.written, *other.sounds)
    )
    return like if like >= (JOINED if one.is_joined or other.is_joined else BARELY) else 0.0


def _is_short_for(short: Word, whole: Word) -> bool:
    """Beginning or end of the word: Agus for Agustinus, Lastri for Sulastri."""
    if whole.is_joined:
        return False
    return whole.written.startswith(short.written) or whole.written.endswith(short.written)
