"""Whoever moves within a quarter is confirmed by the new partner, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agencies", "0015_offices_and_deputies")]

    operations = [
        migrations.RemoveConstraint(model_name="reviewanswer", name="review_answered_once"),
        migrations.AddConstraint(
            model_name="reviewanswer",
            constraint=models.UniqueConstraint(
                fields=("person", "partner", "quarter"), name="review_answered_once"
            ),
        ),
    ]
