"""Who did what with whose personal data."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..choices import Verb


class LogEntry(models.Model):
    """One line of the access log (UU 27/2022 art. 31: processing is recorded).

    `subjects` names whose data it was, as "case:42"; `what` which part of it, as a code ("detail", "document:…"). The
    actor is kept by number and role as they were then: the log outlives accounts and partners, and points to no table.
    No actor is the portal itself. `reason` is what the actor said where the portal asked.
    """

    at = models.DateTimeField(_("when"), default=timezone.now)
    verb = models.CharField(_("what happened"), max_length=12, choices=Verb)
    actor_id = models.BigIntegerField(_("who"), null=True)
    role = models.CharField(_("role"), max_length=20, blank=True)
    partner_id = models.BigIntegerField(_("partner"), null=True)
    subjects = ArrayField(models.CharField(max_length=60), verbose_name=_("whose data"), default=list)
    what = models.CharField(_("which part"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("entry of the access log")
        verbose_name_plural = _("access log")
        ordering = ("-pk",)
        indexes = (
            GinIndex(fields=("subjects",), name="log_subjects"),
            models.Index(fields=("partner_id", "-id"), name="log_partner"),
            models.Index(fields=("actor_id", "-id"), name="log_actor"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(verb__in=Verb.values), name="log_verb_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {', '.join(self.subjects)}"
