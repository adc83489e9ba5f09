from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    """The index of recruiters and employers, made while people work."""

    atomic = False
    dependencies = [("cases", "0022_parties_index")]

    operations = [
        AddIndexConcurrently(
            model_name="case",
            index=GinIndex(fields=["parties_index"], fastupdate=False, name="case_parties_index"),
        ),
    ]
