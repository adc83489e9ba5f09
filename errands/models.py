"""What an errand keeps in its row, and what is kept of a moment's row that failed."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

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
