"""When a service is there, as rules of RFC 5545 with hours that name their offset from UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from agencies.calendars import weekend_of

from .. import wording
from ..choices import HoursKind
from ..models import Service
from . import ids

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Pattern = tuple[list[int], time, time]


def schedules(service: Service) -> list[dict[str, Any]]:
    """One schedule for all days of the same hours. One that is always there closes when it opens again."""
    in_office = service.hours_kind == HoursKind.OFFICE
    zone = service.partner.time_zone if in_office else service.time_zone
    offset = timezone.now().astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    text = wording.hours(service)
    return [
        _schedule(service, number, pattern, offset, text) for number, pattern in enumerate(_patterns(service))
    ]


def _schedule(
    service: Service, number: int, pattern: Pattern, offset: timedelta, text: str
) -> dict[str, Any]:
    days, opens, closes = pattern
    first, last = service.valid_from, service.valid_until
    hours = offset / timedelta(hours=1)
    return {
        "id": ids.made(service.pk, "schedule", number),
        **({"valid_from": first.isoformat()} if first else {}),
        **({"valid_to": last.isoformat()} if last else {}),
        "freq": "WEEKLY",
        "interval": 1,
        "wkst": "MO",
        "byday": ",".join(DAYS[day] for day in days),
        "timezone": int(hours) if hours == int(hours) else hours,
        "opens_at": _clock(opens, offset),
        "closes_at": _clock(closes, offset),
        "description": text,
    }


def _patterns(service: Service) -> Iterator[Pattern]:
    if service.hours_kind == HoursKind.ALWAYS:
        yield list(range(7)), time.min, time.min
    elif service.hours_kind == HoursKind.OFFICE:
        partner = service.partner
        yield sorted(set(range(7)) - weekend_of(partner)), partner.opens_at, partner.closes_at
    else:
        same: dict[tuple[time, time], list[int]] = {}
        for row in service.hours.all():
            same.setdefault((row.opens_at, row.closes_at), []).append(row.weekday)
        for (opens, closes), days in same.items():
            yield days, opens, closes


def _clock(at: time, offset: timedelta) -> str:
    """Such as "08:00+07:00" (HSDS 3.0, schedule.opens_at)."""
    minutes = int(offset.total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{at:%H:%M}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
