"""An act on many cases, and the pieces in which it is done."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from agencies.models import Partner, Topic
from cases.models.case import TEXT_MAX
from errands.models import LongErrand
from privacy import keys, sealing
from privacy.fields import NumberedField, SealedCharField, SealedJSONField, SealedTextField
from privacy.sealing import Place

from .choices import BulkState, FileForm, Kind, Skip
from .columns import are_personal

KEPT = timedelta(days=7)  # how long an act can be taken back, and its draft confirmed
FILE_KEPT = timedelta(days=2)  # how long an exported file can be fetched


class BulkActQuerySet(models.QuerySet["BulkAct"]):
    def visible_to(self, user: User) -> BulkActQuerySet:
        """One's own acts, and for supervisors those of all of their partner's people: a mistake may be somebody else's to
        see first."""
        if not user.works_cases or user.partner_id is None:
            return self.none()
        own = self.filter(partner_id=user.partner_id)
        return own if user.can(Right.OVERSEE_CASES) else own.filter(by=user)


class BulkAct(LongErrand):
    """One act on many cases of one partner: on those that somebody picked, or on all that match what they asked the list for.

    `asked` is that (`tab` and the filters, of which one may be a name) and is sealed; `picked` are the numbers of cases. Once
    it is confirmed, the worker walks the cases by number up to `last`, writes them down in pieces, and does the pieces.
    """

    MOVING = BulkState.moving()

    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    kind = models.CharField(max_length=7, choices=Kind)
    state = models.CharField(max_length=9, choices=BulkState, default=BulkState.DRAFT)
    asked = SealedJSONField(default=dict)
    picked = ArrayField(models.BigIntegerField(), default=list)
    to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("caseworker"))
    undo_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("taken back by")
    )
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, related_name="+", verbose_name=_("topic"))
    text = SealedTextField(_("message"), max_length=TEXT_MAX, blank=True)
    columns = ArrayField(models.CharField(max_length=30), default=list)
    form = models.CharField(_("form"), max_length=4, choices=FileForm, blank=True)
    password = SealedCharField(max_length=40, blank=True)  # of the file, shown to whoever asked for it
    file_size = models.BigIntegerField(default=0)  # bytes
    confirmed_at = models.DateTimeField(null=True)
    last = models.BigIntegerField(default=0)  # the number of the newest case when it was confirmed
    seen = models.BigIntegerField(default=0)  # the number of the last case that was looked up or taken back
    rows_all = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)  # gone through
    rows_skipped = models.PositiveIntegerField(default=0)  # of them
    rows_undone = models.PositiveIntegerField(default=0)
    rows_kept = models.PositiveIntegerField(default=0)  # not taken back: somebody had changed that since
    stop_asked = models.BooleanField(default=False)
    emptied_at = models.DateTimeField(null=True)  # since when nothing is left of file, message and search

    objects = BulkActQuerySet.as_manager()

    class Meta:
        verbose_name = _("act on many cases")
        verbose_name_plural = _("acts on many cases")
        ordering = ("-made_at",)
        indexes = (
            models.Index(
                fields=("next_at",), condition=models.Q(next_at__isnull=False), name="bulk_act_next"
            ),
            models.Index(fields=("partner", "-made_at"), name="bulk_act_of_partner"),
            models.Index(fields=("made_at",), condition=models.Q(emptied_at=None), name="bulk_act_to_empty"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    state__in=BulkState.values, kind__in=Kind.values, form__in=["", *FileForm.values]
                ),
                name="bulk_act_codes_known",
            ),
            models.CheckConstraint(
                condition=models.Q(next_at=None) | models.Q(state__in=BulkState.moving()),
                name="bulk_act_moves_or_rests",
            ),
        )

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} {self.kind} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("bulk:detail", args=[self.pk])

    @property
    def actor(self) -> User:
        """In whose name the worker does what it is at."""
        return self.undo_by if self.state == BulkState.UNDOING and self.undo_by else self.by

    @property
    def rows_changed(self) -> int:
        """To how many cases it was done."""
        return self.rows_done - self.rows_skipped

    @property
    def undo_until(self) -> datetime | None:
        return self.done_at + KEPT if self.done_at else None

    @property
    def is_personal(self) -> bool:
        """Whether its file holds what tells who somebody is: then it is an archive with a password."""
        return are_personal(self.columns)

    @property
    def file_until(self) -> datetime | None:
        return self.done_at + FILE_KEPT if self.done_at and self.kind == Kind.EXPORT else None

    @property
    def has_file(self) -> bool:
        """Whether there is a file that can be fetched."""
        in_time = self.file_until is not None and timezone.now() < self.file_until
        return self.state == BulkState.DONE and self.file_size > 0 and self.emptied_at is None and in_time

    @property
    def can_still_be_undone(self) -> bool:
        """Whether there is something to take back, and time left for it."""
        in_time = self.undo_until is not None and timezone.now() < self.undo_until
        return self.state in BulkState.ended() and self.rows_changed > 0 and in_time


class BulkPiece(models.Model):
    """Some hundred cases, to which it is done at once, in one transaction.

    `cases` are their numbers and point to no table: a case may be erased. `results` says of each, once the piece is done,
    why nothing was done to it (`Skip`), or nothing, and is empty where that is so of all; `before` who had it. After it was taken back `results` says why not.
    """

    id = NumberedField(primary_key=True)
    act = models.ForeignKey(BulkAct, models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    cases = ArrayField(models.BigIntegerField())
    results = ArrayField(models.CharField(max_length=10, blank=True, choices=Skip), default=list)
    content = models.BinaryField(default=b"")  # of an export: the lines of these cases, squeezed and sealed
    before = ArrayField(models.BigIntegerField(null=True), default=list)
    is_done = models.BooleanField(default=False)
    is_undone = models.BooleanField(default=False)
    rows_skipped = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("act", "number"), name="bulk_piece_once"),
            models.CheckConstraint(
                condition=models.Q(results=[]) | models.Q(results__len=models.F("cases__len")),
                name="bulk_piece_tells_of_each",
            ),
        )

    def __str__(self) -> str:
        return f"{self.act_id}: {self.number}"

    def told(self) -> list[tuple[int, str]]:
        """Of each case, once the piece is done, why nothing was done to it, or nothing."""
        return list(zip(self.cases, self.results or [""] * len(self.cases), strict=True))

    def keep(self, content: bytes) -> None:
        """Seal these lines into the piece."""
        self.content = _sealed(self, content)

    def kept(self) -> bytes:
        """The lines in it. Raises SealBroken when they were altered or destroyed."""
        return _opened(self)


class BulkPart(models.Model):
    """A part of an exported file, sealed with the act's key."""

    id = NumberedField(primary_key=True)
    act = models.ForeignKey(BulkAct, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("act", "number"), name="bulk_part_once"),)

    def __str__(self) -> str:
        return f"{self.act_id}: {self.number}"

    def keep(self, content: bytes) -> None:
        """Seal these bytes into the part."""
        self.content = _sealed(self, content)

    def kept(self) -> bytes:
        """The bytes in it. Raises SealBroken when they were altered or destroyed."""
        return _opened(self)


def _sealed(row: BulkPiece | BulkPart, content: bytes) -> bytes:
    key_id = row.act.data_key_id
    return sealing.seal(content, key=keys.open_(key_id), key_id=key_id, place=_place(row))


def _opened(row: BulkPiece | BulkPart) -> bytes:
    return sealing.open_(bytes(row.content), key=keys.open_(row.act.data_key_id), place=_place(row))


def _place(row: BulkPiece | BulkPart) -> Place:
    return Place(row._meta.db_table, "content", str(row.pk))
