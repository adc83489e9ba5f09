from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Workers of one partner are found by their birth date."""

    atomic = False
    dependencies = [("cases", "0023_parties_found_by_index")]

    operations = [
        AddIndexConcurrently(
            model_name="worker",
            index=models.Index(fields=["partner", "birth_date"], name="worker_partner_born"),
        ),
    ]
