"""Who accepted which version of the code of conduct, and when; kept for good."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class ConductAcceptanceQuerySet(models.QuerySet["ConductAcceptance"]):
    def visible_to(self, user: User) -> Self:
        """Those of the people whose accounts this person manages."""
        if user.manages_partners:
            return self.all()
        return self.filter(person__partner_id=user.partner_id) if user.manages_staff else self.none()


class ConductAcceptance(models.Model):
    """One person accepted one version of the code of conduct (agencies/data/conduct)."""

    person = models.ForeignKey(User, models.PROTECT, related_name="conduct", verbose_name=_("who"))
    version = models.CharField(_("version"), max_length=20)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = ConductAcceptanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("acceptance of the code of conduct")
        verbose_name_plural = _("acceptances of the code of conduct")
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=("person", "version"), name="conduct_accepted_once"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.version}"
