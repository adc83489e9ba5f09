import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agencies", "0001_partners_and_places"),
        ("cases", "0001_tables"),
        ("referrals", "0001_referrals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="caseevent",
            name="referral",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="referrals.referral",
                verbose_name="referral",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="cases.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddField(
            model_name="intakedraft",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="intake_drafts",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="worker",
            name="home_province",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.province",
                verbose_name="home province",
            ),
        ),
        migrations.AddField(
            model_name="worker",
            name="home_regency",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.regency",
                verbose_name="home regency or city",
            ),
        ),
        migrations.AddField(
            model_name="worker",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="workers",
                to="agencies.partner",
                verbose_name="partner",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="worker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="cases.worker",
                verbose_name="worker",
            ),
        ),
        migrations.AddConstraint(
            model_name="casecounter",
            constraint=models.UniqueConstraint(fields=("partner", "year"), name="one_counter_a_year"),
        ),
        migrations.AddIndex(
            model_name="caseevent",
            index=models.Index(fields=["case", "at"], name="event_case_at"),
        ),
        migrations.AddIndex(
            model_name="caseevent",
            index=models.Index(fields=["referral", "at"], name="event_referral_at"),
        ),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "logged",
                            "edited",
                            "assigned",
                            "noted",
                            "referred",
                            "sent",
                            "unrouted",
                            "received",
                            "accepted",
                            "declined",
                            "asked",
                            "answered",
                            "progress",
                            "completed",
                            "withdrawn",
                            "reopened",
                        ],
                    )
                ),
                name="event_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("groups__contained_by", ["identity", "contact", "case"]), ("groups__len__gt", 0)
                ),
                name="consent_groups_known",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["partner", "-changed_at"], name="case_partner_changed"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["partner", "assigned_to", "-changed_at"], name="case_assignee_changed"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stage__in", ["before", "during", "after"]),
                    ("urgency__in", ["emergency", "urgent", "normal"]),
                ),
                name="case_codes_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("contract_end__isnull", True),
                    ("contract_start__isnull", True),
                    ("contract_end__gte", models.F("contract_start")),
                    _connector="OR",
                ),
                name="case_contract_ends_after_start",
                violation_error_message="The contract ends before it starts.",
            ),
        ),
    ]
