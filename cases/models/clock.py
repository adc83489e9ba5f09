"""Time limits beside those of a referral's next move."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Partner
from privacy.fields import SealedTextField

from ..choices import ClockCode
from .case import Case
from .of_case import OfCase


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> ClockQuerySet:
        """Neither stopped nor run out. One that has run out stays where it is until somebody stops it."""
        return self.filter(stopped_at=None)


class Clock(OfCase):
    """A time limit that somebody, or the law, has set running on a case or one of its referrals.

    `partner` is whose it is to act before `due_at`. `next_at` is when the sweep looks again (`warn_at`, then
    `due_at`); empty when it has said all. `note` is the reason that started it, `stop_note` what ended it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks", verbose_name=_("case"))
    referral = models.ForeignKey(
        "referrals.Referral",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="clocks",
        verbose_name=_("referral"),
    )
    code = models.CharField(_("time limit"), max_length=20, choices=ClockCode)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("who must act"))
    note = SealedTextField(_("reason"), max_length=2000, blank=True)
    started_at = models.DateTimeField(_("started"))
    started_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    warn_at = models.DateTimeField(_("two thirds"))
    due_at = models.DateTimeField(_("due"))
    next_at = models.DateTimeField(null=True, blank=True)
    ran_out_at = models.DateTimeField(_("ran out"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    stopped_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    stop_note = SealedTextField(_("what ended it"), max_length=2000, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        ordering = ("due_at", "pk")
        indexes = (
            models.Index(fields=("next_at",), condition=models.Q(next_at__isnull=False), name="clock_next"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(code__in=ClockCode.values), name="clock_code_known"),
            models.CheckConstraint(
                condition=models.Q(started_at__lte=models.F("warn_at"), warn_at__lte=models.F("due_at")),
                name="clock_runs_forward",
            ),
            models.UniqueConstraint(
                fields=("referral", "code"),
                condition=models.Q(stopped_at=None, referral__isnull=False),
                name="clock_once_per_referral",
            ),
            models.UniqueConstraint(
                fields=("case", "code"),
                condition=models.Q(stopped_at=None, referral=None),
                name="clock_once_per_case",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.code}"
