"""Acts on accounts that one admin asks for and another one confirms (four eyes)."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

WAITS_FOR = timedelta(hours=24)


class FactorResetQuerySet(models.QuerySet["FactorReset"]):
    def waiting(self) -> Self:
        """Neither decided nor run out."""
        return self.filter(decided_at=None, asked_at__gt=timezone.now() - WAITS_FOR)

    def visible_to(self, user: User) -> Self:
        """Those about people whose accounts this person manages."""
        if user.manages_partners:
            return self.all()
        return self.filter(person__partner_id=user.partner_id) if user.manages_staff else self.none()


class FactorReset(models.Model):
    """An admin asks that somebody's second factor be taken away; another admin confirms it within a day, or refuses.

    `done` says what was decided. One that nobody decided on runs out by itself.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="factor_resets")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    done = models.BooleanField(default=False)

    objects = FactorResetQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish to reset a second factor")
        verbose_name_plural = _("wishes to reset a second factor")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(decided_at=None, decided_by=None, done=False)
                | models.Q(decided_at__isnull=False, decided_by__isnull=False),
                name="factor_reset_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(done=True, decided_by=models.F("asked_by")),
                name="factor_reset_takes_two",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def until(self) -> object:
        return self.asked_at + WAITS_FOR
