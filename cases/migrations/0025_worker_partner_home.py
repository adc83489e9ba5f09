from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Workers of one partner are found by where their home is."""

    atomic = False
    dependencies = [("cases", "0024_worker_partner_born")]

    operations = [
        AddIndexConcurrently(
            model_name="worker",
            index=models.Index(fields=["partner", "home_regency", "birth_date"], name="worker_partner_home"),
        ),
    ]
