"""What is being typed at intake, kept on the server so that nothing typed is lost."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from privacy.fields import SealedCharField, SealedJSONField
from privacy.models import HoldsKey

HEADING = 150  # characters of the worker's name


class DraftQuerySet(models.QuerySet["IntakeDraft"]):
    def visible_to(self, user: User) -> DraftQuerySet:
        """A draft is seen by the person who types it and by nobody else."""
        return self.filter(owner=user) if user.works_cases else self.none()


class IntakeDraft(HoldsKey):
    """The raw fields of an intake form that was not submitted yet.

    `id` is also the key of the form: submitting the same draft twice makes one case. `heading` and `country` are
    what a list of drafts shows.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="intake_drafts", verbose_name=_("owner"))
    heading = SealedCharField(max_length=HEADING, blank=True, editable=False)
    country = models.CharField(max_length=2, blank=True, editable=False)
    fields = SealedJSONField(_("fields"), default=dict)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    changed_at = models.DateTimeField(_("last change"), auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("intake draft")
        verbose_name_plural = _("intake drafts")
        ordering = ("-changed_at",)

    def __str__(self) -> str:
        return str(self.id)
