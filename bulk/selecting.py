"""Which cases an act is for: those that somebody picked, or all that their list would show, asked anew as the same person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from cases.filtering import filtered, on_tab
from cases.models import Case
from cases.together import HEAVY, opened

from .choices import Skip
from .models import BulkAct

MOST = 1_000  # cases that are counted and looked at before somebody confirms


@dataclass
class Preview:
    """What would happen: how many cases match, looked at up to MOST, and why some of those are left out."""

    count: int = 0
    more: bool = False
    left_out: Counter[Skip] = field(default_factory=Counter)

    @property
    def affected(self) -> int:
        return self.count - self.left_out.total()


def cases_of(act: BulkAct, user: User) -> Any:
    """The cases, as far as this person knows of them."""
    if act.picked:
        return Case.objects.known_to(user).filter(pk__in=act.picked)
    chosen = dict(act.asked)
    return filtered(user, on_tab(user, chosen.pop("tab", "")), chosen)


def preview(act: BulkAct, user: User, why_not: Callable[[User, Any], Skip | None]) -> Preview:
    """Two statements, however many cases there are."""
    numbers = list(cases_of(act, user).order_by().values_list("pk", flat=True)[: MOST + 1])
    shown = Preview(count=min(len(numbers), MOST), more=len(numbers) > MOST)
    narrow = Case.objects.known_to(user).filter(pk__in=numbers[:MOST]).with_mask(user).defer(*HEAVY)
    for case in narrow:
        if (reason := why_not(user, opened(user, case))) is not None:
            shown.left_out[reason] += 1
    return shown


def newest(user: User) -> int:
    """The number of the newest case that this person's partner has: what comes later is in no act confirmed now."""
    last = Case.objects.known_to(user).order_by("-pk").values_list("pk", flat=True).first()
    return last or 0
