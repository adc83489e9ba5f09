"""When things happen: in the working hours of whoever does them, and never after now."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(8), time(16, 30)
FIRST_DUTY, LAST_DUTY = time(6), time(22)  # emergencies are somebody's duty in the evening and at the weekend
SATURDAY = 5


@dataclass(frozen=True)
class Clock:
    now: datetime
    rng: Random

    def ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)

    def after(
        self, at: datetime, hours: tuple[float, float], zone: str, *, on_duty: bool = False
    ) -> datetime:
        """A moment so many hours after `at`, put off to the next working time of that zone."""
        wanted = at + timedelta(hours=self.rng.uniform(*hours), seconds=self.rng.randrange(60))
        return self.working(wanted, zone, on_duty=on_duty)

    def working(self, at: datetime, zone: str, *, on_duty: bool = False) -> datetime:
        """The moment itself if somebody works then, else some time in the morning of the next working day."""
        local = at.astimezone(ZoneInfo(zone))
        opens, closes = (FIRST_DUTY, LAST_DUTY) if on_duty else (OPENS, CLOSES)
        if local.time() > closes:
            local = self._morning(local + timedelta(days=1), opens)
        elif local.time() < opens:
            local = self._morning(local, opens)
        while not on_duty and local.weekday() >= SATURDAY:
            local = self._morning(local + timedelta(days=1), opens)
        return local.astimezone(UTC)

    def by_day(self, at: datetime, zone: str) -> datetime:
        """The moment moved into the working hours of the same day, so that earlier ones stay earlier."""
        local = at.astimezone(ZoneInfo(zone))
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        opens, length = timedelta(hours=OPENS.hour), timedelta(hours=CLOSES.hour - OPENS.hour)
        return (midnight + opens + (local - midnight) / timedelta(days=1) * length).astimezone(UTC)

    def _morning(self, day: datetime, opens: time) -> datetime:
        begins = day.replace(hour=opens.hour, minute=opens.minute, second=0, microsecond=0)
        return begins + timedelta(seconds=self.rng.randrange(3 * 3600))
