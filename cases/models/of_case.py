"""What belongs to a case is sealed with the key of the case."""

from __future__ import annotations

from uuid import UUID

from django.db import models


class OfCase(models.Model):
    """A row of a case: its `case` holds the data key."""

    class Meta:
        abstract = True

    def sealing_key(self) -> UUID:
        """The data key that seals this row's values."""
        return self.case.data_key_id  # type: ignore[attr-defined]  # each model has its own `case`
