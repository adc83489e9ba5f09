"""What shapes deadlines beside the policy itself: a partner's own limits, days off, and who is reminded when."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import Counting, DeadlineUnit, Recipients
from .lengths import check_length
from .partners import Partner
from .places import validate_country
from .reference import Deadline


class PartnerDeadline(models.Model):
    """A time limit that this partner has agreed to instead of the general one."""

    partner = models.ForeignKey(
        Partner, models.CASCADE, related_name="own_deadlines", verbose_name=_("partner")
    )
    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="+", verbose_name=_("deadline"))
    value = models.PositiveSmallIntegerField(_("time allowed"))
    unit = models.CharField(_("unit"), max_length=12, choices=DeadlineUnit.choices)
    counting = models.CharField(_("counted in"), max_length=7, choices=Counting.choices)

    class Meta:
        verbose_name = _("deadline of one partner")
        verbose_name_plural = _("deadlines of one partner")
        constraints = (
            models.UniqueConstraint(fields=("partner", "deadline"), name="partner_deadline_once"),
            models.CheckConstraint(condition=models.Q(value__gt=0), name="partner_deadline_is_positive"),
        )

    def __str__(self) -> str:
        return f"{self.partner_id} {self.deadline_id}: {self.value} {self.unit}"

    def clean(self) -> None:
        super().clean()
        check_length(self.value, self.unit, self.counting)


class CalendarDay(models.Model):
    """A day that differs from the published calendar: a day off that it does not know, or a working day it has as one off.

    For one partner, or for a whole country.
    """

    country = models.CharField(_("country"), max_length=2, blank=True, validators=[validate_country])
    partner = models.ForeignKey(
        Partner,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="calendar_days",
        verbose_name=_("partner"),
    )
    day = models.DateField(_("day"))
    name = models.CharField(_("occasion"), max_length=150)
    is_working = models.BooleanField(_("people work that day"), default=False)

    class Meta:
        verbose_name = _("day of the calendar")
        verbose_name_plural = _("days of the calendar")
        ordering = ("-day",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(partner=None) ^ models.Q(country=""), name="calendar_day_for_one_scope"
            ),
            models.UniqueConstraint(
                fields=("country", "day"),
                condition=models.Q(partner=None),
                name="calendar_day_once_per_country",
            ),
            models.UniqueConstraint(
                fields=("partner", "day"),
                condition=models.Q(partner__isnull=False),
                name="calendar_day_once_per_partner",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class EscalationStep(models.Model):
    """A reminder: when `percent` of the time allowed has passed, these people are told."""

    level = models.PositiveSmallIntegerField(_("step"), unique=True)
    percent = models.PositiveSmallIntegerField(
        _("percent of the time"), validators=[MinValueValidator(1), MaxValueValidator(500)], unique=True
    )
    recipients = ArrayField(
        models.CharField(max_length=20, choices=Recipients.choices), verbose_name=_("who is told")
    )

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ("level",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(percent__gte=1, percent__lte=500, level__gte=1),
                name="escalation_percent_in_bounds",
            ),
            models.CheckConstraint(
                condition=models.Q(recipients__len__gt=0, recipients__contained_by=Recipients.values),
                name="escalation_recipients_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.level}: {self.percent} %"
