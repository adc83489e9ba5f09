"""The quarterly review: each partner's admin confirms each person, or suspends them."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from ..choices import ReviewStage
from .partners import Partner


class ReviewAnswerQuerySet(models.QuerySet["ReviewAnswer"]):
    def visible_to(self, user: User) -> Self:
        """Those about the partners whose accounts this person manages."""
        if user.manages_partners:
            return self.all()
        return self.filter(partner_id=user.partner_id) if user.manages_staff else self.none()


class ReviewAnswer(models.Model):
    """One person was confirmed by their partner in one quarter ("2026-Q4"). `batch` tells what was confirmed with one click.

    That somebody still has to be confirmed is no row: it follows from the people and the calendar (agencies/reviewing.py).
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    quarter = models.CharField(max_length=7)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    batch = models.UUIDField(default=uuid.uuid4)

    objects = ReviewAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation in the review of accounts")
        verbose_name_plural = _("confirmations in the review of accounts")
        constraints = (
            models.UniqueConstraint(fields=("person", "partner", "quarter"), name="review_answered_once"),
            models.CheckConstraint(
                condition=~models.Q(person=models.F("by")), name="review_of_oneself_is_none"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.quarter}"


class ReviewReminder(models.Model):
    """The admins of one partner were reminded once of one quarter, at its beginning or before its end."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    quarter = models.CharField(max_length=7)
    stage = models.CharField(max_length=5, choices=ReviewStage)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reminder of the review of accounts")
        verbose_name_plural = _("reminders of the review of accounts")
        constraints = (
            models.UniqueConstraint(fields=("partner", "quarter", "stage"), name="review_reminded_once"),
        )

    def __str__(self) -> str:
        return f"{self.partner_id} {self.quarter} {self.stage}"
