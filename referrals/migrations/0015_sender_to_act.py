from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Cases whose sender has to do something are counted one by one, no further than a page says."""

    atomic = False

    dependencies = [("referrals", "0014_found_by_receiver")]

    operations = [
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("state__in", ["clarifying", "declined", "unrouted"])),
                fields=["sender", "state", "case"],
                name="referral_sender_to_act",
            ),
        ),
    ]
