"""How long cases are kept, what keeps them longer, and what was erased."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from agencies.choices import OutcomeClass, SourceStatus
from cases.models import Case
from cases.models.case_reads import open_to
from cases.models.of_case import OfCase
from errands.models import Errand
from privacy.fields import SealedCharField

from ..choices import ErasureState, ErasureWhy
from .request import DataRequest

REASON_LENGTH = 500  # characters
LONGEST = 600  # months


class RetentionRule(models.Model):
    """So many months after closing a case of this class of outcome is due to be erased (UU 27/2022 art. 42(1) a).

    The numbers that a portal begins with are our own addition: no law names them.
    """

    outcome_class = models.CharField(
        _("outcome"), max_length=11, choices=OutcomeClass.choices, primary_key=True
    )
    months = models.PositiveSmallIntegerField(
        _("months after closing"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST)]
    )
    source = models.CharField(_("source"), max_length=300)
    source_status = models.CharField(
        _("status"), max_length=3, choices=SourceStatus.choices, default=SourceStatus.OWN
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("time for keeping")
        verbose_name_plural = _("times for keeping")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(months__gte=1, months__lte=LONGEST), name="retention_months_in_bounds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.outcome_class}: {self.months}"


def _of_ours(user: User) -> models.Q:
    """Rows about cases of this person's own partner that they decide on, or read."""
    ours = models.Q(case__partner_id=user.partner_id)
    if user.partner_id is None:
        return models.Q(pk__in=[])
    if user.can(Right.DECIDE_REQUESTS):
        return ours
    return ours & open_to(user, "case__") if user.works_cases else models.Q(pk__in=[])


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def visible_to(self, user: User) -> LegalHoldQuerySet:
        return self.filter(_of_ours(user))

    def standing(self) -> LegalHoldQuerySet:
        """Those that keep their case from being erased."""
        return self.filter(lifted_at=None, case__erased_at=None)


class LegalHold(OfCase):
    """A case that must not be erased, and why: proceedings, a claim, an investigation (UU 27/2022 art. 44(1) c).

    It stands until somebody lifts it; on `review_on` its necessity is to be looked at again. `next_on` is when the sweep
    asks for that next; empty while it has been asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="holds", verbose_name=_("case"))
    reason = SealedCharField(_("why it must be kept"), max_length=REASON_LENGTH)
    placed_at = models.DateTimeField(_("since"))
    placed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    review_on = models.DateField(_("to be reviewed on"))
    next_on = models.DateField(null=True, editable=False)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    lift_reason = SealedCharField(_("why it is lifted"), max_length=REASON_LENGTH, blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ("review_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=models.Q(lifted_at=None), name="legal_hold_once_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at=None, lifted_by=None)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="legal_hold_lifted_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.placed_at:%Y-%m-%d}"


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def visible_to(self, user: User) -> ErasureQuerySet:
        return self.filter(_of_ours(user))

    def over(self) -> ErasureQuerySet:
        """Of those whose reason is that the time is over, the ones whose case was reopened since (`keeping.is_over`)."""
        reopened = models.Q(case__closed_at=None) | models.Q(case__closed_at__gt=models.F("proposed_at"))
        return self.filter(reopened, why=ErasureWhy.RETENTION)

    def proposed(self) -> ErasureQuerySet:
        """Those that wait for a person's word."""
        return self.filter(state=ErasureState.PROPOSED).exclude(pk__in=self.over().values("pk"))


class Erasure(Errand):
    """One case that is to be erased, or was: proposed, confirmed by a person, done by the worker (UU 27/2022 art. 43, 44).

    `keys` are the data keys that were destroyed; the same line stands in the ledger outside the database, so that it can be
    applied again after a backup was restored. `stuck` says that the worker tried too often.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="erasures", verbose_name=_("case"))
    why = models.CharField(_("why"), max_length=9, choices=ErasureWhy)
    request = models.ForeignKey(
        DataRequest,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="erasures",
        verbose_name=_("request"),
    )
    state = models.CharField(max_length=9, choices=ErasureState)
    due_on = models.DateField(_("due"), null=True, blank=True)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    stuck = models.BooleanField(default=False, db_default=False, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)
    keys = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    files = models.PositiveSmallIntegerField(_("files removed"), default=0)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ("due_on", "pk")
        indexes = (
            models.Index(fields=("next_at",), condition=models.Q(next_at__isnull=False), name="erasure_next"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("case",),
                condition=~models.Q(state=ErasureState.DROPPED),
                name="erasure_once_per_case",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[ErasureState.PROPOSED, ErasureState.DROPPED])
                | models.Q(decided_at__isnull=False, decided_by__isnull=False),
                name="erasure_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ErasureState.ERASED) | models.Q(erased_at__isnull=False),
                name="erasure_erased_is_stamped",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"
