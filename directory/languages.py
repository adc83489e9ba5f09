"""Languages by their two ISO 639-1 letters, named in the reader's language (names: Unicode CLDR, through Babel)."""

from __future__ import annotations

from functools import cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language

# What workers speak, and what is spoken where most of them are; these can be ticked in a form.
COMMON = ("id", "en", "ms", "jv", "su", "zh", "ar", "ja", "ko", "th", "vi", "km", "my", "tl", "ta", "hi")
_NOT_ISO = frozenset({"sh"})  # two letters in CLDR that ISO 639-1 has given up


@cache
def _names(language: str) -> dict[str, str]:
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("id")
    return {code: name for code, name in locale.languages.items() if len(code) == 2 and code not in _NOT_ISO}


def is_language(code: str) -> bool:
    """Whether these are the two small letters of a language in ISO 639-1."""
    return code in _names("en")


def name(code: str) -> str:
    """The language's name in the active language; the code itself when there is no such language."""
    return _names(get_language() or "id").get(code, code)


def choices() -> list[tuple[str, str]]:
    """Pairs of code and name in the active language: those that can be ticked."""
    return [(code, name(code)) for code in COMMON]
