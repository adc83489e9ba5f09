"""The worker's part: making the copy of one person's data, and destroying it when its time is over.

The two files are written in one transaction with the state, sealed with a key of their own.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from cases import access_log, audience
from errands.patience import Patience
from errands.queue import Queue
from notifications.actions import notify
from notifications.choices import Kind
from privacy import keys
from privacy.choices import Verb
from referrals.letters import pdf
from referrals.letters.content import LANGUAGE

from .choices import ExportState
from .export import content, paper
from .models import DataExport

KEPT = timedelta(days=7)

QUEUE = Queue(
    name="export",
    title=_("Copies of workers' data to be made"),
    model=DataExport,
    waiting={"state": ExportState.WAITING},
    parked={"state": ExportState.FAILED},
    again=lambda rows: rows.still_wanted(),
    with_=("request__partner", "asked_by"),
    patience=Patience(timedelta(seconds=10), timedelta(minutes=10), most=5),  # somebody waits for it
    lease=timedelta(seconds=60),  # renewed with every case; the PDF of all takes seconds
    batch=1,
)


def build_due(*, seconds: float = 20) -> int:
    """Make every copy whose time has come; how many were tried."""
    return QUEUE.carry_out(_build, seconds=seconds)


def build(export_id: UUID) -> bool:
    """Make one copy; whether there was anything to do. Being told twice is harmless."""
    return bool(QUEUE.carry_out(_build, of=QUEUE.due().filter(pk=export_id)))


def _build(export: DataExport) -> None:
    _keep(export, _gather(export))


def _gather(export: DataExport) -> dict[str, Any]:
    """Everything, case by case; the page shows how far it has come."""
    DataExport.objects.filter(pk=export.pk).update(cases_done=0, cases_all=export.request.cases.count())
    with translation.override(LANGUAGE):
        data = content.frame(export.request, timezone.now())
        for case in export.request.cases.select_related("worker", "partner", "outcome").order_by("pk"):
            data["cases"].append(content.of_case(case))
            QUEUE.renew(export)
            DataExport.objects.filter(pk=export.pk).update(cases_done=F("cases_done") + 1)
    return data


def _keep(export: DataExport, data: dict[str, Any]) -> None:
    now = timezone.now()
    with translation.override(LANGUAGE):
        printed = pdf.render(paper.paper(data, export.request, now))
    written = json.dumps(data, ensure_ascii=False, indent=1).encode()
    with transaction.atomic():
        row = QUEUE.mine(export).select_for_update(no_key=True).first()
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
