"""A case, or part of it, put before another partner."""

from __future__ import annotations

import uuid
from functools import lru_cache

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.choices import Counting, ServiceKind, Urgency
from agencies.models import Outcome, Partner
from agencies.models.partners import has_accounts
from cases.models import Case, Consent
from cases.models.of_case import OfCase
from privacy.fields import SealedCharField, SealedTextField
from privacy.tracing import current_id

from ..choices import LIVE, MOVE, NOT_SENT_YET, WITH_RECEIVER, DeclineReason, Side, State
from .referral_reads import DUE_OR_NEVER, ReferralQuerySet


@lru_cache(maxsize=10_000)
def address(pk: uuid.UUID) -> str:
    """The page of a referral. A list asks for many, and to look for each among all routes takes long."""
    return reverse("referrals:detail", args=[pk])


def reference_of(case: Case, number: int) -> str:
    """How the referral of this number within the case is called: SP-2026-000042/R1."""
    return f"{case.reference}/R{number}"


class Referral(OfCase):
    """One request to one partner for named services.

    `ranking` is what matching answered: partners with their reasons as codes, best first; `why_unrouted` and
    `why_params` are the reason why none of them was sent to. `route_at` is when the worker may next try to find the
    agency. `due_at` is until when the side whose move it is must act, counted since `clock_from` in clock time or in
    that side's working time (`counting`). While a question stops the receiver's clock, `time_left` is what it had left and
    `time_used` what it had used, in the time of `kept_counting`, and `kept_level` its last reminder. `escalate_at` is when the sweep reminds next, and `escalation_level` the last step it took
    for this deadline. `proposed` is the partner to which an agency wants to hand over what its sender has not agreed
    to yet. `is_lead` marks the one live referral of a case that leads the joint work.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="referrals", verbose_name=_("case"))
    number = models.PositiveSmallIntegerField(_("number within the case"))
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name=_("follows")
    )
    sender = models.ForeignKey(
        Partner, models.PROTECT, related_name="referrals_sent", verbose_name=_("sender")
    )
    receiver = models.ForeignKey(
        Partner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals_received",
        verbose_name=_("receiver"),
    )
    proposed = models.ForeignKey(
        Partner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed for handing over"),
    )
    is_lead = models.BooleanField(_("leads the joint work"), default=False)
    register_number = SealedCharField(_("the receiver's register number"), max_length=60, blank=True)
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="referrals", verbose_name=_("consent"))
    services = ArrayField(
        models.CharField(max_length=16, choices=ServiceKind), verbose_name=_("services requested")
    )
    request = SealedTextField(_("what we ask you to do"), max_length=5000, blank=True)
    urgency = models.CharField(_("urgency"), max_length=9, choices=Urgency)
    urgency_rank = models.GeneratedField(
        expression=models.Case(
            models.When(urgency=Urgency.EMERGENCY, then=0),
            models.When(urgency=Urgency.URGENT, then=1),
            default=2,
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    state = models.CharField(_("state"), max_length=11, choices=State, default=State.WAITING)
    ranking = models.JSONField(_("who is responsible, and why"), default=list, blank=True)
    why_unrouted = models.CharField(max_length=20, blank=True)
    why_params = models.JSONField(default=dict, blank=True)
    route_at = models.DateTimeField(db_default=Now())
    route_attempts = models.PositiveSmallIntegerField(default=0)
    route_fence = models.PositiveIntegerField(default=0, db_default=0)
    route_trace_id = models.CharField(
        max_length=32, blank=True, editable=False, default=current_id, db_default=""
    )

    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("referred by"))
    created_at = models.DateTimeField(_("referred"))
    changed_at = models.DateTimeField(_("last change"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    clock_from = models.DateTimeField(null=True, blank=True, editable=False)
    counting = models.CharField(max_length=7, choices=Counting, default=Counting.CLOCK, editable=False)
    time_left = models.DurationField(null=True, blank=True, editable=False)
    time_used = models.DurationField(null=True, blank=True, editable=False)
    kept_counting = models.CharField(max_length=7, choices=Counting, default=Counting.CLOCK, editable=False)
    kept_level = models.PositiveSmallIntegerField(default=0, editable=False)
    escalate_at = models.DateTimeField(null=True, blank=True, editable=False)
    escalation_level = models.PositiveSmallIntegerField(default=0, editable=False)
    received_at = models.DateTimeField(_("opened"), null=True, blank=True)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decline_reason = models.CharField(
        _("reason for declining"), max_length=16, choices=DeclineReason, blank=True
    )
    outcome = models.ForeignKey(
        Outcome, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("outcome")
    )
    amount = models.DecimalField(
        _("amount recovered"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ("-created_at",)
        indexes = (
            models.Index(
                *("receiver", "urgency_rank", DUE_OR_NEVER, "id"),
                condition=models.Q(state__in=sorted(WITH_RECEIVER)),
                name="referral_inbox_order",
            ),
            models.Index(
                fields=("receiver", "state", "due_at"),
                condition=models.Q(state__in=sorted(WITH_RECEIVER)),
                name="referral_receiver_state",
            ),
            models.Index(
                *("sender", "urgency_rank", DUE_OR_NEVER, "id"),
                condition=models.Q(state__in=sorted(LIVE)),
                name="referral_sent_order",
            ),
            models.Index(
                *("sender", "urgency_rank", DUE_OR_NEVER, "id"),
                condition=models.Q(state__in=["clarifying", "declined", "unrouted"]),
                name="referral_to_act_order",
            ),
            models.Index(
                fields=("sender", "state", "due_at"),
                condition=models.Q(state__in=sorted(LIVE)),
                name="referral_sender_state",
            ),
            models.Index(
                fields=("sender", "state", "case"),
                condition=models.Q(state__in=["clarifying", "declined", "unrouted"]),
                name="referral_sender_to_act",
            ),
            models.Index(fields=("receiver", "-changed_at"), name="referral_receiver_changed"),
            models.Index(fields=("sender", "-changed_at"), name="referral_sender_changed"),
            models.Index(fields=("route_at",), condition=models.Q(state="waiting"), name="referral_to_route"),
            models.Index(
                fields=("escalate_at",),
                condition=models.Q(escalate_at__isnull=False),
                name="referral_to_escalate",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("case", "number"), name="referral_number_within_case"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="referral_state_known"),
            models.CheckConstraint(
                condition=models.Q(services__len__gt=0, services__contained_by=ServiceKind.values),
                name="referral_asks_for_known_services",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=sorted(NOT_SENT_YET | {State.WITHDRAWN}))
                | models.Q(receiver__isnull=False, sent_at__isnull=False),
                name="referral_sent_has_receiver",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[State.ACCEPTED, State.COMPLETED])
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="referral_accepted_is_stamped",
            ),
            models.CheckConstraint(
                condition=models.Q(receiver__isnull=True) | ~models.Q(receiver=models.F("sender")),
                name="referral_not_to_oneself",
            ),
            models.UniqueConstraint(
                fields=("case",), condition=models.Q(is_lead=True), name="referral_one_lead_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(is_lead=False) | models.Q(state__in=sorted(LIVE)),
                name="referral_lead_is_live",
            ),
        )

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return address(self.pk)

    @property
    def reference(self) -> str:
        """The case's reference and the number within it: SP-2026-000042/R1. Needs `case` loaded."""
        return reference_of(self.case, self.number)

    @property
    def move(self) -> Side:
        return MOVE[State(self.state)]

    @property
    def mover(self) -> Partner | None:
        """The partner whose move it is; None when it is the portal's or nobody's."""
        return {Side.SENDER: self.sender, Side.RECEIVER: self.receiver}.get(self.move)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_overdue(self) -> bool:
        return self.is_live and self.due_at is not None and self.due_at < timezone.now()

    @cached_property
    def receiver_has_accounts(self) -> bool:
        """Whether somebody at the receiver may work on cases here; else it is reached by letter. Asked once per row."""
        reading = Partner.objects.filter(has_accounts("pk"))
        return self.receiver_id is not None and reading.filter(pk=self.receiver_id).exists()

    @property
    def services_display(self) -> list[str]:
        return [str(ServiceKind(code).label) for code in self.services]
