"""Run by test_sealed_migration in a database of its own: rows as they were before sealing, and what became of them.

Prints two lines of JSON: what the rows say after all migrations, and whether any of it stands plainly in any table.
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django.utils import timezone  # noqa: E402

from privacy.postgres.owner import as_owner  # noqa: E402

BEFORE = [
    ("cases", "0009_scanned_files"),
    ("referrals", "0004_clocks_of_live_referrals"),
    ("accounts", "0002_email_choice"),
]
FILE = b"%PDF-1.4 Contoh Surat"
CASES = 3


def main() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    apps = executor.loader.project_state(BEFORE).apps
    for number in range(CASES):
        make(apps, number)
    call_command("migrate", verbosity=0)
    print(json.dumps(told()))
    print(json.dumps(plainly()))


def make(apps: Any, number: int) -> None:
    def create(label: str, **values: Any) -> Any:
        return apps.get_model(label).objects.create(**values)

    now = timezone.now()
    partner, _made = apps.get_model("agencies.Partner").objects.get_or_create(
        code="NGO",
        defaults={"kind": "ngo", "name_id": "Mitra", "name_en": "Partner", "reference_prefix": "SP"},
    )
    other, _made = apps.get_model("agencies.Partner").objects.get_or_create(
        code="BP", defaults={"kind": "bp3mi", "name_id": "Balai", "name_en": "Office"}
    )
    province, _made = apps.get_model("agencies.Province").objects.get_or_create(
        code="35", defaults={"name": "Jatim"}
    )
    user, _made = apps.get_model("accounts.User").objects.get_or_create(
        email="a@example.org", defaults={"partner": partner, "role": "caseworker"}
    )
    worker = create(
        "cases.Worker", partner=partner, name=f"Contoh Melati {number}", sex="female", nik="3507014708900001",
        passport_number="X0000001", home_province=province, contact="0812-0000-0001 / 0813 0000 0002",
        home_village="Contoh Desa", safe_time="Contoh Malam", disability="Contoh Lemah",
    )  # fmt: skip
    case = create(
        "cases.Case", partner=partner, worker=worker, reference=f"SP-2026-{number:06d}", created_by=user,
        assigned_to=user, created_at=now, changed_at=now, reporter_type="family", reporter_relation="spouse",
        reporter_name="Contoh Pelapor", reporter_contact="0800-1", stage="during", country="MY",
        place="Contoh Kota", procedural_status="unknown", urgency="normal", urgency_suggested="normal",
        chronology="Contoh cerita.\nBaris kedua.", demands="Contoh tuntutan",
    )  # fmt: skip
    consent = create(
        "cases.Consent", case=case, groups=["case"], given_by="Contoh Melati", method="spoken",
        witness="Contoh Saksi", given_on=date(2026, 1, 1), recorded_by=user,
    )  # fmt: skip
    referral = create(
        "referrals.Referral", case=case, number=1, sender=partner, receiver=other, sent_at=now, state="sent",
        consent=consent, services=["repatriation"], request="Contoh permintaan", register_number="Contoh-1",
        urgency="normal", created_by=user, created_at=now, changed_at=now,
    )  # fmt: skip
    create("cases.CaseEvent", case=case, kind="noted", at=now, actor=user, text="Contoh catatan")
    create(
        "cases.CaseEvent",
        case=case,
        referral=referral,
        kind="registered",
        at=now,
        data={"number": "Contoh-1"},
    )
    create(
        "cases.CaseAccess", case=case, person=user, granted_by=user, granted_at=now, way="named", why="Contoh sebab",
        note="Contoh tanggapan",
    )  # fmt: skip
    create(
        "cases.Clock", case=case, code="NO_REPLY", partner=partner, note="Contoh alasan", started_at=now,
        warn_at=now, due_at=now, stop_note="Contoh henti",
    )  # fmt: skip
    stored_as = f"ab/{number:032x}"
    create(
        "cases.Document", case=case, kind="power_of_attorney", file_name="Contoh surat.pdf",
        content_type="application/pdf", size=len(FILE), sha256=hashlib.sha256(FILE).hexdigest(),
        stored_as=stored_as, note="Contoh nota", scope="Contoh lingkup", added_by=user, partner=partner,
        added_at=now,
    )  # fmt: skip
    file = Path(settings.DOCUMENTS_DIR) / stored_as
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(FILE)
    create("cases.IntakeDraft", owner=user, fields={"name": "Contoh Draf", "country": "SG", "topics": ["A"]})
    create(
        "referrals.PlanStep", case=case, what="Contoh langkah", partner=other, by_when=date(2026, 2, 1),
        created_by=user, created_at=now,
    )  # fmt: skip


def told() -> list[dict[str, Any]]:
    """What each case says now, read as the portal reads it."""
    from cases import storage
    from cases.models import Case, IntakeDraft
    from privacy.acting import as_portal

    with as_portal(), transaction.atomic():
        return [
            {
                "worker": _texts(case.worker),
                "case": _texts(case),
                "others": [
                    _texts(row)
                    for related in (
                        "consents",
                        "referrals",
                        "events",
                        "clocks",
                        "documents",
                        "plan",
                        "accesses",
                    )
                    for row in getattr(case, related).order_by("pk")
                ],
                "data": [event.data for event in case.events.order_by("pk")],
                "files": [storage.read(document).read().decode() for document in case.documents.all()],
                "fingerprints": [document.fingerprint for document in case.documents.all()],
                "found": [
                    Case.objects.search(text).filter(pk=case.pk).exists()
                    for text in ("melati", "3507014708900001", "X0000001", "+62 813 0000 0002", "pelapor")
                ],
                "drafts": [
                    [draft.heading, draft.country, draft.fields] for draft in IntakeDraft.objects.all()
                ],
            }
            for case in Case.objects.order_by("pk")
        ]


def _texts(row: Any) -> dict[str, str]:
    from privacy.fields import SealedField

    fields = [field.name for field in row._meta.fields if isinstance(field, SealedField)]
    return {name: getattr(row, name) for name in fields if getattr(row, name)}


def plainly() -> list[str]:
    """The tables and files in which the word "Contoh" stands."""
    found = []
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text ILIKE %s', ["%contoh%"])
            if cursor.fetchone()[0]:
                found.append(table)
    files = [file for file in Path(settings.DOCUMENTS_DIR).rglob("*") if file.is_file()]
    return found + [file.name for file in files if b"Contoh" in file.read_bytes()]


if __name__ == "__main__":
    with as_owner():
        main()
