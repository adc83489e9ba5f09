"""Invitations and the log of accounts, which a trigger keeps from being changed or cut."""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION staff_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of accounts is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER staff_event_is_append_only BEFORE UPDATE OR DELETE ON agencies_staffevent
FOR EACH ROW EXECUTE FUNCTION staff_event_is_append_only();
"""
CHANGEABLE = """
DROP TRIGGER staff_event_is_append_only ON agencies_staffevent;
DROP FUNCTION staff_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0001_partners_and_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("full_name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("caseworker", "Caseworker"),
                            ("supervisor", "Supervisor"),
                            ("officer", "Officer"),
                            ("partner_admin", "Partner admin"),
                            ("portal_admin", "Portal admin"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("id", "Bahasa Indonesia"), ("en", "English")],
                        default="id",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="invited"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="valid until")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="invited by",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="agencies.partner",
                        verbose_name="partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ("-created_at", "-pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                        fields=("email",),
                        name="invitation_one_open_per_email",
                        violation_error_message="This address already has an open invitation.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accepted_at", None), ("revoked_at", None), _connector="OR"),
                        name="invitation_ends_one_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                ["caseworker", "supervisor", "officer", "partner_admin", "portal_admin"],
                            )
                        ),
                        name="invitation_role_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("partner", None), ("role", "portal_admin")),
                            models.Q(
                                models.Q(("role", "portal_admin"), _negated=True), ("partner__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="invitation_has_partner_unless_portal_admin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="invitation_email_is_lower_case",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                ("subject_email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("resent", "Invitation sent again"),
                            ("revoked", "Invitation withdrawn"),
                            ("accepted", "Invitation accepted"),
                            ("role_changed", "Role changed"),
                            ("suspended", "Account suspended"),
                            ("reactivated", "Account reactivated"),
                            ("partner_edited", "Partner's data changed"),
                            ("partner_suspended", "Partner suspended"),
                            ("partner_reactivated", "Partner reactivated"),
                            ("reference_confirmed", "Reference data confirmed"),
                            ("reference_unconfirmed", "Confirmation taken back"),
                        ],
                        max_length=24,
                        verbose_name="what happened",
                    ),
                ),
                ("detail", models.JSONField(blank=True, default=dict, verbose_name="details")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff_events",
                        to="agencies.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff_events",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="whose account",
                    ),
                ),
            ],
            options={
                "verbose_name": "log entry",
                "verbose_name_plural": "log of accounts",
                "ordering": ("-pk",),
                "indexes": [
                    models.Index(fields=["partner", "-id"], name="staff_event_partner"),
                    models.Index(fields=["subject", "-id"], name="staff_event_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "verb__in",
                                [
                                    "invited",
                                    "resent",
                                    "revoked",
                                    "accepted",
                                    "role_changed",
                                    "suspended",
                                    "reactivated",
                                    "partner_edited",
                                    "partner_suspended",
                                    "partner_reactivated",
                                    "reference_confirmed",
                                    "reference_unconfirmed",
                                ],
                            )
                        ),
                        name="staff_event_verb_is_known",
                    )
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
    ]
