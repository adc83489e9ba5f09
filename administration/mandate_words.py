"""What a change of mandates would do, in sentences: counts of referrals, and gaps of the matrix."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies import gaps
from agencies.matching import WhyNot
from agencies.matching.coverage import Cell
from agencies.models import Partner

from .actions.mandates import Preview, Proposal
from .impact import Goal, Moved

GAPS_SHOWN = 5
LEFT: dict[str, Promise] = {  # why a caseworker would have had to choose
    WhyNot.SEVERAL: gettext_lazy("several are equally responsible"),
    WhyNot.HOME_UNKNOWN: gettext_lazy("the home province is not known"),
    WhyNot.COUNTRY_UNKNOWN: gettext_lazy("the country is not known"),
    WhyNot.EXCLUDED: gettext_lazy("the first in line is the sender or has declined"),
}


def told(preview: Preview, proposal: Proposal) -> dict[str, Any]:
    """For the page: how many of the last referrals, each way in a sentence, and gaps opened and closed."""
    names = Partner.objects.in_bulk(
        [goal.partner for one in preview.impact.moved for goal in (one.instead_of, one.to) if goal.partner]
    )
    total = preview.impact.total
    return {
        "total": total,
        "moved": sum(one.count for one in preview.impact.moved),
        "lines": [
            {
                "count": one.count,
                "nobody": one.to.nobody,
                "sentence": _sentence(one, total, names),
                "why": _why(one.to, proposal, names),
            }
            for one in preview.impact.moved
        ],
        "opened": _gaps(preview.opened),
        "closed": _gaps(preview.closed),
    }


def _sentence(one: Moved, total: int, names: dict[int, Partner]) -> str:
    words = {
        "count": one.count,
        "total": total,
        "was": _goal(one.instead_of, names),
        "to": _goal(one.to, names),
    }
    if one.to.partner and one.instead_of.partner:
        return _("%(count)d of %(total)d would have gone to %(to)s instead of %(was)s.") % words
    if one.to.partner:
        return _("%(count)d of %(total)d would have gone to %(to)s; as it is: %(was)s.") % words
    if one.to.nobody:
        return _("%(count)d of %(total)d would have had nobody; as it is: %(was)s.") % words
    return _("%(count)d of %(total)d would have been left to the caseworker; as it is: %(was)s.") % words


def _goal(goal: Goal, names: dict[int, Partner]) -> str:
    if goal.partner:
        return names[goal.partner].name
    return _("nobody is responsible") if goal.nobody else _("the caseworker chooses")


def _why(goal: Goal, proposal: Proposal, names: dict[int, Partner]) -> str:
    """The reason, in words that say nothing of the referrals themselves."""
    if goal.nobody:
        return _("Nobody else is responsible there first.")
    if not goal.partner:
        return _("Because %(why)s.") % {"why": LEFT.get(goal.why_not, "")}
    if goal.partner == proposal.partner.pk and proposal.values is not None:
        return _("By the mandate as it would be.")
    return _("It comes next in the ranking.")


def _gaps(cells: tuple[Cell, ...]) -> dict[str, Any] | None:
    if not cells:
        return None
    groups, words = gaps.grouped(cells), gaps.Words()
    more = len(groups) - GAPS_SHOWN
    return {
        "count": len(cells),
        "sentences": [words.heading(group) for group in groups[:GAPS_SHOWN]],
        "more": ngettext("and %(n)d place more", "and %(n)d places more", more) % {"n": more}
        if more > 0
        else "",
    }
