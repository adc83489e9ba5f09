"""Which cases a person's list holds: their own or their team's, narrowed by the filters of its form."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.models import User

from .choices import Need
from .models import Case
from .models.case_reads import CaseQuerySet

MINE = "mine"  # the tab of one's own cases; any other is the whole team's


def on_tab(user: User, tab: str) -> CaseQuerySet:
    """The cases that this person knows of, or of them those they have in hand."""
    known = Case.objects.known_to(user)
    return known.filter(assigned_to=user) if tab == MINE else known


def filtered(user: User, cases: CaseQuerySet, chosen: Mapping[str, str]) -> CaseQuerySet:
    """What the filters leave; a case that is closed to the reader is found by nothing that its row does not show."""
    if "topic" in chosen or "country" in chosen:
        cases = cases.visible_to(user)
    if "q" in chosen:
        cases = cases.giving_nothing_away_to(user, chosen["q"])
    if "restricted" in chosen:
        cases = cases.restricted()
    everywhere = chosen.get("q") or chosen.get("need") == Need.SETTLEMENT  # whoever looks for a case finds it
    cases = cases.search(chosen.get("q", "")).in_state(chosen.get("state") or ("all" if everywhere else ""))
    if "need" in chosen:
        cases = cases.needing(Need(chosen["need"]))
    if "topic" in chosen:
        cases = cases.filter(topics=chosen["topic"])
    return cases.filter(**{name: chosen[name] for name in ("country", "urgency") if name in chosen})
