import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agencies", "0001_partners_and_places"),
        ("cases", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number within the case")),
                (
                    "services",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("repatriation", "Repatriation"),
                                ("legal_aid", "Legal aid"),
                                ("mediation", "Mediation"),
                                ("shelter", "Safe shelter"),
                                ("medical", "Medical care"),
                                ("psychosocial", "Psychosocial support"),
                                ("basic_needs", "Basic needs"),
                                ("document", "Documents"),
                                ("family_tracing", "Family tracing"),
                                ("insurance_claim", "Insurance claim"),
                                ("other", "Other"),
                            ],
                            max_length=16,
                        ),
                        size=None,
                        verbose_name="services requested",
                    ),
                ),
                (
                    "request",
                    models.TextField(blank=True, max_length=5000, verbose_name="what we ask you to do"),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[("emergency", "Emergency"), ("urgent", "Urgent"), ("normal", "Normal")],
                        max_length=9,
                        verbose_name="urgency",
                    ),
                ),
                (
                    "urgency_rank",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(then=0, urgency="emergency"),
                            models.When(then=1, urgency="urgent"),
                            default=2,
                        ),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Looking for the agency"),
                            ("unrouted", "Agency to be chosen"),
                            ("sent", "Sent"),
                            ("received", "Opened"),
                            ("clarifying", "Question open"),
                            ("accepted", "Accepted"),
                            ("completed", "Completed"),
                            ("declined", "Declined"),
                            ("handed_over", "Handed over"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=11,
                        verbose_name="state",
                    ),
                ),
                (
                    "ranking",
                    models.JSONField(blank=True, default=list, verbose_name="who is responsible, and why"),
                ),
                ("why_unrouted", models.CharField(blank=True, max_length=20)),
                ("why_params", models.JSONField(blank=True, default=dict)),
                ("route_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("route_attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(verbose_name="referred")),
                ("changed_at", models.DateTimeField(verbose_name="last change")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                ("time_left", models.DurationField(blank=True, editable=False, null=True)),
                ("received_at", models.DateTimeField(blank=True, null=True, verbose_name="opened")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "decline_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("out_of_mandate", "Not within our mandate"),
                            ("wrong_district", "Outside our area of work"),
                            ("incomplete", "Documents or information incomplete"),
                            ("no_capacity", "No capacity at present"),
                            ("already_handled", "Already being handled here"),
                            ("other", "Other reason"),
                        ],
                        max_length=16,
                        verbose_name="reason for declining",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=16,
                        null=True,
                        verbose_name="amount recovered",
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="cases.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="cases.consent",
                        verbose_name="consent",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="referred by",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "outcome",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.outcome",
                        verbose_name="outcome",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="referrals.referral",
                        verbose_name="follows",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals_received",
                        to="agencies.partner",
                        verbose_name="receiver",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals_sent",
                        to="agencies.partner",
                        verbose_name="sender",
                    ),
                ),
            ],
            options={
                "verbose_name": "referral",
                "verbose_name_plural": "referrals",
                "ordering": ("-created_at",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["accepted", "clarifying", "received", "sent"])),
                        fields=["receiver", "urgency_rank", "due_at", "id"],
                        name="referral_inbox",
                    ),
                    models.Index(fields=["receiver", "-changed_at"], name="referral_receiver_changed"),
                    models.Index(fields=["sender", "-changed_at"], name="referral_sender_changed"),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["route_at"],
                        name="referral_to_route",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="referral_number_within_case"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "waiting",
                                    "unrouted",
                                    "sent",
                                    "received",
                                    "clarifying",
                                    "accepted",
                                    "completed",
                                    "declined",
                                    "handed_over",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="referral_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "services__contained_by",
                                [
                                    "repatriation",
                                    "legal_aid",
                                    "mediation",
                                    "shelter",
                                    "medical",
                                    "psychosocial",
                                    "basic_needs",
                                    "document",
                                    "family_tracing",
                                    "insurance_claim",
                                    "other",
                                ],
                            ),
                            ("services__len__gt", 0),
                        ),
                        name="referral_asks_for_known_services",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["unrouted", "waiting", "withdrawn"]),
                            models.Q(("receiver__isnull", False), ("sent_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="referral_sent_has_receiver",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["accepted", "completed"]), _negated=True),
                            models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="referral_accepted_is_stamped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("receiver__isnull", True),
                            models.Q(("receiver", models.F("sender")), _negated=True),
                            _connector="OR",
                        ),
                        name="referral_not_to_oneself",
                    ),
                ],
            },
        ),
    ]
