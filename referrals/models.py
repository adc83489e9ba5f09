"""A case, or part of it, put before another partner."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.choices import Urgency
from agencies.models import Outcome, Partner
from cases.choices import DataGroup
from cases.models import Case, Consent

from .choices import LIVE, MOVE, NOT_SENT_YET, WITH_RECEIVER, DeclineReason, Service, Side, State

REOPEN_WITHIN = timedelta(days=30)
READABLE_AFTER_COMPLETION = timedelta(days=90)  # for the receiver, who may have to answer for what it did
REFER_AGAIN_WITHIN = timedelta(
    days=30
)  # how long a declined referral that nothing follows stays on the list of work


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: User) -> ReferralQuerySet:
        """Referrals this person's partner sent, and those that reached it; none for roles that read no case."""
        if not user.works_cases:
            return self.none()
        mine = models.Q(sender_id=user.partner_id)
        reached_us = models.Q(receiver_id=user.partner_id, sent_at__isnull=False)
        return self.filter(mine | reached_us)

    def received_by(self, user: User) -> ReferralQuerySet:
        return self.visible_to(user).filter(receiver_id=user.partner_id, sent_at__isnull=False)

    def sent_by(self, user: User) -> ReferralQuerySet:
        return self.visible_to(user).filter(sender_id=user.partner_id)

    def live(self) -> ReferralQuerySet:
        return self.filter(state__in=LIVE)

    def waiting_for(self, user: User) -> ReferralQuerySet:
        """Referrals in which this person's partner has the next move."""
        ours = [state for state in WITH_RECEIVER if MOVE[state] is Side.RECEIVER]
        theirs = [state for state in LIVE if MOVE[state] is Side.SENDER]
        return self.filter(
            models.Q(receiver_id=user.partner_id, state__in=ours)
            | models.Q(sender_id=user.partner_id, state__in=theirs)
        )

    def for_the_receiver(self) -> ReferralQuerySet:
        """What its receiver should look at now: not decided yet, or taken on and without news for too long."""
        return self.filter(models.Q(state__in=[State.SENT, State.RECEIVED]) | _quiet_for_too_long())

    def in_progress(self) -> ReferralQuerySet:
        """Taken on, with the next news not due yet."""
        return self.filter(state=State.ACCEPTED).exclude(_quiet_for_too_long())

    def for_the_sender(self) -> ReferralQuerySet:
        """What its sender should look at now: an agency to choose, a question, or a refusal that nothing followed."""
        followed = Referral.objects.filter(previous=models.OuterRef("pk"))
        refused = models.Q(
            ~models.Exists(followed), state=State.DECLINED, ended_at__gte=timezone.now() - REFER_AGAIN_WITHIN
        )
        return self.filter(models.Q(state__in=[State.UNROUTED, State.CLARIFYING]) | refused)

    def readable_by_receiver(self, group: DataGroup) -> ReferralQuerySet:
        """Referrals that show this group of data to their receiver now; `disclosure.shows`, for a list."""
        lately = models.Q(state=State.COMPLETED, ended_at__gte=timezone.now() - READABLE_AFTER_COMPLETION)
        return self.filter(
            models.Q(state__in=WITH_RECEIVER) | lately,
            sent_at__isnull=False,
            consent__withdrawn_at=None,
            consent__groups__contains=[group],
        )

    def most_urgent_first(self) -> ReferralQuerySet:
        return self.order_by("urgency_rank", "due_at", "pk")

    def last_changed_first(self) -> ReferralQuerySet:
        return self.order_by("-changed_at", "pk")

    def due_for_routing(self) -> ReferralQuerySet:
        return self.filter(state=State.WAITING, route_at__lte=timezone.now())

    def with_page_data(self) -> ReferralQuerySet:
        """Everything a row in a list shows, in a fixed number of statements."""
        return self.select_related(
            "case__worker", "case__assigned_to", "sender", "receiver", "outcome", "consent"
        ).prefetch_related("case__topics")


def _quiet_for_too_long() -> models.Q:
    return models.Q(state=State.ACCEPTED, due_at__lt=timezone.now())


class Referral(models.Model):
    """One request to one partner for named services.

    `ranking` is what matching answered: partners with their reasons as codes, best first; `why_unrouted` and
    `why_params` are the reason why none of them was sent to. `route_at` is when the worker may next try to find the
    agency. `due_at` is until when the side whose move it is must act; `time_left` is what the receiver had left when
    its clock stopped for a question.
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
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="referrals", verbose_name=_("consent"))
    services = ArrayField(
        models.CharField(max_length=16, choices=Service), verbose_name=_("services requested")
    )
    request = models.TextField(_("what we ask you to do"), max_length=5000, blank=True)
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
    route_at = models.DateTimeField(default=timezone.now)
    route_attempts = models.PositiveSmallIntegerField(default=0)

    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("referred by"))
    created_at = models.DateTimeField(_("referred"))
    changed_at = models.DateTimeField(_("last change"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    time_left = models.DurationField(null=True, blank=True, editable=False)
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
                fields=("receiver", "urgency_rank", "due_at", "id"),
                condition=models.Q(state__in=sorted(WITH_RECEIVER)),
                name="referral_inbox",
            ),
            models.Index(fields=("receiver", "-changed_at"), name="referral_receiver_changed"),
            models.Index(fields=("sender", "-changed_at"), name="referral_sender_changed"),
            models.Index(fields=("route_at",), condition=models.Q(state="waiting"), name="referral_to_route"),
        )
        constraints = (
            models.UniqueConstraint(fields=("case", "number"), name="referral_number_within_case"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="referral_state_known"),
            models.CheckConstraint(
                condition=models.Q(services__len__gt=0, services__contained_by=Service.values),
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
        )

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("referrals:detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """The case's reference and the number within it: SP-2026-000042/R1. Needs `case` loaded."""
        return f"{self.case.reference}/R{self.number}"

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

    @property
    def services_display(self) -> list[str]:
        return [str(Service(code).label) for code in self.services]
