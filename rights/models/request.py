"""A data subject's request (permohonan subjek data): a small case of its own."""

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
from cases.choices import Channel
from cases.models import Case
from cases.models.case_reads import open_to
from privacy.fields import SealedCharField, SealedTextField
from privacy.models import HoldsKey

from ..choices import OPEN, AskedBy, Ground, IdentityWay, Reminded, RequestKind, RequestState

TEXT_LENGTH = 2000  # characters


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def visible_to(self, user: User) -> DataRequestQuerySet:
        """Requests to this person's own partner: all for those who decide on them, else those about cases they read."""
        ours = self.filter(partner_id=user.partner_id)
        if user.partner_id is None:
            return self.none()
        if user.can(Right.DECIDE_REQUESTS):
            return ours
        if not user.works_cases:
            return self.none()
        closed = Case.objects.filter(partner_id=user.partner_id).exclude(open_to(user))
        return ours.exclude(cases__in=closed)

    def open(self) -> DataRequestQuerySet:
        """Those of which somebody still has to do something."""
        return self.filter(state__in=sorted(OPEN))

    def overdue(self, at: datetime | None = None) -> DataRequestQuerySet:
        return self.open().filter(due_at__lt=at or timezone.now())


class DataRequest(HoldsKey):
    """What a worker, or who acts for them, asks of this partner about their data (UU 27/2022 art. 5 to 13, 14).

    `id` is also the key of the form that wrote it down: the same form sent twice is one request. `last_key` is the key of
    the last step. What was written about it is sealed with a key of its own. `due_at` is 72 hours after `received_at`; `next_at` when the sweep looks again. `corrected` names the
    fields that were corrected, never what stands in them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    year = models.PositiveSmallIntegerField(editable=False)
    number = models.PositiveIntegerField(editable=False)
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    cases = models.ManyToManyField(Case, related_name="data_requests", verbose_name=_("cases"))
    kind = models.CharField(_("what is asked for"), max_length=10, choices=RequestKind)
    asked_by = models.CharField(_("who asks"), max_length=8, choices=AskedBy)
    asker = SealedCharField(_("name of who asks"), max_length=150, blank=True)
    proof = SealedCharField(_("proof that they may act for the worker"), max_length=300, blank=True)
    contact = SealedCharField(_("how to answer safely"), max_length=150)
    wish = SealedTextField(_("what they ask, in their own words"), max_length=TEXT_LENGTH, blank=True)
    channel = models.CharField(_("how it came"), max_length=14, choices=Channel)
    received_at = models.DateTimeField(_("received"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("written down by"))
    recorded_at = models.DateTimeField(_("written down"))

    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.RECEIVED)
    version = models.PositiveIntegerField(default=1, editable=False)
    last_key = models.UUIDField(null=True, editable=False)
    changed_at = models.DateTimeField(_("last change"))
    due_at = models.DateTimeField(_("due"))
    next_at = models.DateTimeField(null=True, editable=False)
    reminded = models.PositiveSmallIntegerField(default=Reminded.NOTHING, choices=Reminded, editable=False)

    identity_way = models.CharField(_("how"), max_length=6, choices=IdentityWay, blank=True)
    identity_note = SealedCharField(_("note"), max_length=300, blank=True)
    identified_at = models.DateTimeField(_("identity checked"), null=True, blank=True)
    identified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ground = models.CharField(_("legal ground"), max_length=14, choices=Ground, blank=True)
    decision_note = SealedTextField(_("reasons"), max_length=TEXT_LENGTH, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    corrected = ArrayField(
        models.CharField(max_length=40), verbose_name=_("what was corrected"), default=list, blank=True
    )
    done_at = models.DateTimeField(_("carried out"), null=True, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    told_channel = models.CharField(_("how they were told"), max_length=14, choices=Channel, blank=True)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    told_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("data subject's request")
        verbose_name_plural = _("data subjects' requests")
        ordering = ("due_at", "pk")
        indexes = (
            models.Index(fields=("partner", "state", "due_at"), name="data_request_list"),
            models.Index(
                fields=("next_at",), condition=models.Q(next_at__isnull=False), name="data_request_next"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("partner", "year", "number"), name="data_request_number"),
            models.CheckConstraint(
                condition=models.Q(kind__in=RequestKind.values, state__in=RequestState.values),
                name="data_request_codes_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[RequestState.RECEIVED, RequestState.REFUSED, RequestState.TOLD])
                | models.Q(identified_at__isnull=False, identified_by__isnull=False),
                name="data_request_identity_first",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[RequestState.RECEIVED, RequestState.IDENTIFIED])
                | models.Q(decided_at__isnull=False, decided_by__isnull=False),
                name="data_request_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=RequestState.REFUSED) | ~models.Q(ground=""),
                name="data_request_refused_on_a_ground",
            ),
        )

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("rights:request", args=[self.pk])

    @property
    def log_code(self) -> str:
        """How the access log names it."""
        return f"request:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_at < timezone.now()

    @property
    def was_refused(self) -> bool:
        return self.ground != ""
