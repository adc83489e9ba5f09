"""The shared plan of a case: next steps across the partners that work on it together."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Partner
from cases.models import Case
from cases.models.of_case import OfCase
from privacy.fields import SealedCharField

STEP_LENGTH = 300


class PlanStep(OfCase):
    """What is to be done next, by which partner and until which day; read by all whose referral of the case is open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="plan", verbose_name=_("case"))
    what = SealedCharField(_("next step"), max_length=STEP_LENGTH)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("who does it"))
    by_when = models.DateField(_("by when"))
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    dropped_at = models.DateTimeField(_("dropped"), null=True, blank=True)
    dropped_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("step of the plan")
        verbose_name_plural = _("steps of the plan")
        ordering = ("by_when", "created_at")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(dropped_at=None), name="step_done_or_dropped"
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None

    @property
    def is_late(self) -> bool:
        return self.is_open and self.by_when < timezone.localdate()
