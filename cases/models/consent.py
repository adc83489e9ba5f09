"""What the worker agreed to."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agencies.models import Partner
from privacy.fields import NumberedField, SealedCharField, SealedTextField

from ..choices import ConsentMethod, DataGroup
from .case import Case
from .of_case import OfCase

HOME = ZoneInfo("Asia/Jakarta")  # the day of a consent is the day where the worker's papers are kept


class Reminded(models.IntegerChoices):
    """How far the sender was told that a grant ends."""

    NOTHING = 0
    SOON = 1
    ENDED = 2


class Consent(OfCase):
    """The grant under which a referral shows data: to whom, which groups, given by whom and how (UU 27/2022 art. 20, 22).

    `partner` is who may know; empty until the portal has found the agency. With `onward` the worker also agreed that
    another responsible agency is asked, should this one decline or hand over. `until` is the last day of the grant.
    A grant with `override_reason` is a supervisor's decision to save a life (UU 27/2022 art. 20(2)d): no worker gave
    it, and another person reviews it. One that the worker has changed is withdrawn and points to what took its place
    (`replaced_by`). `reminded` is what the sender was told of its end.
    """

    id = NumberedField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="consents", verbose_name=_("case"))
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who may know")
    )
    onward = models.BooleanField(_("may be passed on to another responsible agency"), default=False)
    groups = ArrayField(
        models.CharField(max_length=10, choices=DataGroup), verbose_name=_("what may be shared")
    )
    given_by = SealedCharField(_("who agreed"), max_length=150)
    method = models.CharField(_("how it was given"), max_length=10, choices=ConsentMethod)
    witness = SealedCharField(_("witness"), max_length=150, blank=True)
    given_on = models.DateField(_("given on"))
    until = models.DateField(_("until"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    replaced_by = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("replaced by")
    )
    reminded = models.PositiveSmallIntegerField(default=Reminded.NOTHING, editable=False)
    override_reason = SealedTextField(_("why without consent"), max_length=2000, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    review_note = SealedTextField(_("review"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = (
            models.Index(
                fields=("until",),
                condition=models.Q(until__isnull=False, withdrawn_at=None, reminded__lt=Reminded.ENDED),
                name="consent_to_remind",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(replaced_by=None) | models.Q(withdrawn_at__isnull=False),
                name="consent_replaced_is_withdrawn",
            ),
            models.CheckConstraint(
                condition=models.Q(groups__len__gt=0, groups__contained_by=DataGroup.values),
                name="consent_groups_known",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("given_on")),
                name="consent_ends_after_start",
                violation_error_message=_("The consent ends before it was given."),
            ),
            models.CheckConstraint(
                condition=models.Q(method=ConsentMethod.OVERRIDE) ^ models.Q(override_reason=""),
                name="consent_override_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_by=None) | ~models.Q(reviewed_by=models.F("recorded_by")),
                name="consent_not_reviewed_by_oneself",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {', '.join(self.groups)}"

    @property
    def has_ended(self) -> bool:
        """Whether its last day is over, in the portal's time zone."""
        return self.until is not None and self.until < timezone.localdate(timezone=HOME)

    @property
    def stands(self) -> bool:
        """Whether it still opens anything: neither withdrawn nor over."""
        return self.withdrawn_at is None and not self.has_ended
