"""How long a deadline may be: more than nothing, no more than a year."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..choices import Counting, DeadlineUnit

MOST = {  # of each unit within a year
    DeadlineUnit.HOURS: 365 * 24,
    DeadlineUnit.DAYS: 365,
    DeadlineUnit.WORKING_DAYS: 365,
    DeadlineUnit.MONTHS: 12,
    DeadlineUnit.YEARS: 1,
}
BY_THE_CALENDAR = frozenset({DeadlineUnit.MONTHS, DeadlineUnit.YEARS})


def is_sensible(value: int, unit: str) -> bool:
    """Whether that many units are more than nothing and no more than a year."""
    return unit in MOST and 0 < value <= MOST[DeadlineUnit(unit)]


def check_length(value: int | None, unit: str, counting: str = Counting.CLOCK) -> None:
    """Raises ValidationError with a sentence for the field that is wrong. What is missing is another's to tell."""
    if value is None or unit not in MOST:
        return
    if value <= 0:
        raise ValidationError({"value": _("Nobody can act in no time: enter a number of at least 1.")})
    if not is_sensible(value, unit):
        raise ValidationError(
            {
                "value": _("A deadline is at most one year: at most %(most)s %(unit)s.")
                % {"most": MOST[DeadlineUnit(unit)], "unit": DeadlineUnit(unit).label}
            }
        )
    if unit in BY_THE_CALENDAR and counting == Counting.WORKING:
        raise ValidationError(
            {"counting": _("Months and years go by the calendar; only hours and days count in working time.")}
        )
    if unit == DeadlineUnit.WORKING_DAYS and counting == Counting.CLOCK:
        raise ValidationError({"counting": _("Working days count in working time.")})
