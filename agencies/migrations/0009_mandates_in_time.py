"""A mandate holds from a day until a day, and is said once on each of them."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models
from django.db.models.functions import Coalesce

import agencies.models.mandates

VALUE = models.Value("")


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0008_log_of_reference_rows"),
    ]

    operations = [
        BtreeGistExtension(),  # ships with PostgreSQL and is trusted: the owner of the database may create it
        migrations.RemoveConstraint(model_name="mandate", name="mandate_is_said_once"),
        migrations.AddField(
            model_name="mandate",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="agencies.mandate",
                verbose_name="follows",
            ),
        ),
        migrations.AddField(
            model_name="mandate",
            name="valid_from",
            field=models.DateField(
                blank=True,
                help_text="Empty: since before the portal.",
                null=True,
                verbose_name="in force from",
            ),
        ),
        migrations.AddField(
            model_name="mandate",
            name="valid_until",
            field=models.DateField(
                blank=True,
                help_text="The last day. Empty: until further notice.",
                null=True,
                verbose_name="in force until",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("retired_at", None)),
                expressions=[
                    ("partner", "="),
                    ("agency_code", "="),
                    ("stage", "="),
                    ("country", "="),
                    (Coalesce("topic", VALUE), "="),
                    (Coalesce("district", VALUE), "="),
                    (Coalesce("province", VALUE), "="),
                    (Coalesce("regency", VALUE), "="),
                    (
                        agencies.models.mandates.Period("valid_from", "valid_until", models.Value("[]")),
                        "&&",
                    ),
                ],
                name="mandate_is_said_once",
                violation_error_message="The partner already has this mandate.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from", None),
                    ("valid_until", None),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="mandate_ends_after_it_begins",
                violation_error_message="A mandate ends on the day it begins, or later.",
            ),
        ),
    ]
