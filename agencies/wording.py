"""Lengths of time, weekends, opening hours, and where a partner stands, in words."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from . import countries, moments
from .calendars import Calendar, knows_holidays, weekend_of
from .choices import Counting, DeadlineUnit, PartnerState
from .models import Deadline, Partner

DUTIES = {
    "REFERRAL_EMERGENCY": gettext_lazy("Act on an emergency referral"),
    "REFERRAL_URGENT": gettext_lazy("Act on an urgent referral"),
    "REFERRAL_NORMAL": gettext_lazy("Act on a normal referral"),
    "PROGRESS_EMERGENCY": gettext_lazy("Report on an accepted emergency referral"),
    "PROGRESS_URGENT": gettext_lazy("Report on an accepted urgent referral"),
    "PROGRESS_NORMAL": gettext_lazy("Report on an accepted normal referral"),
    "COMMITMENT_2": gettext_lazy("Fulfil the commitment of the second clarification"),
    "DOCS_INCOMPLETE": gettext_lazy("Complete the documents of a complaint"),
    "DATA_UNCLEAR": gettext_lazy("Give the explanation that was asked for"),
    "UNREACHABLE": gettext_lazy("Be reachable for a complaint"),
    "NO_REPLY": gettext_lazy("Reply to a complaint that cannot be solved"),
    "TPKS_REPORT": gettext_lazy("Pass a report of sexual violence to the police"),
    "TPKS_PROTECT": gettext_lazy("Temporary protection by the police after the report"),
    "PDP_ACCESS": gettext_lazy("Give people access to their data"),
    "PDP_RECTIFY": gettext_lazy("Correct people's data on request"),
    "PDP_WITHDRAW": gettext_lazy("Stop processing after consent is withdrawn"),
    "PDP_RESTRICT": gettext_lazy("Suspend or restrict processing on request"),
    "PDP_BREACH": gettext_lazy("Tell of a data protection failure"),
    "REHAB_MAX": gettext_lazy("Longest rehabilitation after arrival"),
}


def duty(deadline: Deadline) -> str:
    """What must be done within the deadline, in the reader's language where it is one of ours."""
    return str(DUTIES.get(deadline.code) or deadline.duty)


def length(value: int, unit: str, counting: str) -> str:
    """A time limit: "14 days, working time"."""
    label = DeadlineUnit(unit).label if unit in DeadlineUnit else unit
    if unit == DeadlineUnit.WORKING_DAYS or counting not in Counting:
        return f"{value} {label}"
    return f"{value} {label}, {Counting(counting).label}"


def days(weekend: frozenset[int]) -> str:
    """Days of the week by their names."""
    return ", ".join(str(WEEKDAYS[day]) for day in sorted(weekend)) or _("none")


def formerly(partner: Partner) -> list[str]:
    """The names that a partner bore before, each with its last day, newest first."""
    return [
        _("%(name)s (until %(day)s)") % {"name": name, "day": formats.date_format(name.until)}
        for name in partner.former_names.all()
    ]


def took_over(partner: Partner) -> list[str]:
    """The names of the closed partners whose live work went to this one, each with the day."""
    return [
        _("%(name)s (%(day)s)")
        % {"name": old.name, "day": formats.date_format(timezone.localtime(old.retired_at))}
        for old in partner.predecessors.all()
        if old.retired_at
    ]


def working_hours(partner: Partner) -> list[dict[str, Any]]:
    """When a partner is at work, as rows of a definition list: hours, weekend, and the next three days off."""
    style = "H.i" if get_language() == "id" else "H:i"
    opens, closes = (formats.time_format(at, style) for at in (partner.opens_at, partner.closes_at))
    off = Calendar(partner).next_days_off(timezone.now().astimezone(ZoneInfo(partner.time_zone)).date())
    lines = [f"{formats.date_format(day.day, 'l, j F Y')}: {day.name}" for day in off]
    return [
        {"label": _("Working hours"), "value": f"{opens}–{closes} {moments.zone_name(partner)}"},
        {"label": _("Days off in the week"), "value": days(weekend_of(partner))},
        {"label": _("Next days off"), "value": "; ".join(lines)},
    ]


def unknown_holidays(partner: Partner) -> str:
    """A warning where the public holidays of the partner's country are not known, now or a month from now."""
    now = timezone.now()
    for year in sorted({now.year, (now + timedelta(days=31)).year}):
        if not knows_holidays(partner.country, year):
            return _(
                "The public holidays of %(country)s in %(year)s are not known here: only the weekend and Indonesia's"
                " holidays count. Please enter the others."
            ) % {"country": countries.name(partner.country), "year": year}
    return ""


def takes_nobody(partner: Partner | None) -> str:
    """Why nobody is invited to a partner that does not take part, and what to do first."""
    if partner is None or partner.state == PartnerState.ACTIVE:
        return ""
    return {
        PartnerState.REGISTERED: _("This partner is not active yet and takes on nobody. Activate it first."),
        PartnerState.SUSPENDED: _(
            "This partner is suspended and takes on nobody. Reactivate the partner first."
        ),
        PartnerState.CLOSED: _("This partner is closed and takes on nobody."),
    }[partner.state]
