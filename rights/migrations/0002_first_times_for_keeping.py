from typing import Any

from django.db import migrations

# Months after closing. Our own addition: no law names them. What goes on elsewhere, or ended with a right or money, may come
# up again for years; what ended without a result is needed the least.
MONTHS = {"resolved": 60, "partial": 60, "ongoing": 120, "transferred": 60, "closed": 24}


def add(apps: Any, _schema: Any) -> None:
    Rule = apps.get_model("rights", "RetentionRule")
    for outcome_class, months in MONTHS.items():
        Rule.objects.get_or_create(
            outcome_class=outcome_class,
            defaults={"months": months, "source": "own addition", "source_status": "own"},
        )


class Migration(migrations.Migration):
    """What a portal begins with; portal admins change it."""

    dependencies = [("rights", "0001_tables")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
