"""A plot of how much there was each day, drawn by the server as SVG: it needs no script and no style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

STEP, GAP = 10, 2  # units of the drawing's own from one bar to the next, and between two
HEIGHT = 60
LEAST = 2  # height of the smallest bar that is not empty, so that one entry is seen


@dataclass(frozen=True)
class Bar:
    """One day, as a rectangle from the bottom up."""

    day: date
    count: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Bars:
    """The whole drawing, and what it says in one sentence for who does not see it."""

    bars: list[Bar]
    width: int
    height: int
    most: int
    first: date
    last: date
    said: str


def draw(days: Sequence[tuple[date, int]]) -> Bars:
    """Bars for these days, of which there is at least one, in order."""
    most = max(count for _day, count in days)
    bars = [_bar(place, day, count, most) for place, (day, count) in enumerate(days)]
    top, count = max(days, key=lambda pair: pair[1])
    said = _("%(first)s to %(last)s: %(total)d in all, most on %(top)s (%(most)d).") % {
        "first": date_format(days[0][0], "j F"),
        "last": date_format(days[-1][0], "j F"),
        "total": sum(count for _day, count in days),
        "top": date_format(top, "j F"),
        "most": count,
    }
    return Bars(bars, STEP * len(days), HEIGHT, most, days[0][0], days[-1][0], said)


def _bar(place: int, day: date, count: int, most: int) -> Bar:
    height = max(round(HEIGHT * count / most), LEAST) if count else 0
    return Bar(day, count, STEP * place + GAP // 2, HEIGHT - height, STEP - GAP, height)
