"""The Merkle tree over the access log, and the signed checkpoints that leave the machine."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .entry import LogEntry


class LogLeaf(models.Model):
    """The place of an entry in the tree. Positions count from 0 without a gap."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(LogEntry, models.PROTECT, related_name="leaf")
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("place in the tree")
        verbose_name_plural = _("places in the tree")

    def __str__(self) -> str:
        return str(self.position)


class LogTree(models.Model):
    """How far the one tree has grown: a single row, locked by whoever appends.

    `peaks` are the roots of its perfect subtrees (privacy.log.merkle.CompactRange). Entries up to number `settled` are
    so old that no transaction can still bring one in.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    size = models.BigIntegerField(default=0)
    peaks = models.BinaryField(default=bytes)
    settled = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("tree over the access log")
        verbose_name_plural = verbose_name
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="log_tree_is_one"),)

    def __str__(self) -> str:
        return str(self.size)


class CheckpointQuerySet(models.QuerySet["LogCheckpoint"]):
    def not_filed(self) -> CheckpointQuerySet:
        return self.filter(filed_at=None).order_by("size")

    def not_mailed(self) -> CheckpointQuerySet:
        return self.filter(mailed_at=None).order_by("size")


class LogCheckpoint(models.Model):
    """What the tree was at one moment, signed: `note` is the text that leaves the machine, by file and by mail."""

    size = models.BigIntegerField(_("entries"), unique=True)
    root = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(_("made"))
    note = models.TextField(_("signed note"))
    filed_at = models.DateTimeField(_("written to a file"), null=True)
    mailed_at = models.DateTimeField(_("mailed"), null=True)

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkpoint of the log")
        verbose_name_plural = _("checkpoints of the log")
        ordering = ("-size",)
        indexes = (
            models.Index(fields=("size",), condition=models.Q(filed_at=None), name="checkpoint_to_file"),
            models.Index(fields=("size",), condition=models.Q(mailed_at=None), name="checkpoint_to_mail"),
        )

    def __str__(self) -> str:
        return f"{self.size} {self.made_at:%Y-%m-%d %H:%M}"
