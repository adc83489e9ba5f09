"""A data key for every worker, case and draft that was there before there were any."""

from typing import Any

from django.db import migrations

from privacy.conversion import give_keys


def give(apps: Any, _schema_editor: Any) -> None:
    for name in ("Worker", "Case", "IntakeDraft"):
        give_keys(apps.get_model("cases", name))


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_data_keys"),
    ]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
