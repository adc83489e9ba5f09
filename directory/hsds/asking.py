"""What may be asked of a list: the parameters of HSDS 3.0's openapi.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime

PER_PAGE = 50
MOST_PER_PAGE = 500
LAST_PAGE = 100_000
LONGEST_SEARCH, MOST_WORDS = 100, 6  # characters, and words in them, that are looked at
JSON, NDJSON = "json", "ndjson"


class BadParameter(Exception):
    """A parameter that cannot be meant so; the text says which and what it may be."""


@dataclass(frozen=True)
class Asked:
    """The parameters, checked. What a list does not know it passes over."""

    page: int = 1
    per_page: int = PER_PAGE
    format: str = JSON
    search: str = ""
    full: bool = False
    minimal: bool = False
    full_service: bool = False
    modified_after: datetime | None = None
    organization_id: UUID | None = None
    taxonomy_id: UUID | None = None
    taxonomy_term_id: UUID | None = None


def asked(query: Mapping[str, str]) -> Asked:
    """Read the parameters of an address. Raises BadParameter."""
    given = {name: value for name, value in query.items() if value != ""}
    return Asked(
        page=_number(given, "page", 1, LAST_PAGE),
        per_page=_number(given, "per_page", PER_PAGE, MOST_PER_PAGE),
        format=_one_of(given, "format", (JSON, NDJSON)),
        search=_words(given.get("search", "")),
        full=_yes(given, "full"),
        minimal=_yes(given, "minimal"),
        full_service=_yes(given, "full_service"),
        modified_after=_moment(given, "modified_after"),
        organization_id=_id(given, "organization_id"),
        taxonomy_id=_id(given, "taxonomy_id"),
        taxonomy_term_id=_id(given, "taxonomy_term_id"),
    )


def _words(text: str) -> str:
    return " ".join(text[:LONGEST_SEARCH].replace("\x00", " ").split()[:MOST_WORDS])


def _number(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):
        raise BadParameter(f"{name}: a whole number from 1 to {most}.")
    return int(text)


def _one_of(given: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    text = given.get(name, known[0])
    if text not in known:
        raise BadParameter(f"{name}: one of {', '.join(known)}.")
    return text


def _yes(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "false").lower()
    if text not in ("true", "false", "1", "0"):
        raise BadParameter(f"{name}: true or false.")
    return text in ("true", "1")


def _id(given: Mapping[str, str], name: str) -> UUID | None:
    if name not in given:
        return None
    try:
        return UUID(given[name])
    except ValueError as error:
        raise BadParameter(f"{name}: a UUID.") from error


def _moment(given: Mapping[str, str], name: str) -> datetime | None:
    if name not in given:
        return None
    text = given[name].replace(" ", "+")  # a plus that an address made a blank
    try:
        at = parse_datetime(text)
        day = None if at else parse_date(text)
        if day is not None:
            at = datetime(day.year, day.month, day.day)
        if at is not None:
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadParameter(f"{name}: a date and time of ISO 8601, such as 2026-11-26T00:00:00Z.")
