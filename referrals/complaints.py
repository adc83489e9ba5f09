"""The grounds on which an agency may close a complaint, each of which must have run out as a visible clock first.

Peraturan BP2MI 6/2024 art. 30(1)a, b, c and e (may be replaced by 23/2025).
"""

from collections.abc import Iterable

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from agencies.models import Outcome
from cases.choices import ClockCode
from cases.clocks import COMPLAINT, has_run_out
from cases.models import Clock

from .models import Referral

GROUNDS: dict[str, ClockCode] = {
    "DOKUMEN_TIDAK_LENGKAP": ClockCode.DOCS_INCOMPLETE,
    "DATA_TIDAK_JELAS": ClockCode.DATA_UNCLEAR,
    "TIDAK_DAPAT_DIHUBUNGI": ClockCode.UNREACHABLE,
    "TIDAK_ADA_TANGGAPAN": ClockCode.NO_REPLY,
}


def running(referral: Referral) -> list[Clock]:
    """The time limits of the complaint that nobody has stopped, run out or not."""
    return _running(referral.clocks.all())


def _running(clocks: Iterable[Clock]) -> list[Clock]:
    return [clock for clock in clocks if clock.stopped_at is None and clock.code in COMPLAINT]


def why_not_yet(referral: Referral, outcome: Outcome) -> str:
    """Why the referral cannot be completed with this outcome now, or an empty text."""
    code = GROUNDS.get(outcome.code)
    if code is None:
        return ""
    clock = next((clock for clock in running(referral) if clock.code == code), None)
    words = {"outcome": outcome.name, "clock": code.label}
    if clock is None:
        return (
            _(
                "“%(outcome)s” needs a time limit that has passed. Start “%(clock)s” first, so that the sender can still"
                " answer."
            )
            % words
        )
    if has_run_out(clock):
        return ""
    until = formats.date_format(timezone.localtime(clock.due_at), "DATETIME_FORMAT")
    return _("“%(outcome)s” is possible once the time limit “%(clock)s” has passed: %(until)s.") % {
        **words,
        "until": until,
    }
