"""A service in words: where, when, for whom."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location
from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from accounts.models import User
from agencies import countries
from agencies.models import District, Province
from agencies.moments import INDONESIAN

from . import languages, rules
from .choices import Audience, HoursKind
from .models import Hours, Service
from .opening import Opening

NAMED = 6  # places named before the rest are counted


def facts(service: Service, user: User, names: Names) -> list[dict[str, Any]]:
    """What is known of a service, as rows of a definition list."""
    return [
        {"label": _("For whom"), "value": for_whom(service), "note": service.conditions},
        {"label": _("Where it serves"), "value": area(service, names)},
        {"label": _("Address"), **_address(service, user)},
        {"label": _("When it is there"), "value": hours(service), "note": _validity(service)},
        {"label": _("Languages spoken"), "value": ", ".join(map(languages.name, service.languages))},
        {"label": _("What it costs"), "value": _("Free of charge") if service.is_free else service.fees},
        {"label": _("How to apply"), "value": service.how_to_apply},
    ]


class Names:
    """The names of districts and provinces, read once for a whole page."""

    def __init__(self) -> None:
        self.districts = {row.code: row.name for row in District.objects.all()}
        self.provinces = {row.code: row.name for row in Province.objects.all()}


def area(service: Service, names: Names) -> str:
    """Where it serves: "Johor, Malaka", "Malaysia, Brunei and 3 more", "everywhere"."""
    if service.serves_everywhere:
        return _("everywhere")
    places = [names.districts.get(code, code) for code in service.districts]
    places += [names.provinces.get(code, code) for code in service.provinces]
    places += map(countries.name, service.countries)
    if len(places) > NAMED:
        return _("%(places)s and %(n)d more") % {
            "places": ", ".join(places[:NAMED]),
            "n": len(places) - NAMED,
        }
    return ", ".join(places)


def for_whom(service: Service) -> str:
    """For whom it is: "women, children; from 18 years"."""
    who = ", ".join(str(Audience(code).label).lower() for code in service.audiences) or _("everybody")
    low, high = service.minimum_age, service.maximum_age
    if low is not None and high is not None:
        return f"{who}; " + _("%(low)d to %(high)d years old") % {"low": low, "high": high}
    if low is not None:
        return f"{who}; " + _("from %(low)d years") % {"low": low}
    if high is not None:
        return f"{who}; " + _("up to %(high)d years") % {"high": high}
    return who


def hours(service: Service) -> str:
    """When it is there in a week: "Mon–Fri 08:00–16:00; Sat 08:00–12:00 (WIB)"."""
    if service.hours_kind != HoursKind.OWN:
        return str(HoursKind(service.hours_kind).label)
    rows = list(service.hours.all())
    parts = []
    for (opens, closes), same in groupby(rows, key=lambda row: (row.opens_at, row.closes_at)):
        whole_day = opens == closes
        when = _("all day") if whole_day else f"{clock(opens)}–{clock(closes)}"
        parts += [f"{days} {when}" for days in _runs(list(same))]
    closed = _("closed on public holidays") if service.closed_on_holidays else _("also on public holidays")
    return f"{'; '.join(parts)} ({zone(service)}); {closed}"


def places(service: Service) -> str:
    """How many are free: "3 of 20 places free"; empty where places are not counted."""
    if service.capacity is None:
        return ""
    if service.places_free is None:
        return _("%(all)d places; not known how many are free") % {"all": service.capacity}
    return _("%(free)d of %(all)d places free") % {"free": service.places_free, "all": service.capacity}


def opens(opening: Opening, moment: datetime) -> dict[str, Any]:
    """Whether it is open at that moment, in words for the reader, in the time of the place."""
    service = opening.service
    if service.hours_kind == HoursKind.ALWAYS and opening.is_open(moment):
        return {"is_open": True, "text": _("Open day and night")}
    if closes := opening.closes(moment):
        return {"is_open": True, "text": _("Open until %(when)s") % {"when": local(service, closes, moment)}}
    if at := opening.next_opening(moment):
        return {"is_open": False, "text": _("Opens %(when)s") % {"when": local(service, at, moment)}}
    return {"is_open": False, "text": _("Closed for the next two weeks")}


def local(service: Service, at: datetime, seen_from: datetime | None = None) -> str:
    """A moment at the place: "16:00 WIB" on the same day, else "Monday 08:00 WIB"."""
    here = ZoneInfo(service.time_zone)
    then, base = at.astimezone(here), (seen_from or timezone.now()).astimezone(here)
    ahead = (then.date() - base.date()).days
    day = "" if ahead == 0 else f"{date_format(then, 'l' if 0 < ahead < 7 else 'j F')} "
    return f"{day}{clock(then)} {zone(service)}"


def zone(service: Service) -> str:
    """What the time of the place is called: "WIB", "Kuala Lumpur time"."""
    short = timezone.now().astimezone(ZoneInfo(service.time_zone)).tzname() or ""
    if short in INDONESIAN:
        return short
    locale = Locale.parse((get_language() or "id").replace("-", "_"))
    city = get_timezone_location(service.time_zone, locale=locale, return_city=True)
    return _("%(city)s time") % {"city": city}


def clock(at: Any) -> str:
    return formats.time_format(at, "H.i" if get_language() == "id" else "H:i")


def _runs(rows: list[Hours]) -> list[str]:
    """Days of the same hours: "Mon–Fri", "Sat"."""
    days, runs = [row.weekday for row in rows], list[list[int]]()
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [
        str(WEEKDAYS[run[0]]) if len(run) == 1 else f"{WEEKDAYS_ABBR[run[0]]}–{WEEKDAYS_ABBR[run[-1]]}"
        for run in runs
    ]


def _address(service: Service, user: User) -> dict[str, Any]:
    where = ", ".join(
        filter(None, (service.city, str(service.province or ""), countries.name(service.country)))
    )
    if not rules.can_read_address(user, service):
        return {"value": where, "note": _("The address is told on the telephone.")}
    return {"value": ", ".join(filter(None, (service.address, service.postal_code, where)))}


def _validity(service: Service) -> str:
    first, last = service.valid_from, service.valid_until
    if first and last:
        return _("from %(first)s until %(last)s") % {"first": date_format(first), "last": date_format(last)}
    if first:
        return pgettext("date", "from %(first)s") % {"first": date_format(first)}
    return pgettext("date", "until %(last)s") % {"last": date_format(last)} if last else ""
