"""What somebody searches for may be a name: it stays in their session, and the address names the place where."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import QueryDict

SEARCH = "search"  # the name of the place, in addresses and in the session
KEPT = 10


def keep(session: Any, words: str) -> str:
    """Put the words with this session's last searches; what the address says instead of them."""
    place = secrets.token_urlsafe(6)
    last = list(session.get(SEARCH, {}).items())[-(KEPT - 1) :]
    session[SEARCH] = {**dict(last), place: words}
    return place


def asked(session: Any, query: QueryDict) -> QueryDict:
    """What an address of the list asks for, with the words that it only names the place of."""
    data = query.copy()
    data["q"] = kept(session, data.get(SEARCH, ""))
    return data


def is_forgotten(session: Any, query: QueryDict) -> bool:
    """Whether an address names a search whose words are gone: then the list is not what it was narrowed to."""
    place = str(query.get(SEARCH, ""))
    return bool(place) and not kept(session, place)


def kept(session: Any, place: str) -> str:
    """The words at this place; none at one that is forgotten, or somebody else's."""
    words: str = session.get(SEARCH, {}).get(place, "")
    return words
