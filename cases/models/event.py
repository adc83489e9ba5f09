"""The one log from which every timeline is told."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Partner
from agencies.narrow import NAME, PERSON, narrowed
from privacy.fields import NumberedField, SealedTextField

from ..choices import EventKind
from .case import Case
from .of_case import OfCase


class CaseEventQuerySet(models.QuerySet["CaseEvent"]):
    def told_to(self, partner_id: int | None) -> CaseEventQuerySet:
        """What people of this partner may be told: all but the internal notes of other partners."""
        return self.exclude(~models.Q(partner_id=partner_id), kind=EventKind.INTERNAL)

    def with_names(self, **beside: tuple[str, ...]) -> CaseEventQuerySet:
        """With the names of who did it and where they work; and columns of others `beside`, as in `narrowed`."""
        return narrowed(self, actor=PERSON, partner=NAME, **beside)


class CaseEvent(OfCase):
    """Something that happened to a case: never changed, never removed.

    With a `referral` the event belongs to that referral and its receiver reads it too; without, it stays with the
    case's own partner. No `actor` means the portal itself. `data` holds codes and the names of offices
    and of staff, nothing of a worker or a reporter; `recorded` in it means that the sender wrote down what a
    partner without accounts had said. An internal note (`INTERNAL`) is for the people of its own `partner` alone
    (`told_to`).
    `key` comes from the form that caused the event: the same key again is the same act, done once.
    """

    id = NumberedField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="events", verbose_name=_("case"))
    referral = models.ForeignKey(
        "referrals.Referral",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("referral"),
    )
    kind = models.CharField(_("what happened"), max_length=20, choices=EventKind)
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, related_name="+", verbose_name=_("partner")
    )
    text = SealedTextField(_("text"), blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    key = models.UUIDField(null=True, unique=True, editable=False)

    objects = CaseEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("at", "pk")
        indexes = (
            models.Index(fields=("case", "at"), name="event_case_at"),
            models.Index(fields=("referral", "at"), name="event_referral_at"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=EventKind.values), name="event_kind_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"
