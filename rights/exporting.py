"""The worker's part: making the copy of one person's data, and destroying it when its time is over.

A row is claimed by moving its `next_at`: should the worker be killed, the row comes up again after the lease and is made
anew. The two files are written in one transaction with the state, sealed with a key of their own.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from cases import access_log, audience
from notifications.actions import notify
from notifications.choices import Kind
from privacy import keys
from privacy.choices import Verb
from referrals.letters import pdf
from referrals.letters.content import LANGUAGE

from .choices import ExportState
from .export import content, paper
from .models import DataExport

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than a task may take (CELERY_TASK_TIME_LIMIT)
KEPT = timedelta(days=7)
MOST_TRIES = 5
BATCH = 20


def build_due() -> int:
    """Make every copy whose time has come; how many were tried."""
    due = DataExport.objects.filter(state=ExportState.WAITING, next_at__lte=timezone.now())
    return sum(build(pk) for pk in list(due.order_by("next_at").values_list("pk", flat=True)[:BATCH]))


def build(export_id: UUID) -> bool:
    """Make one copy; whether there was anything to do. Being told twice is harmless."""
    export = _claim(export_id)
    if export is None:
        return False
    try:
        data = _gather(export)
        _keep(export, data)
    except Exception:
        logger.exception("the export %s could not be made", export_id)
        _give_up(export)
    return True


@transaction.atomic
def _claim(export_id: UUID) -> DataExport | None:
    due = DataExport.objects.filter(pk=export_id, state=ExportState.WAITING, next_at__lte=timezone.now())
    held = due.select_related("request__partner", "asked_by").select_for_update(
        skip_locked=True, of=("self",), no_key=True
    )
    export = held.first()
    if export is not None:
        export.attempts += 1
        export.next_at = timezone.now() + LEASE
        export.cases_done, export.cases_all = 0, export.request.cases.count()
        export.save(update_fields=["attempts", "next_at", "cases_done", "cases_all"])
    return export


def _gather(export: DataExport) -> dict[str, Any]:
    """Everything, case by case; the page shows how far it has come."""
    with translation.override(LANGUAGE):
        data = content.frame(export.request, timezone.now())
        for case in export.request.cases.select_related("worker", "partner", "outcome").order_by("pk"):
            data["cases"].append(content.of_case(case))
            DataExport.objects.filter(pk=export.pk).update(cases_done=F("cases_done") + 1)
    return data


def _keep(export: DataExport, data: dict[str, Any]) -> None:
    now = timezone.now()
    with translation.override(LANGUAGE):
        printed = pdf.render(paper.paper(data, export.request, now))
    written = json.dumps(data, ensure_ascii=False, indent=1).encode()
    with transaction.atomic():
        mine = DataExport.objects.select_for_update(no_key=True).filter(
            pk=export.pk, attempts=export.attempts, state=ExportState.WAITING
        )
        row = mine.first()
        if row is None:  # a later try has taken it over
            return
        row.pdf, row.json = row.seal("pdf", printed), row.seal("json", written)
        row.state, row.ready_at, row.until, row.next_at = ExportState.READY, now, now + KEPT, None
        row.save()
        access_log.about(
            Verb.EXPORTED, export.asked_by, export.request.cases.all(), f"copy:{export.request.pk}"
        )
        notify(
            [export.asked_by] if audience.works_at(export.asked_by, export.request.partner) else [],
            kind=Kind.EXPORT_READY,
            reference=export.request.reference,
            path=export.request.get_absolute_url(),
        )


def _give_up(export: DataExport) -> None:
    """Leave it to the next sweep, until it was tried often enough; then the page says that it failed."""
    if export.attempts >= MOST_TRIES:
        mine = DataExport.objects.filter(pk=export.pk, attempts=export.attempts, state=ExportState.WAITING)
        mine.update(state=ExportState.FAILED, next_at=None)


def expire_due() -> int:
    """Destroy the copies whose seven days are over; how many."""
    with transaction.atomic():
        over = DataExport.objects.filter(state=ExportState.READY, until__lte=timezone.now())
        held = list(over.select_for_update(skip_locked=True, no_key=True).values_list("pk", "data_key_id"))
        keys.destroy(key for _pk, key in held)
        DataExport.objects.filter(pk__in=[pk for pk, _key in held]).update(
            state=ExportState.EXPIRED, pdf=b"", json=b""
        )
    return len(held)
