"""Who beside its caseworker may read a restricted case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from privacy.fields import NumberedField, SealedTextField

from ..choices import AccessWay, GlassReason, Verdict
from .case import Case
from .of_case import OfCase

if TYPE_CHECKING:
    from datetime import datetime

REASON_LENGTH = 500  # characters


class CaseAccessQuerySet(models.QuerySet["CaseAccess"]):
    def open(self, at: datetime | None = None) -> CaseAccessQuerySet:
        """Those that let somebody read now: neither ended nor run out."""
        lasting = models.Q(until=None) | models.Q(until__gt=at or timezone.now())
        return self.filter(lasting, ended_at=None)

    def visible_to(self, user: User) -> CaseAccessQuerySet:
        """Of the own partner's cases: all for supervisors, else of those cases that this person may read."""
        if user.can(Right.OVERSEE_CASES):
            return self.filter(case__partner_id=user.partner_id)
        return self.filter(case__in=Case.objects.visible_to(user))

    def glass(self) -> CaseAccessQuerySet:
        """Openings in an emergency."""
        return self.filter(way=AccessWay.GLASS)

    def to_review(self) -> CaseAccessQuerySet:
        """Those that wait for a judgement; of an erased case nobody can judge any more why it was opened."""
        return self.glass().filter(reviewed_at=None, case__erased_at=None)


class CaseAccess(OfCase):
    """One person's access to one restricted case: named by somebody, or taken in an emergency ("breaking the glass").

    `until` is when it runs out by itself, `ended_at` when somebody ended it. `why` is what was said and may be personal;
    `code` sorts the reason of an emergency. Such an opening is reviewed by somebody else (`verdict`, `note`). Rows are
    never removed: they say who could read when.
    """

    id = NumberedField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="accesses", verbose_name=_("case"))
    person = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    way = models.CharField(_("how"), max_length=5, choices=AccessWay)
    code = models.CharField(_("reason"), max_length=6, choices=GlassReason, blank=True)
    why = SealedTextField(_("in words"), max_length=REASON_LENGTH, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("given by"))
    granted_at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    verdict = models.CharField(_("judgement"), max_length=9, choices=Verdict, blank=True)
    note = SealedTextField(_("note"), max_length=REASON_LENGTH, blank=True)

    objects = CaseAccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access to a case")
        verbose_name_plural = _("accesses to cases")
        ordering = ("-granted_at", "-pk")
        indexes = (
            models.Index(fields=("person", "case"), condition=models.Q(ended_at=None), name="access_open"),
            models.Index(fields=("person", "-granted_at"), name="access_person_lately"),
            models.Index(
                fields=("case",), condition=models.Q(way="glass", reviewed_at=None), name="access_to_review"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("case", "person"),
                condition=models.Q(way=AccessWay.NAMED, ended_at=None),
                name="access_named_once",
            ),
            models.CheckConstraint(
                condition=models.Q(way=AccessWay.NAMED, code="")
                | models.Q(
                    granted_by=models.F("person"),
                    way=AccessWay.GLASS,
                    code__in=GlassReason.values,
                    until__isnull=False,
                ),
                name="access_glass_says_why_and_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_at=None, reviewed_by=None, verdict="")
                | (
                    models.Q(
                        way=AccessWay.GLASS,
                        reviewed_at__isnull=False,
                        reviewed_by__isnull=False,
                        verdict__in=Verdict.values,
                    )
                    & ~models.Q(reviewed_by=models.F("person"))
                ),
                name="access_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(verdict=Verdict.OBJECTED) | models.Q(ended_at__isnull=False),
                name="access_objected_is_ended",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.person_id} {self.way}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and (self.until is None or self.until > timezone.now())
