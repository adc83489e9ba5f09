"""What a concern is, and what those of every noun are made with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from agencies.models import Partner

MOST = 200  # rows of one concern that are listed
BAD, WARN, NEUTRAL = "bad", "warn", "neutral"


@dataclass(frozen=True)
class Row:
    """One of those that a concern is about."""

    title: str
    url: str
    note: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class Concern:
    """Something that needs an admin. `code` names it in addresses; `text` is a sentence with the number in it."""

    code: str
    text: str
    advice: str
    icon: str
    tone: str
    rows: tuple[Row, ...] = ()
    url: str = ""
    action: str = ""


def page_of(partner: Partner) -> str:
    return reverse("agencies:partner", args=[partner.code])


def joined(*parts: str) -> str:
    """The parts that say something, side by side."""
    return " · ".join(part for part in parts if part)
