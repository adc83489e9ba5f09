"""Time limits as the pages of a case and of a referral show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .choices import ClockCode
from .clocks import has_run_out
from .models import Clock

LAW: dict[ClockCode, str | Promise] = {
    ClockCode.DOCS_INCOMPLETE: _(
        "The agency may close a complaint whose documents stay incomplete (Peraturan BP2MI 6/2024 art. 30(1)a; may be"
        " replaced by 23/2025)."
    ),
    ClockCode.DATA_UNCLEAR: _(
        "The agency may close a complaint when an explanation it asked for stays missing (Peraturan BP2MI 6/2024 art."
        " 30(1)b; may be replaced by 23/2025)."
    ),
    ClockCode.UNREACHABLE: _(
        "The agency may close a complaint when nobody can reach the reporter (Peraturan BP2MI 6/2024 art. 30(1)c; may be"
        " replaced by 23/2025)."
    ),
    ClockCode.NO_REPLY: _(
        "The agency may close a complaint that cannot be solved when the reporter does not reply (Peraturan BP2MI 6/2024"
        " art. 30(1)e; may be replaced by 23/2025)."
    ),
    ClockCode.PDP_WITHDRAW: _("Who was told must stop processing within 3 x 24 hours (UU 27/2022)."),
}


@dataclass(frozen=True)
class ClockRow:
    """One time limit. Without `texts` the reader may not read what people wrote; `url` leads to its referral."""

    clock: Clock
    label: str
    law: str | Promise
    percent: int
    ran_out: bool
    texts: bool = True
    url: str = ""


def rows(clocks: Iterable[Clock], *, texts: bool = True, linked: bool = False) -> list[ClockRow]:
    """Those that run first, the nearest end first; `linked` names the referral of each."""
    now = timezone.now()
    order = sorted(clocks, key=lambda clock: (clock.stopped_at is not None, clock.due_at))
    return [
        ClockRow(
            clock=clock,
            label=str(ClockCode(clock.code).label),
            law=LAW.get(ClockCode(clock.code), ""),
            percent=percent(clock, now),
            ran_out=has_run_out(clock, now),
            texts=texts,
            url=clock.referral.get_absolute_url() if linked and clock.referral else "",
        )
        for clock in order
    ]


def percent(clock: Clock, now: datetime) -> int:
    """How much of the time has passed, 0 to 100."""
    whole = (clock.due_at - clock.started_at).total_seconds()
    passed = (now - clock.started_at).total_seconds()
    return max(0, min(100, round(100 * passed / whole))) if whole > 0 else 100
