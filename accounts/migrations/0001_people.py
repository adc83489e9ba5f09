import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import accounts.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agencies", "0001_partners_and_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
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
                (
                    "time_zone",
                    models.CharField(
                        default="Asia/Jakarta",
                        max_length=50,
                        validators=[accounts.models.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("date_joined", models.DateTimeField(auto_now_add=True, verbose_name="joined")),
                ("session_generation", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="agencies.partner",
                        verbose_name="partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "ordering": ("full_name", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                ["caseworker", "supervisor", "officer", "partner_admin", "portal_admin"],
                            )
                        ),
                        name="user_role_is_known",
                        violation_error_code="role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("partner", None), ("role", "portal_admin")),
                            models.Q(
                                models.Q(("role", "portal_admin"), _negated=True), ("partner__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="user_has_partner_unless_portal_admin",
                        violation_error_message="Everybody but a portal admin belongs to one partner.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="user_email_is_lower_case",
                    ),
                ],
            },
        ),
    ]
