"""When a service is there, in the time zone of the place where it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agencies.calendars import Calendar, calendars_of

from .choices import HoursKind
from .models import Service

A_DAY = timedelta(days=1)
LOOKED_AHEAD = 14  # days in which the next opening is looked for
EVENING = time(21)  # "tonight": somebody has to be there when a worker arrives late
Span = tuple[datetime, datetime]


class Opening:
    """The hours of one service. It needs the service's `hours`, and the calendar of its partner."""

    def __init__(self, service: Service, calendar: Calendar) -> None:
        self.service, self.calendar = service, calendar
        self.zone = ZoneInfo(service.time_zone)
        self._own = {row.weekday: row for row in service.hours.all()}

    def is_open(self, moment: datetime) -> bool:
        return self.closes(moment) is not None

    def closes(self, moment: datetime) -> datetime | None:
        """Until when it is open without a break, as seen from a moment at which it is; None when it is closed then."""
        until: datetime | None = None
        for opens, closes in self._spans(moment.astimezone(self.zone).date() - A_DAY):
            if opens > (until or moment):
                break
            if closes > (until or moment):
                until = closes
        return until

    def next_opening(self, moment: datetime) -> datetime | None:
        """When it opens next after a moment at which it is closed; None when it does not within two weeks."""
        spans = self._spans(moment.astimezone(self.zone).date())
        return next((opens for opens, _closes in spans if opens > moment), None)

    def _spans(self, since: date) -> Iterator[Span]:
        """The hours, in order, of the days from that one on."""
        for ahead in range(LOOKED_AHEAD + 1):
            if span := self._span(since + ahead * A_DAY):
                yield span

    def _span(self, day: date) -> Span | None:
        first, last = self.service.valid_from, self.service.valid_until
        if (first is not None and day < first) or (last is not None and day > last):
            return None
        if self.service.hours_kind == HoursKind.ALWAYS:
            return self._at(day, time.min), self._at(day + A_DAY, time.min)
        if self.service.hours_kind == HoursKind.OFFICE:
            return self.calendar.hours_on(day)
        hours = self._own.get(day.weekday())
        if hours is None or (self.service.closed_on_holidays and self.calendar.is_holiday(day)):
            return None
        until = day if hours.closes_at > hours.opens_at else day + A_DAY
        return self._at(day, hours.opens_at), self._at(until, hours.closes_at)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)


def openings(services: Iterable[Service]) -> list[Opening]:
    """The hours of each service, in one query besides those of the services themselves."""
    services = list(services)
    calendars = calendars_of(service.partner for service in services)
    return [Opening(service, calendars[service.partner_id]) for service in services]
