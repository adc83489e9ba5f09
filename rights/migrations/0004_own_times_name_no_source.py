from typing import Any

from django.db import migrations


def empty(apps: Any, _schema: Any) -> None:
    Rule = apps.get_model("rights", "RetentionRule")
    Rule.objects.filter(changed_at=None, source="own addition").update(source="")


class Migration(migrations.Migration):
    """The times that a portal begins with have no source: their status says so, in the reader's language."""

    dependencies = [("rights", "0003_row_security")]

    operations = [migrations.RunPython(empty, migrations.RunPython.noop)]
