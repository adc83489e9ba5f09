"""Who did what with whose personal data."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Value
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Regex
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..choices import Verb

CODE = "^[a-z0-9_:-]*$"
ROLE = "^[a-z_]*$"
SUBJECT = "(case:[0-9]+|draft:[0-9a-f-]{36})"
SUBJECTS = f"^({SUBJECT}( {SUBJECT})*)?$"


class LogEntryQuerySet(models.QuerySet["LogEntry"]):
    def about(self, subject: str) -> LogEntryQuerySet:
        """Those that name "case:42" among others; of what the acting partner may see, or the portal (`privacy.acting`)."""
        return self.filter(pk__in=RawSQL("SELECT log_about(%s)", [subject]))


class LogEntry(models.Model):
    """One line of the access log (UU 27/2022 art. 31: processing is recorded).

    `subjects` names whose data it was, as "case:42", and `owners` the partners that keep it; `what` says which part, as a
    code ("detail", "document:…"). The actor is kept by number and role as they were then: the log outlives accounts and
    partners, and points to no table. No actor is the portal itself, or whoever held a letter's link. `reason` is the code
    of what the actor said where the portal asked; the words stay with the act that they were said for.

    Numbers and codes only, which the database checks of every text here: so nothing has to be erased. Who reads which entries
    is for the reader to ask (`cases.log_reads.visible_to`).
    """

    at = models.DateTimeField(_("when"), default=timezone.now)
    verb = models.CharField(_("what happened"), max_length=12, choices=Verb)
    actor_id = models.BigIntegerField(_("who"), null=True)
    role = models.CharField(_("role"), max_length=20, blank=True)
    partner_id = models.BigIntegerField(_("partner"), null=True)
    owners = ArrayField(models.BigIntegerField(), verbose_name=_("partners that keep it"), default=list)
    subjects = ArrayField(models.CharField(max_length=60), verbose_name=_("whose data"), default=list)
    what = models.CharField(_("which part"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)

    objects = LogEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the access log")
        verbose_name_plural = _("access log")
        ordering = ("-pk",)
        indexes = (
            GinIndex(fields=("subjects",), name="log_subjects"),
            GinIndex(fields=("owners",), name="log_owners"),
            models.Index(fields=("partner_id", "-id"), name="log_partner"),
            models.Index(fields=("actor_id", "-id"), name="log_actor"),
            models.Index(fields=("at",), name="log_at"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(verb__in=Verb.values), name="log_verb_is_known"),
            models.CheckConstraint(
                condition=models.Q(what__regex=CODE, reason__regex=CODE, role__regex=ROLE),
                name="log_holds_codes_only",
            ),
            models.CheckConstraint(
                condition=Regex(
                    Func("subjects", Value(" "), function="array_to_string", output_field=models.TextField()),
                    SUBJECTS,
                ),
                name="log_holds_numbers_only",
            ),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {', '.join(self.subjects)}"
