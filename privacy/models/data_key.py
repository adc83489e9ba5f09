"""Data keys: what seals the rows and files of one case, one worker or one draft."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import key_store


class DataKey(models.Model):
    """One data key, itself sealed ("wrapped") by the key of the ring named in `wrapped_by`.

    Destroying it empties `wrapped`: whatever it sealed, also in copies of the database made later, is then noise. The row
    stays, so that what was erased on purpose is told from what was lost.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wrapped = models.BinaryField()
    wrapped_by = models.CharField(max_length=20, blank=True, db_index=True)
    made_at = models.DateTimeField(default=timezone.now)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("data key")
        verbose_name_plural = _("data keys")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(destroyed_at=None) ^ models.Q(wrapped=b""),
                name="data_key_is_wrapped_or_destroyed",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        key = super().from_db(*args, **kwargs)
        key_store.current().came(key)
        return key


class HoldsKey(models.Model):
    """A row that has a data key of its own. Give it one with `data_key=keys.make()` when it is made."""

    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True

    def sealing_key(self) -> uuid.UUID:
        """The data key that seals this row's values."""
        return self.data_key_id
