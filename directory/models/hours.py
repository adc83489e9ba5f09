"""The hours of its own that a service has in a week."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .services import Service


class Hours(models.Model):
    """From when until when a service is there on one day of the week (Monday is 0), in its own time zone.

    One that closes at or before the hour at which it opens is there until that hour of the next day.
    """

    service = models.ForeignKey(Service, models.CASCADE, related_name="hours", verbose_name=_("service"))
    weekday = models.PositiveSmallIntegerField(_("day of the week"))
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))

    class Meta:
        verbose_name = _("hours of a day")
        verbose_name_plural = _("hours of the week")
        ordering = ("weekday",)
        constraints = (
            models.UniqueConstraint(fields=("service", "weekday"), name="hours_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(weekday__gte=0, weekday__lte=6), name="hours_weekday_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"
