import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Email",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", models.EmailField(max_length=254, verbose_name="to")),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                (
                    "secret",
                    models.BooleanField(
                        default=False,
                        help_text="The text is erased once it is sent.",
                        verbose_name="holds a one-time link",
                    ),
                ),
                ("message_id", models.CharField(editable=False, max_length=120, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("due", "To be sent"), ("sent", "Sent"), ("parked", "Given up for now")],
                        default="due",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                ("next_at", models.DateTimeField(verbose_name="next try")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="last error")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
            ],
            options={
                "verbose_name": "e-mail",
                "verbose_name_plural": "e-mails",
                "ordering": ("-created_at", "-pk"),
                "indexes": [
                    models.Index(condition=models.Q(("state", "due")), fields=["next_at"], name="email_due")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["due", "sent", "parked"])),
                        name="email_state_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sent", "New referral {reference}"),
                            ("unrouted", "{reference} needs you to choose the agency"),
                            ("received", "{reference} was opened by the agency"),
                            ("accepted", "{reference} was accepted"),
                            ("declined", "{reference} was declined"),
                            ("asked", "There is a question about {reference}"),
                            ("answered", "Your question about {reference} was answered"),
                            ("progress", "Progress on {reference}"),
                            ("completed", "{reference} was completed"),
                            ("withdrawn", "{reference} was withdrawn"),
                            ("reopened", "{reference} was reopened"),
                            ("assigned", "{reference} was assigned to you"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("reference", models.CharField(max_length=60, verbose_name="reference")),
                ("path", models.CharField(max_length=200, verbose_name="page")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recipient",
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "ordering": ("-created_at", "-pk"),
                "indexes": [
                    models.Index(fields=["recipient", "-created_at"], name="notification_inbox"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["recipient", "path"],
                        name="notification_unread",
                    ),
                ],
            },
        ),
    ]
