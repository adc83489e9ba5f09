"""An old spreadsheet of cases on its way into the portal, and what of it became a case."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from agencies.models import Partner
from cases.models import Case
from cases.models.of_case import OfCase
from errands.models import LongErrand
from privacy import keys, sealing
from privacy.fields import NumberedField, SealedCharField, SealedJSONField
from privacy.models import HoldsKey
from privacy.sealing import Place

from .choices import ImportState

KEPT = timedelta(days=7)  # what the table said, and how long an import can be taken back
FILE_NAME = 150  # characters
OLD_NUMBER = 100  # characters


class CaseImportQuerySet(models.QuerySet["CaseImport"]):
    def visible_to(self, user: User) -> CaseImportQuerySet:
        """The imports of this person's own partner, if they oversee its cases. What stands in the table is for whoever
        uploaded it (`CaseImport.is_open_to`): some of it may become cases that are closed to others."""
        own = user.partner_id is not None and user.can(Right.OVERSEE_CASES)
        return self.filter(partner_id=user.partner_id) if own else self.none()


class CaseImport(LongErrand):
    """One uploaded table.

    The worker reads `content` (sealed, and gone once it is read) into pieces; `head` is what the page to match columns
    shows (header, samples), sealed. `mapping` says by the code of a target in which place of a row it stands, `choices`
    what holds where a row says nothing. Then the worker checks the pieces, and makes cases of them once somebody says so.
    What the table said is destroyed after some days, the counts stay.
    """

    MOVING = ImportState.moving()

    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    state = models.CharField(max_length=9, choices=ImportState, default=ImportState.READING)
    file_name = SealedCharField(max_length=FILE_NAME, blank=True)
    content = models.BinaryField(default=b"")
    head = SealedJSONField(default=dict)
    mapping = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    rows_read = models.PositiveIntegerField(default=0)
    rows_checked = models.PositiveIntegerField(default=0)
    rows_wrong = models.PositiveIntegerField(default=0)
    rows_known = models.PositiveIntegerField(default=0)  # in the portal already, or twice in the table
    rows_warned = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)  # gone through while importing
    cases_made = models.PositiveIntegerField(default=0)
    cases_undone = models.PositiveIntegerField(default=0)
    cases_kept = models.PositiveIntegerField(default=0)  # not taken back: somebody had worked on them
    stop_asked = models.BooleanField(default=False)
    emptied_at = models.DateTimeField(null=True)  # since when nothing is left of what the table said

    objects = CaseImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of cases")
        verbose_name_plural = _("imports of cases")
        ordering = ("-made_at",)
        indexes = (
            models.Index(
                fields=("next_at",), condition=models.Q(next_at__isnull=False), name="case_import_next"
            ),
            models.Index(fields=("partner", "-made_at"), name="case_import_of_partner"),
            models.Index(
                fields=("made_at",), condition=models.Q(emptied_at=None), name="case_import_to_empty"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=ImportState.values), name="case_import_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(next_at=None) | models.Q(state__in=ImportState.moving()),
                name="case_import_moves_or_rests",
            ),
        )

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} {self.state}"

    @property
    def rows_new(self) -> int:
        """How many rows would become cases."""
        return self.rows_checked - self.rows_wrong - self.rows_known

    @property
    def undo_until(self) -> Any:
        return self.done_at + KEPT if self.done_at else None

    def is_open_to(self, user: User) -> bool:
        """Whether this person may see what the table says."""
        return self.by_id == user.pk and self.emptied_at is None


class ImportPiece(models.Model):
    """Some hundred rows of a table: what is read, checked and made into cases at once, in one transaction.

    `content` is sealed with the import's key: the rows as they were read, with what was found about them. After the piece
    became cases only the rows that could not are left in it.
    """

    id = NumberedField(primary_key=True)
    table = models.ForeignKey(CaseImport, models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    content = models.BinaryField(default=b"")
    rows_wrong = models.PositiveIntegerField(default=0)
    rows_known = models.PositiveIntegerField(default=0)
    rows_warned = models.PositiveIntegerField(default=0)
    is_done = models.BooleanField(default=False)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("table", "number"), name="import_piece_once"),)

    def __str__(self) -> str:
        return f"{self.table_id}: {self.number}"

    def keep(self, rows: list[dict[str, Any]]) -> None:
        """Seal these rows into the piece."""
        packed = zlib.compress(json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)
        key_id = self.table.data_key_id
        self.content = sealing.seal(packed, key=keys.open_(key_id), key_id=key_id, place=self._place())

    def rows(self) -> list[dict[str, Any]]:
        """The rows in it. Raises SealBroken when they were altered or destroyed."""
        key = keys.open_(self.table.data_key_id)
        packed = sealing.open_(bytes(self.content), key=key, place=self._place())
        found: list[dict[str, Any]] = json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))
        return found

    def _place(self) -> Place:
        return Place(self._meta.db_table, "content", str(self.pk))


class ImportMemory(HoldsKey):
    """What one partner's tables taught: by the name of a column, what it was matched with. Sealed, since a table without
    names of columns begins with a person.

    With its data key the rows of its tables are hashed (`recognising`), so that they are known again.
    """

    partner = models.OneToOneField(Partner, models.PROTECT, related_name="+")
    columns = SealedJSONField(default=dict)
    id = NumberedField(primary_key=True)

    class Meta:
        verbose_name = _("memory of imports")
        verbose_name_plural = _("memories of imports")

    def __str__(self) -> str:
        return str(self.partner_id)


class ImportedCase(OfCase):
    """A case that came out of a table: which, from which row, and by what the same row is known again.

    The case is marked by it as an old one. It is never changed, and goes when the import is taken back. `token` says nothing without the partner's key; when the
    case is erased it stays, so that a table brings back nothing that was erased.
    """

    id = NumberedField(primary_key=True)
    case = models.OneToOneField(Case, models.PROTECT, related_name="imported", verbose_name=_("case"))
    table = models.ForeignKey(CaseImport, models.PROTECT, related_name="cases")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    row = models.PositiveIntegerField()  # as the spreadsheet counts
    token = models.UUIDField()
    old_number = SealedCharField(_("old number"), max_length=OLD_NUMBER, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("imported case")
        verbose_name_plural = _("imported cases")
        constraints = (models.UniqueConstraint(fields=("partner", "token"), name="imported_once"),)

    def __str__(self) -> str:
        return f"{self.table_id}: {self.row}"
