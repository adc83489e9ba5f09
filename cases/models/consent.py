"""What the worker agreed to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from ..choices import ConsentMethod, DataGroup
from .case import Case


class Consent(models.Model):
    """The grant under which a referral shows data: which groups, given by whom and how (UU 27/2022 art. 20 and 22)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="consents", verbose_name=_("case"))
    groups = ArrayField(
        models.CharField(max_length=10, choices=DataGroup), verbose_name=_("what may be shared")
    )
    given_by = models.CharField(_("who agreed"), max_length=150)
    method = models.CharField(_("how it was given"), max_length=10, choices=ConsentMethod)
    given_on = models.DateField(_("given on"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(groups__len__gt=0, groups__contained_by=DataGroup.values),
                name="consent_groups_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {', '.join(self.groups)}"

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None
