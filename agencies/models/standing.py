"""A partner's life here: its steps, and the agreements on sharing data that it stands on."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from privacy.models.data_key import HoldsKey

from ..choices import Step
from .partners import Partner

REASON_MAX = 500  # characters
WARNED_BEFORE = (60, 30, 7)  # days before an agreement ends


class PartnerStep(models.Model):
    """One step of a partner's life: who took it, when and why. `key` is the form's, so that a double click is one step."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="steps", verbose_name=_("partner"))
    step = models.CharField(_("step"), max_length=11, choices=Step)
    reason = models.TextField(_("reason"), max_length=REASON_MAX, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = _("step of a partner")
        verbose_name_plural = _("steps of partners")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=models.Q(step__in=Step.values), name="partner_step_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.step} {self.at:%Y-%m-%d}"


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user: User) -> Self:
        """All for a portal admin, their own partner's for a partner admin."""
        if user.manages_partners:
            return self.all()
        return self.filter(partner_id=user.partner_id) if user.manages_staff else self.none()

    def in_force(self, on: date | None = None) -> Self:
        """Agreements that have begun and not ended on that day (today)."""
        day = on or timezone.localdate()
        return self.filter(signed_on__lte=day, expires_on__gte=day)

    def ending(self) -> Self:
        """The last agreement of each partner that is not closed, where it is near its end or past it."""
        later = Agreement.objects.filter(
            partner=models.OuterRef("partner"), expires_on__gt=models.OuterRef("expires_on")
        )
        near = timezone.localdate() + timedelta(days=max(WARNED_BEFORE))
        return self.filter(~models.Exists(later), expires_on__lte=near, partner__retired_at=None)

    def without_document(self) -> Self:
        """For lists: the sealed bytes stay where they are."""
        return self.defer("document")


class Agreement(HoldsKey):
    """A signed agreement on sharing data. A later one does not replace it: what was agreed to then stays on file.

    `document` is the signed paper, sealed with the row's own key; `warned` is the smallest of `WARNED_BEFORE` that was
    told, 0 once its end was told, and None before.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="agreements", verbose_name=_("partner"))
    number = models.CharField(_("number"), max_length=100)
    signatory = models.CharField(_("signed by"), max_length=150)
    signed_on = models.DateField(_("signed on"))
    expires_on = models.DateField(_("ends on"))
    file_name = models.CharField(_("file"), max_length=200)
    document = models.BinaryField(editable=False)
    size = models.PositiveIntegerField(_("size"))  # of the paper, in bytes
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("put on file by"))
    filed_at = models.DateTimeField(_("put on file"), default=timezone.now)
    warned = models.PositiveSmallIntegerField(null=True, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("data-sharing agreement")
        verbose_name_plural = _("data-sharing agreements")
        ordering = ("-expires_on", "-filed_at")
        indexes = (
            models.Index(
                fields=("expires_on",),
                condition=models.Q(warned=None) | models.Q(warned__gt=0),
                name="agreement_to_warn",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(expires_on__gt=models.F("signed_on")),
                name="agreement_ends_after_it_began",
                violation_error_message=_("The agreement ends before it began."),
            ),
            models.UniqueConstraint(
                fields=("partner", "number"),
                name="agreement_number_of_partner",
                violation_error_message=_("An agreement with this number is on file already."),
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def days_left(self) -> int:
        """Until its last day; negative once it has ended."""
        return (self.expires_on - timezone.localdate()) // timedelta(days=1)

    @property
    def has_ended(self) -> bool:
        return self.days_left < 0

    @property
    def ends_soon(self) -> bool:
        return 0 <= self.days_left <= max(WARNED_BEFORE)
