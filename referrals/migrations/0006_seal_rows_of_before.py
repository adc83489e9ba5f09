"""What was written plainly is sealed."""

from typing import Any

from django.db import migrations

from privacy.conversion import seal_rows


def seal(apps: Any, _schema_editor: Any) -> None:
    key = "case__data_key_id"
    seal_rows(apps.get_model("referrals", "Referral"), "register_number", "request", key=key)
    seal_rows(apps.get_model("referrals", "PlanStep"), "what", key=key)


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0005_sealed_columns"),
    ]

    operations = [
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
