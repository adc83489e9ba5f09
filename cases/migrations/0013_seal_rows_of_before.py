"""What was written plainly is sealed, and the blind indexes are made."""

import json
from typing import Any

from django.db import migrations

from privacy import blind, keys
from privacy.conversion import Row, seal_rows, sealed_for

WORKER = ("name", "nik", "passport_number", "disability", "home_village", "contact", "safe_time")
CASE = (
    *("reporter_name", "reporter_contact", "place", "recruiter", "broker", "foreign_agency"),
    *("employer_name", "employer_address", "social_security_number", "urgency_reason"),
    *("chronology", "demands", "accused_party"),
)
OWN, THE_CASE = "data_key_id", "case__data_key_id"


def seal(apps: Any, _schema_editor: Any) -> None:
    def model(name: str) -> Any:
        return apps.get_model("cases", name)

    seal_rows(model("Worker"), *WORKER, key=OWN, also=_worker_index)
    seal_rows(model("Case"), *CASE, key=OWN, also=_reporter_index)
    seal_rows(model("IntakeDraft"), "fields", key=OWN, also=lambda row: _heading(model("IntakeDraft"), row))
    seal_rows(model("Document"), "file_name", "note", "scope", key=THE_CASE, also=_fingerprint)
    seal_rows(model("CaseAccess"), "why", "note", key=THE_CASE)
    seal_rows(model("Clock"), "note", "stop_note", key=THE_CASE)
    seal_rows(model("Consent"), "given_by", "witness", "override_reason", "review_note", key=THE_CASE)
    seal_rows(model("CaseEvent"), "text", key=THE_CASE, also=lambda row: _registered(model("CaseEvent"), row))


def _worker_index(row: Row) -> dict[str, Any]:
    kinds = {"name": "name", "nik": "nik", "passport_number": "passport", "contact": "phones"}
    return {"blind_index": blind.index((kind, row[name]) for name, kind in kinds.items())}


def _reporter_index(row: Row) -> dict[str, Any]:
    kinds = {"reporter_name": "name", "reporter_contact": "phones"}
    return {"reporter_index": blind.index((kind, row[name]) for name, kind in kinds.items())}


def _heading(model: Any, row: Row) -> dict[str, Any]:
    """What the list of drafts shows is opened by itself. It was kept among all that was typed."""
    typed = json.loads(row["fields"] or "{}")
    heading = str(typed.get("name", ""))[:150]
    return {
        "heading": sealed_for(model, "heading", heading, row=row["pk"], key_id=row[OWN]),
        "country": str(typed.get("country", ""))[:2],
    }


def _fingerprint(row: Row) -> dict[str, Any]:
    """It was the SHA-256 of the bytes, by which anybody could tell a file that they have themselves."""
    from cases.storage import of_digest

    return {"fingerprint": of_digest(row["fingerprint"], keys.open_(row[THE_CASE]))}


def _registered(model: Any, row: Row) -> dict[str, Any]:
    """An agency's register number is what somebody typed: it belongs to the text of its event, not to its codes."""
    said, data = row["text"], row["data"]
    if row["kind"] == "registered":
        said, data = (
            data.get("number", said),
            {name: value for name, value in data.items() if name != "number"},
        )
    return {
        "text": sealed_for(model, "text", said, row=row["pk"], key_id=row[THE_CASE]),
        "data": json.dumps(data),
    }


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_sealed_columns"),
    ]

    operations = [
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
