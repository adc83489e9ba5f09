"""Coded lists by what people write for them: sex, stage, procedure, topics, outcomes, whether a case is closed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from django.utils import translation

from agencies.matching import normalise
from agencies.models import Outcome, Topic
from agencies.tables import folded

from .vocabulary import CLOSED, CODED, NOTHING, OPEN, OUTCOME_WORDS, TOPIC_WORDS

_PARTS = re.compile(r"[;,/\n+&|]|\bdan\b|\band\b")


def is_nothing(text: str) -> bool:
    """Whether a cell says that nothing is known."""
    return not text or text.casefold() in NOTHING


@cache
def _coded(name: str) -> dict[str, str]:
    choices, words = CODED[name]
    known = {folded(code): code for code in choices.values}
    for language in ("id", "en"):
        with translation.override(language):
            known |= {folded(str(label)): code for code, label in choices.choices}
    for code, said in words.items():
        known |= dict.fromkeys(said.split(), code)
    return known


def code_of(name: str, text: str) -> str:
    """The code of a coded field by what is written for it, or nothing."""
    return _coded(name).get(folded(text), "")


def possible(name: str) -> str:
    """What may be written for it, in the active language."""
    return ", ".join(str(label) for label in CODED[name][0].labels)


def is_closed(text: str) -> bool | None:
    """Whether a status says that the case is closed; None for one that says neither."""
    plain = folded(text)
    if plain in CLOSED:
        return True
    return False if plain in OPEN else None


class Named:
    """Rows of a coded list of the reference data by code, by both names, and by words that people use instead."""

    def __init__(self, rows: Iterable[Topic | Outcome], words: Iterable[tuple[str, str]]) -> None:
        self.rows = {row.pk: row for row in rows}
        self.exact = {
            folded(name): row.pk
            for row in self.rows.values()
            for name in (row.pk, row.name_id, row.name_en)
            if name
        }
        self.words = [
            (code, phrase)
            for code, phrases in words
            if code in self.rows
            for phrase in sorted(phrases.split("|"), key=len, reverse=True)
        ]

    def exactly(self, text: str) -> str:
        """The code that a whole text names, or nothing."""
        return self.exact.get(folded(text), "")

    def by_words(self, text: str) -> list[str]:
        """The codes of what a text speaks of, each word used once."""
        rest, found = f" {normalise(text)} ", []
        for code, phrase in self.words:
            if f" {phrase} " in rest:
                rest = rest.replace(f" {phrase} ", "  ")
                found.append(code)
        return list(dict.fromkeys(found))

    def all_in(self, text: str) -> tuple[list[str], bool]:
        """The codes of one or several, and whether any was found by a word of it only; none where nothing is known."""
        if code := self.exactly(text):
            return [code], False
        parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
        named = [self.exactly(part) for part in parts]
        if all(named) and named:
            return list(dict.fromkeys(named)), False
        return self.by_words(text), True


def topics() -> Named:
    return Named(Topic.objects.filter(retired_at=None), TOPIC_WORDS)


def outcomes() -> Named:
    return Named(Outcome.objects.filter(retired_at=None), OUTCOME_WORDS)
