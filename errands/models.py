"""What an errand keeps in its row, and what is kept of a moment's row that failed."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacy import keys, sealing
from privacy.models import HoldsKey
from privacy.sealing import Place
from privacy.tracing import current_id


class Errand(models.Model):
    """Columns of a row that a worker has still to act on; `queue.Queue` reads and writes them.

    `next_at` is when it may next be taken: since it was written, after the lease of whoever has it, or at the next try; empty
    once it is over. `attempts` counts the tries since somebody last put it right, `fence` every claim there ever was.
    `trace_id` is that of the request in which somebody asked for it: its lines in the log bear it, whoever does it and when.
    """

    next_at = models.DateTimeField(_("next try"), null=True, blank=True, editable=False, db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0, db_default=0, editable=False)
    fence = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    trace_id = models.CharField(max_length=32, blank=True, editable=False, default=current_id, db_default="")

    class Meta:
        abstract = True


class LongErrand(Errand, HoldsKey):
    """An errand that a person asked for with a form, whose page says how far it has come.

    `id` is also the key of that form. `state` names the step that it is at; in those of `MOVING` a worker has something to do.
    `problem` is the code and the values of what is wrong with the whole, `done_at` when the work ended.
    """

    MOVING: ClassVar[frozenset[str]]
    state: str  # of each model's own choices

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    problem = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_moving(self) -> bool:
        """Whether the worker has something to do with it, so that the page looks again by itself."""
        return self.state in self.MOVING

    def seal(self, content: bytes) -> bytes:
        """What is to be kept in `content`, sealed for this row."""
        key = keys.open_(self.data_key_id)
        return sealing.seal(content, key=key, key_id=self.data_key_id, place=self._place())

    def opened(self) -> bytes:
        """What is kept in `content`. Raises SealBroken when it was altered or destroyed."""
        content: bytes = self.content  # type: ignore[attr-defined]  # of those models that have one
        return sealing.open_(bytes(content), key=keys.open_(self.data_key_id), place=self._place())

    def _place(self) -> Place:
        return Place(self._meta.db_table, "content", str(self.pk))


class Trouble(Errand):
    """A row whose moment came and whose look failed: when it is tried again, or that it was tried too often.

    `row` is its key as text; the row itself, with its own times, is left as it was. `trace_id` is that of the first try.
    """

    moment = models.CharField(max_length=40)
    row = models.CharField(max_length=36)
    problem = models.CharField(max_length=100, blank=True)
    is_given_up = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("moment that failed")
        verbose_name_plural = _("moments that failed")
        constraints = (models.UniqueConstraint(fields=("moment", "row"), name="one_trouble_of_a_row"),)

    def __str__(self) -> str:
        return f"{self.moment} {self.row}"
