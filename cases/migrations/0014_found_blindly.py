import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_seal_rows_of_before")]

    operations = [
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("method", "override"), ("override_reason", ""), _connector="XOR"),
                name="consent_override_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "power_of_attorney"), _negated=True),
                    models.Q(("scope", ""), _negated=True),
                    _connector="OR",
                ),
                name="document_power_of_attorney_has_scope",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["partner", "reference"], include=("id",), name="case_partner_reference"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["reporter_index"], name="case_reporter_index"
            ),
        ),
        migrations.AddIndex(
            model_name="worker",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["blind_index"], name="worker_blind_index"
            ),
        ),
    ]
