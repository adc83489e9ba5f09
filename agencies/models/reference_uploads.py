"""Tables of reference data that somebody uploaded and has not approved yet."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class ReferenceUploadQuerySet(models.QuerySet["ReferenceUpload"]):
    def visible_to(self, user: User) -> Self:
        """What this person uploaded themself, while they are a portal admin."""
        return self.filter(by=user) if user.manages_partners else self.none()


class ReferenceUpload(models.Model):
    """The rows of one table between its upload and its approval; later they are of no use and go.

    `rows` holds, for each, its number in the file, its cells by column, and what the reader found wrong with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    kind = models.CharField(_("kind"), max_length=20)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    rows = models.JSONField(default=list)
    taken_at = models.DateTimeField(_("approved"), null=True, blank=True)

    objects = ReferenceUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("uploaded table")
        verbose_name_plural = _("uploaded tables")
        ordering = ("-created_at", "pk")

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"
