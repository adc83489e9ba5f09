"""The matrix of the country: which combination of topic, stage and place is held by whom, and which by nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import gaps, matching
from ..choices import Stage
from ..gaps import Words
from ..mandate_forms import SHOWN, CoverageFilter
from ..matching.coverage import Cell, Held
from ..paging import numbered

GROUPS = 40  # on a page
WORST = (Held.GAP, Held.SEVERAL, Held.CENTRE, Held.DEPENDS, Held.CLEAR)


@dataclass(frozen=True)
class Square:
    """One square of the heat grid: the worst that holds there, in a few words, and where to look at it."""

    held: str
    text: str
    url: str
    note: str = ""


@require_GET
@allow(Right.MANAGE_PARTNERS)
def coverage(request: SignedInRequest) -> HttpResponse:
    """Gaps and overlaps of today's mandates, for a topic, a place or all."""
    form = CoverageFilter(request.GET)
    chosen = form.chosen
    every = gaps.cells()
    found = [one for one in every if _within(one, chosen)]
    held = Held(chosen.get("show", Held.GAP))
    words = Words()
    page = numbered(request, gaps.grouped(one for one in found if one.held is held), size=GROUPS)
    counts = Counter(one.held for one in found)
    context = {
        "form": form,
        "filters": len(chosen.keys() - {"show"}),
        "tabs": [_tab(chosen, each, counts[each], held) for each in SHOWN],
        "held": held.value,
        "stages": [stage.label for stage in Stage],
        "grid": _by_topic(found, words) if _province(chosen) else _by_province(found, words, chosen),
        "grid_title": _("Topics by stage") if _province(chosen) else _("Home provinces by stage"),
        "rows_are": _("Topic") if _province(chosen) else _("Home province"),
        "page": page,
        "groups": [_entry(group, words) for group in page.rows],
    }
    return render(request, "agencies/coverage.html", context)


def _province(chosen: dict[str, Any]) -> bool:
    return str(chosen.get("place", "")).isdecimal()


def _within(cell: Cell, chosen: dict[str, Any]) -> bool:
    topic, place = chosen.get("topic"), chosen.get("place")
    return (not topic or cell.topic == topic.code) and (not place or place in (cell.province, cell.country))


def _tab(chosen: dict[str, Any], each: Held, count: int, current: Held) -> dict[str, Any]:
    kept = _query(chosen, show=each.value)
    return {
        "label": SHOWN[each],
        "count": count,
        "active": each is current,
        "url": f"{reverse('agencies:mandates')}?{kept}",
    }


def _query(chosen: dict[str, Any], **more: str) -> str:
    topic = chosen.get("topic")
    kept = {"topic": topic.code if topic else "", "place": chosen.get("place", ""), **more}
    return urlencode({name: value for name, value in kept.items() if value})


def _by_province(found: list[Cell], words: Words, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    """A row for each home province; what is held abroad stands in the list below."""
    at_home: dict[str, dict[str, list[Cell]]] = {}
    for one in found:
        if one.province:
            at_home.setdefault(one.province, {}).setdefault(one.stage, []).append(one)
    return [
        {
            "name": words.place(next(iter(stages.values()))[0]),
            "url": f"{reverse('agencies:mandates')}?{_query({**chosen, 'place': province})}",
            "squares": [_square(stages.get(stage, ()), words) for stage in Stage.values],
        }
        for province, stages in at_home.items()
    ]


def _by_topic(found: list[Cell], words: Words) -> list[dict[str, Any]]:
    """A row for each topic in the province that was chosen."""
    topics: dict[str, dict[str, list[Cell]]] = {}
    for one in found:
        topics.setdefault(one.topic, {}).setdefault(one.stage, []).append(one)
    return [
        {
            "name": words.topics[topic],
            "url": f"{reverse('agencies:mandates')}?{urlencode({'topic': topic})}",
            "squares": [_square(stages.get(stage, ()), words) for stage in Stage.values],
        }
        for topic, stages in topics.items()
    ]


def _square(cells: Sequence[Cell], words: Words) -> Square:
    if not cells:
        return Square("none", "", "")
    counts = Counter(one.held for one in cells)
    worst = next(held for held in WORST if counts[held])
    shown = next(one for one in cells if one.held is worst)
    if len(cells) == 1:
        return Square(worst.value, _who(shown, words), where_url(shown), words.sentence(shown))
    text = _("%(count)d of %(all)d") % {"count": counts[worst], "all": len(cells)}
    url = f"{reverse('agencies:mandates')}?{urlencode({'place': shown.province, 'show': worst.value})}"
    return Square(worst.value, text if worst in (Held.GAP, Held.SEVERAL, Held.CENTRE) else "", url)


def _who(cell: Cell, words: Words) -> str:
    if cell.held is Held.GAP:
        return _("nobody")
    if cell.held is Held.DEPENDS:
        return _("by country")
    return ", ".join(words.partners[pk].name for pk in cell.partners)


def _entry(group: gaps.Group, words: Words) -> dict[str, Any]:
    """A group for the list: its sentence, the reason, and each topic with its own sentence and the way to try it."""
    first = group.first
    return {
        "heading": words.heading(group),
        "why": matching.explain(first.reason) if first.reason else "",
        "partners": [] if group.held is Held.GAP else [words.partners[pk] for pk in first.partners],
        "lines": [
            {"topic": words.topics[one.topic], "sentence": words.sentence(one), "url": where_url(one)}
            for one in group.cells
        ],
    }


def where_url(cell: Cell) -> str:
    """The simulator, asked about this cell."""
    asked = {
        "topics": cell.topic,
        "stage": cell.stage,
        "country": cell.country,
        "district": cell.district,
        "home_province": cell.province,
    }
    return f"{reverse('administration:where')}?{urlencode({k: v for k, v in asked.items() if v})}"
