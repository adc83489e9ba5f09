"""Asking for the copy of one person's data."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.nudges import nudge
from privacy import keys

from .. import rules, tasks
from ..choices import ExportState
from ..models import DataExport, DataRequest
from .shared import Refused, made_by, one_at_a_time


@transaction.atomic
def ask_export(*, by: User, request: DataRequest, key: UUID) -> DataExport:
    """Have the copy made by a worker process; the same `key` again is the same copy.

    Raises PermissionDenied for who may not, Refused while another one is being made.
    """
    one_at_a_time(key)
    locked = DataRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)
    if not rules.can_export(by, locked):
        raise PermissionDenied
    if earlier := made_by(key, DataExport):
        if (earlier.request_id, earlier.asked_by_id) != (locked.pk, by.pk):
            raise PermissionDenied
        return earlier
    if locked.exports.filter(state=ExportState.WAITING).exists():
        raise Refused(_("The copy is being prepared already."))
    now = timezone.now()
    export = DataExport.objects.create(
        pk=key, data_key=keys.make(), request=locked, asked_by=by, asked_at=now
    )
    nudge(tasks.build_export, str(export.pk))
    return export
