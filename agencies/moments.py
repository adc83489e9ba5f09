"""Moments in the words and in the zone of the partner that they concern: "Thursday 16:00 Doha time"."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .models import Partner

A_WEEK = 7  # days; a weekday's name alone reads as the coming one
INDONESIAN = frozenset({"WIB", "WITA", "WIT"})  # everybody here knows them by these names


def until(due_at: datetime | None, partner: Partner | None) -> str:
    """Until when, in words: "by Thursday 16:00 Doha time", "by 4 December 16:00 WIB". Empty without a deadline."""
    if due_at is None or partner is None:
        return ""
    return _("by %(moment)s") % {"moment": at(due_at, partner)}


def at(moment: datetime, partner: Partner) -> str:
    """The day and hour where this partner is, as short as it may be, with whose time it is."""
    zone = ZoneInfo(partner.time_zone)
    local, now = moment.astimezone(zone), timezone.now().astimezone(zone)
    ahead = (local.date() - now.date()).days
    if 0 <= ahead < A_WEEK and local > now:
        day = formats.date_format(local, "l")
    else:
        day = formats.date_format(local, "j F" if local.year == now.year else "j F Y")
    hour = formats.date_format(local, "H.i" if get_language() == "id" else "H:i")
    return f"{day} {hour} {zone_name(partner, local)}"


def zone_name(partner: Partner, local: datetime | None = None) -> str:
    """What the partner's time is called: "WIB" in Indonesia, else by its city, "Doha time"."""
    zone = ZoneInfo(partner.time_zone)
    short = (local or timezone.now()).astimezone(zone).tzname() or ""
    if short in INDONESIAN:
        return short
    return _("%(city)s time") % {"city": partner.city or _place(partner.time_zone)}


def _place(zone: str) -> str:
    """The city of an IANA time zone in the reader's language."""
    locale = Locale.parse((get_language() or "id").replace("-", "_"))
    return str(get_timezone_location(zone, locale=locale, return_city=True))
