import datetime

import django.db.models.functions.comparison
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a sender has to do something about is read in the order of its list."""

    atomic = False

    dependencies = [("referrals", "0015_sender_to_act")]

    operations = [
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                models.F("sender"),
                models.F("urgency_rank"),
                django.db.models.functions.comparison.Coalesce(
                    "due_at",
                    models.Value(
                        datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.UTC),
                        output_field=models.DateTimeField(),
                    ),
                ),
                models.F("id"),
                condition=models.Q(("state__in", ["clarifying", "declined", "unrouted"])),
                name="referral_to_act_order",
            ),
        ),
    ]
