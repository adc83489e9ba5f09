"""What would have gone elsewhere among the last referrals, had other mandates been in force.

This is the portal's own work across all partners: it reads the codes that responsibility depends on, opens a typed place
only where the place decides, and hands out counts. Nothing of a referral, a case or a worker leaves this module.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agencies.matching import Answer, Facts, Question, WhyNot
from agencies.matching.lookup import plain
from cases.models import Case
from privacy.acting import as_portal
from referrals.choices import DeclineReason, State
from referrals.models import Referral

LAST = 500  # referrals


@dataclass(frozen=True, order=True)
class Goal:
    """Where a referral would go: to a partner (its key), or nowhere by itself, and why."""

    partner: int = 0
    why_not: str = ""

    @property
    def nobody(self) -> bool:
        """Whether there is nobody who answers, rather than several of whom a person chooses."""
        return self.why_not == WhyNot.GAP


@dataclass(frozen=True)
class Moved:
    """So many referrals would have gone to `to` instead of `instead_of`."""

    count: int
    instead_of: Goal
    to: Goal


@dataclass(frozen=True)
class Impact:
    """Of `total` referrals, those that would have gone elsewhere; most of them first."""

    total: int
    moved: tuple[Moved, ...]


def of(before: Facts, after: Facts, *, until: datetime) -> Impact:
    """Compare the answers for the last 500 referrals made until then; those of paused and erased cases are left alone."""
    total, pairs = 0, Counter[tuple[Goal, Goal]]()
    with as_portal():
        for question in _questions(before, after, until):
            total += 1
            was, would = _goal(before.rank(question)), _goal(after.rank(question))
            if was != would:
                pairs[was, would] += 1
    moved = [Moved(count, was, would) for (was, would), count in pairs.items()]
    return Impact(total, tuple(sorted(moved, key=lambda one: (-one.count, one.instead_of, one.to))))


def _goal(answer: Answer) -> Goal:
    if answer.clear is not None:
        return Goal(partner=answer.clear.partner_id)
    nobody = answer.why_not in (WhyNot.NONE, WhyNot.GAP)  # alike for whoever waits for an answer
    return Goal(why_not=(WhyNot.GAP if nobody else WhyNot(answer.why_not or WhyNot.NONE)).value)


def _questions(before: Facts, after: Facts, until: datetime) -> Iterator[Question]:
    """As `referrals.routing.question` would ask for each, for all of them in five queries."""
    rows = list(
        Referral.objects.filter(created_at__lte=until, case__erased_at=None, case__paused_at=None)
        .select_related("case__worker")
        .only(
            *("number", "services", "case__partner_id", "case__stage", "case__country", "case__place"),
            *("case__worker__home_province_id", "case__worker__home_regency_id"),
        )
        .prefetch_related("case__topics")
        .order_by("-created_at", "-pk")[:LAST]
    )
    declined = _declined({row.case_id for row in rows})
    for row in rows:
        case, worker = row.case, row.case.worker
        asked_before = {
            receiver
            for number, services, receiver in declined[row.case_id]
            if number < row.number and services & set(row.services)
        }
        yield plain(
            Question(
                topics=tuple(topic.code for topic in case.topics.all()),
                stage=case.stage,
                country=case.country,
                place=case.place if _place_decides(case, before, after) else "",
                home_province=worker.home_province_id,
                home_regency=worker.home_regency_id or "",
                exclude=frozenset({case.partner_id, *asked_before}),
            )
        )


def _declined(cases: set[int]) -> dict[int, list[tuple[int, set[str], int]]]:
    rows = Referral.objects.filter(case__in=cases, state=State.DECLINED).exclude(
        decline_reason=DeclineReason.INCOMPLETE
    )
    found: dict[int, list[tuple[int, set[str], int]]] = defaultdict(list)
    for case, number, services, receiver in rows.values_list("case", "number", "services", "receiver"):
        found[case].append((number, set(services), receiver))
    return found


def _place_decides(case: Case, *both: Facts) -> bool:
    """Whether more than one partner answers for the country, so that the sealed place has to be opened."""
    return any(len(facts.partners_in(case.country)) > 1 for facts in both)
