"""The breach register (daftar pelanggaran): failures of protection, and who has to be told of them by when."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from agencies.models import Partner
from cases.choices import Channel, DataGroup
from privacy.fields import SealedTextField
from privacy.models import HoldsKey

from ..choices import Addressee, BreachKind, Reminded, Risk

TEXT_LENGTH = 4000  # characters


class BreachQuerySet(models.QuerySet["Breach"]):
    def visible_to(self, user: User) -> BreachQuerySet:
        """All for those who keep the register for the whole portal; at a partner those that name it."""
        if not user.can(Right.KEEP_BREACHES):
            return self.none()
        if user.partner_id is None:
            return self
        return self.filter(
            models.Q(partner=user.partner_id) | models.Q(notices__partner=user.partner_id)
        ).distinct()

    def open(self) -> BreachQuerySet:
        return self.filter(closed_at=None)


class Breach(HoldsKey):
    """A failure to protect personal data (UU 27/2022 art. 46), as far as it is known. Cases are named by reference alone.

    `due_at` is 72 hours after it was found: until then the people concerned and the authority are told. `partner` is where
    it happened; empty for the portal itself. `id` is also the key of the form that wrote it down.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField(editable=False)
    number = models.PositiveIntegerField(editable=False)
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("where it happened")
    )
    kind = models.CharField(_("what failed"), max_length=9, choices=BreachKind)
    what = SealedTextField(_("what happened, and how"), max_length=TEXT_LENGTH)
    happened_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    found_at = models.DateTimeField(_("when it was found"))
    groups = ArrayField(models.CharField(max_length=10, choices=DataGroup), verbose_name=_("which data"))
    people = models.PositiveIntegerField(_("how many people"))
    risk = models.CharField(_("risk"), max_length=6, choices=Risk)
    measures = SealedTextField(_("what is done about it"), max_length=TEXT_LENGTH)
    public = models.BooleanField(_("the public has to be told"), default=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("written down by"))
    recorded_at = models.DateTimeField(_("written down"))
    changed_at = models.DateTimeField(_("last change"))
    version = models.PositiveIntegerField(default=1, editable=False)
    last_key = models.UUIDField(null=True, editable=False)
    due_at = models.DateTimeField(_("due"))
    next_at = models.DateTimeField(null=True, editable=False)
    reminded = models.PositiveSmallIntegerField(default=Reminded.NOTHING, choices=Reminded, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        ordering = ("-found_at", "-pk")
        indexes = (
            models.Index(fields=("next_at",), condition=models.Q(next_at__isnull=False), name="breach_next"),
        )
        constraints = (
            models.UniqueConstraint(fields=("year", "number"), name="breach_number"),
            models.CheckConstraint(
                condition=models.Q(
                    risk__in=Risk.values,
                    kind__in=BreachKind.values,
                    groups__len__gt=0,
                    groups__contained_by=DataGroup.values,
                ),
                name="breach_codes_known",
            ),
            models.CheckConstraint(
                condition=models.Q(happened_at=None) | models.Q(happened_at__lte=models.F("found_at")),
                name="breach_happened_before_found",
            ),
        )

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("rights:breach", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class BreachNoticeQuerySet(models.QuerySet["BreachNotice"]):
    def visible_to(self, user: User) -> BreachNoticeQuerySet:
        """All of a breach for those who keep it; of another's, those that tell this person's own partner or name it."""
        if not user.can(Right.KEEP_BREACHES):
            return self.none()
        if user.partner_id is None:
            return self
        return self.filter(models.Q(breach__partner=user.partner_id) | models.Q(partner=user.partner_id))


class BreachNotice(models.Model):
    """One addressee of a breach: who, until when, and by whom and how they were told.

    A worker is named by the `reference` of their case, and by nothing else; `partner` is the one that knows them and tells
    them, or the partner that is told itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    breach = models.ForeignKey(Breach, models.PROTECT, related_name="notices", verbose_name=_("breach"))
    addressee = models.CharField(_("who"), max_length=9, choices=Addressee)
    reference = models.CharField(_("case"), max_length=40, blank=True)
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("partner")
    )
    due_at = models.DateTimeField(_("due"))
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    told_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    told_channel = models.CharField(_("how they were told"), max_length=14, choices=Channel, blank=True)

    objects = BreachNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice of a breach")
        verbose_name_plural = _("notices of a breach")
        ordering = ("addressee", "reference", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("breach", "addressee", "reference", "partner"),
                nulls_distinct=False,
                name="breach_notice_once",
            ),
            models.CheckConstraint(
                condition=models.Q(addressee__in=Addressee.values), name="breach_notice_addressee_known"
            ),
            models.CheckConstraint(
                condition=models.Q(told_at=None, told_by=None)
                | models.Q(told_at__isnull=False, told_by__isnull=False),
                name="breach_notice_told_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(addressee=Addressee.SUBJECT) ^ ~models.Q(reference=""),
                name="breach_notice_names_a_case_of_a_worker",
            ),
        )

    def __str__(self) -> str:
        return f"{self.breach_id}: {self.addressee} {self.reference}"

    def is_late(self, at: datetime | None = None) -> bool:
        return self.told_at is None and self.due_at < (at or timezone.now())
