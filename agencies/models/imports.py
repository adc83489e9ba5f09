"""A table of people to be invited: uploaded, checked, looked at, and carried out as a whole or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from errands.models import LongErrand
from privacy.fields import NumberedField, SealedJSONField

from ..choices import ImportState
from .partners import Partner

KEPT = timedelta(days=1)


class PeopleImportQuerySet(models.QuerySet["PeopleImport"]):
    def visible_to(self, user: User) -> Self:
        """A table is seen by the person who uploaded it, while they manage people, and by nobody else."""
        return self.filter(by=user) if user.manages_staff else self.none()


class PeopleImport(LongErrand):
    """One uploaded table. Everybody goes to `partner`; without one, where each row says (portal admins only).

    The worker claims the row, reads `content` (sealed, and gone once it is read) into rows, and later
    invites everybody in one transaction. `problem` says why the table as a whole was refused. After a day it is destroyed.
    """

    MOVING = ImportState.moving()

    by = models.ForeignKey(User, models.CASCADE, related_name="people_imports")
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=9, choices=ImportState, default=ImportState.WAITING)
    content = models.BinaryField(default=b"")
    rows_read = models.PositiveIntegerField(default=0)
    rows_wrong = models.PositiveIntegerField(default=0)
    unused = models.JSONField(default=list)  # names of columns that nobody asked for

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("table of people")
        verbose_name_plural = _("tables of people")
        ordering = ("-made_at",)
        indexes = (
            models.Index(
                fields=("next_at",), condition=models.Q(next_at__isnull=False), name="people_import_next"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=ImportState.values), name="people_import_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(next_at=None) | models.Q(state__in=ImportState.moving()),
                name="people_import_moves_or_rests",
            ),
        )

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} {self.state}"

    @property
    def rows_right(self) -> int:
        return self.rows_read - self.rows_wrong


class ImportRow(models.Model):
    """One person of a table: what its cells say, sealed with the table's key, and what is wrong with it, as codes."""

    id = NumberedField(primary_key=True)
    table = models.ForeignKey(PeopleImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # as the spreadsheet counts
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="+")
    cells = SealedJSONField(default=dict)
    problems = models.JSONField(default=list)
    is_wrong = models.BooleanField(default=False)

    class Meta:
        ordering = ("-is_wrong", "number")
        constraints = (models.UniqueConstraint(fields=("table", "number"), name="import_row_once"),)

    def __str__(self) -> str:
        return f"{self.table_id}: {self.number}"

    def sealing_key(self) -> Any:
        """The data key that seals this row's values."""
        return self.table.data_key_id
