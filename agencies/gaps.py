"""Where today's mandates leave a gap or overlap: counted for the admins' first page, grouped and said for theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from . import countries, matching
from .choices import Stage
from .matching.coverage import Cell, Held, Scope, every_cell
from .models import District, Partner, Province, Topic


@dataclass(frozen=True)
class Group:
    """Cells of one place and stage that are held alike: which topics they are about."""

    place: str  # codes, as in Cell
    stage: str
    held: Held
    cells: tuple[Cell, ...]

    @property
    def first(self) -> Cell:
        return self.cells[0]


def count() -> int:
    """How many combinations of topic, stage and place nobody is responsible for today."""
    return sum(1 for one in cells() if one.held is Held.GAP)


def first(most: int) -> list[str]:
    """The first few gaps as sentences, one for each place and stage."""
    words = Words()
    found = grouped(one for one in cells() if one.held is Held.GAP)
    return [words.heading(group) for group in found[:most]]


def cells() -> tuple[Cell, ...]:
    """Every province x topic x stage and every country x topic, as the mandates of today hold it.

    Some 13,000 of them take half a second, and are kept in this process for as long as nothing changes.
    """
    return every_cell(matching.Facts.read(), scope())


def holes(facts: matching.Facts) -> dict[tuple[str, str, str], Cell]:
    """The gaps that these facts leave, by topic, stage and place."""
    found = every_cell(facts, scope())
    return {(one.topic, one.stage, one.place): one for one in found if one.held is Held.GAP}


def scope() -> Scope:
    """For what there should be somebody responsible: what is in use."""
    return Scope(
        topics=tuple(Topic.objects.current().values_list("code", flat=True)),
        provinces=tuple(Province.objects.current().values_list("code", flat=True)),
        countries=tuple(code for code, _name in countries.choices()),
    )


def grouped(found: Iterable[Cell]) -> list[Group]:
    """Cells that differ in their topic only, together; in the order in which they come."""
    groups: dict[tuple[object, ...], list[Cell]] = {}
    for one in found:
        who = () if one.held is Held.GAP else one.partners
        groups.setdefault((one.place, one.stage, one.held, who, str(one.reason)), []).append(one)
    return [Group(each[0].place, each[0].stage, each[0].held, tuple(each)) for each in groups.values()]


class Words:
    """What cells are called in the reader's language; names are read once, and only those that are needed."""

    @cached_property
    def topics(self) -> dict[str, str]:
        return {topic.code: topic.name for topic in Topic.objects.only("code", "name_id", "name_en")}

    @cached_property
    def _provinces(self) -> dict[str, str]:
        return dict(Province.objects.values_list("code", "name"))

    @cached_property
    def _districts(self) -> dict[str, str]:
        return {part.code: part.name for part in District.objects.only("code", "name_id", "name_en")}

    @cached_property
    def partners(self) -> dict[int, Partner]:
        return Partner.objects.only("code", "name_id", "name_en").in_bulk()

    def place(self, cell: Cell) -> str:
        """The province, or the country with the part of it."""
        if cell.province:
            return self._provinces.get(cell.province, cell.province)
        country = countries.name(cell.country)
        return f"{country}: {self._districts.get(cell.district, cell.district)}" if cell.district else country

    def sentence(self, cell: Cell) -> str:
        """Who is missing, or who are too many, in one sentence."""
        return _sentences()[cell.held] % self._said(cell, self.topics.get(cell.topic, cell.topic))

    def heading(self, group: Group) -> str:
        """The same of all topics of the group; of a single one, its own sentence."""
        if len(group.cells) == 1:
            return self.sentence(group.first)
        topics = _("%(count)d topics") % {"count": len(group.cells)}
        return _headings()[group.held] % self._said(group.first, topics)

    def _said(self, cell: Cell, topic: str) -> dict[str, str]:
        return {
            "topic": topic,
            "place": self.place(cell),
            "stage": str(Stage(cell.stage).label).lower(),
            "partners": ", ".join(self.partners[pk].name for pk in cell.partners if pk in self.partners),
        }


def _sentences() -> dict[Held, str]:
    return {
        Held.GAP: _("No one is responsible yet for “%(topic)s” in %(place)s (%(stage)s)."),
        Held.SEVERAL: _("Equally responsible for “%(topic)s” in %(place)s (%(stage)s): %(partners)s."),
        Held.CENTRE: _("Only the ministry answers for “%(topic)s” in %(place)s (%(stage)s)."),
        Held.CLEAR: _("Responsible for “%(topic)s” in %(place)s (%(stage)s): %(partners)s."),
        Held.DEPENDS: _(
            "Who is responsible for “%(topic)s” from %(place)s (%(stage)s) depends on the country."
        ),
    }


def _headings() -> dict[Held, str]:
    return {
        Held.GAP: _("No one is responsible yet for %(topic)s in %(place)s (%(stage)s)."),
        Held.SEVERAL: _("Equally responsible for %(topic)s in %(place)s (%(stage)s): %(partners)s."),
        Held.CENTRE: _("Only the ministry answers for %(topic)s in %(place)s (%(stage)s)."),
        Held.CLEAR: _("Responsible for %(topic)s in %(place)s (%(stage)s): %(partners)s."),
        Held.DEPENDS: _(
            "Who is responsible for %(topic)s from %(place)s (%(stage)s) depends on the country."
        ),
    }
