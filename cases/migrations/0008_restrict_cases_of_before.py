from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from agencies import nik

BATCH = 500


def reasons(case: Any) -> list[str]:
    """What restricts a case, as cases.restriction.reasons said when this was written (ADR 0018)."""
    found = set()
    for topic in case.topics.all():
        if topic.restricted:
            found.add({"KEKERASAN_SEKSUAL": "sexual_violence"}.get(topic.code, _other(topic.code)))
    if "sexual_abuse" in case.means_of_control:
        found.add("sexual_violence")
    if case.trafficking_status != "not" and (case.means_of_control or case.trafficking_status):
        found.add("trafficking")
    if _child(case):
        found.add("child")
    return sorted(found)


def _other(code: str) -> str:
    return "trafficking" if code in ("TPPO", "ONLINE_SCAM") else "topic"


def _child(case: Any) -> bool:
    logged = timezone.localdate(case.created_at)
    happened, born = min(case.incident_date or logged, logged), case.worker.birth_date
    if born is None and case.worker.nik:
        read = nik.decode(case.worker.nik, today=logged)
        born = read.birth_date if isinstance(read, nik.Nik) else None
    if born is None:
        return False
    return happened.year - born.year - ((happened.month, happened.day) < (born.month, born.day)) < 18


def restrict(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """From now on only the caseworker reads a case of sexual violence, trafficking or a child; others are named."""
    case_model, event_model = apps.get_model("cases", "Case"), apps.get_model("cases", "CaseEvent")
    now, last = timezone.now(), 0
    whole = case_model.objects.select_related("worker").prefetch_related("topics").order_by("pk")
    while batch := list(whole.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        marked = []
        for case in batch:
            if found := reasons(case):
                case.restricted_at, case.restricted_for = now, found
                marked.append(case)
        case_model.objects.bulk_update(marked, ["restricted_at", "restricted_for"])
        event_model.objects.bulk_create(
            event_model(case=case, kind="restricted", at=now, data={"reasons": case.restricted_for})
            for case in marked
        )


class Migration(migrations.Migration):
    """Cases that were logged before are restricted as they would be today."""

    dependencies = [("cases", "0007_restricted"), ("agencies", "0004_log_of_deadlines")]

    operations = [migrations.RunPython(restrict, migrations.RunPython.noop)]
