"""The copy of everything that is held about one person."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from errands.models import Errand
from privacy import keys, sealing
from privacy.models import HoldsKey
from privacy.sealing import Place

from ..choices import ExportState, RequestState
from .request import DataRequest


class DataExportQuerySet(models.QuerySet["DataExport"]):
    def visible_to(self, user: User) -> DataExportQuerySet:
        return self.filter(request__in=DataRequest.objects.visible_to(user))

    def still_wanted(self) -> DataExportQuerySet:
        """Those of requests that are still granted, whose asker is still here and has not asked for another one since."""
        later = DataExport.objects.filter(
            request=models.OuterRef("request"), asked_at__gt=models.OuterRef("asked_at")
        )
        granted = (RequestState.GRANTED, RequestState.DONE)
        return self.filter(~models.Exists(later), request__state__in=granted, asked_by__is_active=True)


class DataExport(Errand, HoldsKey):
    """One making of the copy, as PDF and as JSON, for one granted request of access (UU 27/2022 art. 7, 13, 32).

    The worker claims the row, counts `cases_done` of `cases_all`, and puts both files here, sealed with
    a key of their own. They can be fetched until `until`; then that key is destroyed. `id` is also the key of the form that asked for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        DataRequest, models.PROTECT, related_name="exports", verbose_name=_("request")
    )
    state = models.CharField(max_length=7, choices=ExportState, default=ExportState.WAITING)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked for by"))
    asked_at = models.DateTimeField(_("asked for"))
    cases_all = models.PositiveSmallIntegerField(default=0)
    cases_done = models.PositiveSmallIntegerField(default=0)
    ready_at = models.DateTimeField(_("ready"), null=True)
    until = models.DateTimeField(_("until"), null=True)
    pdf = models.BinaryField(default=b"")
    json = models.BinaryField(default=b"")

    objects = DataExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of a person's data")
        verbose_name_plural = _("exports of a person's data")
        ordering = ("-asked_at",)
        indexes = (
            models.Index(
                fields=("next_at",), condition=models.Q(next_at__isnull=False), name="data_export_next"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=ExportState.values), name="data_export_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=ExportState.READY, until__isnull=False)
                | (~models.Q(state=ExportState.READY) & models.Q(pdf=b"", json=b"")),
                name="data_export_holds_files_while_ready",
            ),
            models.UniqueConstraint(
                fields=("request",),
                condition=models.Q(state=ExportState.WAITING),
                name="data_export_one_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.request_id}: {self.state}"

    def seal(self, column: str, content: bytes) -> bytes:
        """The bytes of one file, sealed for this row."""
        key = keys.open_(self.data_key_id)
        return sealing.seal(content, key=key, key_id=self.data_key_id, place=self._place(column))

    def opened(self, column: str) -> bytes:
        """One of the two files. Raises SealBroken when it was tampered with, or destroyed."""
        key = keys.open_(self.data_key_id)
        return sealing.open_(bytes(getattr(self, column)), key=key, place=self._place(column))

    def _place(self, column: str) -> Place:
        return Place(self._meta.db_table, column, str(self.pk))

    @property
    def can_be_fetched(self) -> bool:
        return self.state == ExportState.READY and self.until is not None and self.until > timezone.now()
