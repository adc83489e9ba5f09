"""Countries by their two ISO 3166 letters, named in the reader's language (names: Unicode CLDR, through Babel)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language

# Where most Indonesian workers go, and where many are brought back from; these stand first in a list.
COMMON = (
    *("MY", "SA", "TW", "HK", "SG", "KH", "AE", "KR", "JP", "BN", "QA", "KW", "OM", "JO", "BH"),
    *("MO", "TR", "IT", "PL", "TH", "MM", "LA"),
)
# In CLDR, yet no country of ISO 3166-1: groupings, exceptional reservations, test codes and Kosovo (user-assigned).
_NOT_ISO = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)


@cache
def _names(language: str) -> dict[str, str]:
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("id")
    return {
        code: name
        for code, name in locale.territories.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in _NOT_ISO
    }


@cache
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    names = _names(language)
    rest = sorted(names.keys() - set(COMMON) - {"ID"}, key=lambda code: _sort_key(names[code]))
    return tuple((code, names[code]) for code in (*COMMON, *rest))


def _sort_key(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()


def _language() -> str:
    return get_language() or "id"


def is_country(code: str) -> bool:
    """Whether these are the two capital letters of a country in ISO 3166-1."""
    return code in _names("en")


def name(code: str) -> str:
    """The country's name in the active language; the code itself when there is no such country."""
    return _names(_language()).get(code, code)


def choices() -> tuple[tuple[str, str], ...]:
    """Pairs of code and name in the active language: common destinations, then all others by name; no Indonesia."""
    return _choices(_language())
