import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agencies", "0001_partners_and_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                (
                                    "identity",
                                    "Identity: name, sex, birth date, NIK, passport, social security, home area, special needs",
                                ),
                                ("contact", "Contact: phone, address, safe way and time, reporter"),
                                ("case", "Case: work, employer, what happened, what is asked for"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                        verbose_name="what may be shared",
                    ),
                ),
                ("given_by", models.CharField(max_length=150, verbose_name="who agreed")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("signed", "Signed form"),
                            ("recorded", "Recorded voice or message"),
                            ("spoken", "Spoken to the caseworker"),
                        ],
                        max_length=10,
                        verbose_name="how it was given",
                    ),
                ),
                ("given_on", models.DateField(verbose_name="given on")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
            },
        ),
        migrations.CreateModel(
            name="IntakeDraft",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("fields", models.JSONField(default=dict, verbose_name="fields")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="begun")),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="last change")),
            ],
            options={
                "verbose_name": "intake draft",
                "verbose_name_plural": "intake drafts",
                "ordering": ("-changed_at",),
            },
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="worker's name")),
                (
                    "sex",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male")], max_length=6, verbose_name="sex"
                    ),
                ),
                ("birth_date", models.DateField(blank=True, null=True, verbose_name="birth date")),
                (
                    "nik",
                    models.CharField(
                        blank=True,
                        max_length=16,
                        validators=[
                            django.core.validators.RegexValidator("^\\d{16}\\Z", "A NIK has 16 digits.")
                        ],
                        verbose_name="NIK",
                    ),
                ),
                (
                    "passport_number",
                    models.CharField(
                        blank=True,
                        max_length=9,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]{6,9}\\Z",
                                "A passport number has 6 to 9 letters and digits, without spaces.",
                            )
                        ],
                        verbose_name="passport number",
                    ),
                ),
                (
                    "disability",
                    models.CharField(blank=True, max_length=300, verbose_name="disability or special need"),
                ),
                (
                    "home_village",
                    models.CharField(blank=True, max_length=200, verbose_name="home village and address"),
                ),
                (
                    "contact",
                    models.CharField(blank=True, max_length=150, verbose_name="worker's phone or e-mail"),
                ),
                (
                    "safe_channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("call", "Phone call"),
                            ("chat", "WhatsApp or other chat"),
                            ("sms", "SMS"),
                            ("via_reporter", "Only through the reporter"),
                            ("none", "Do not contact for now"),
                        ],
                        max_length=12,
                        verbose_name="safe way to make contact",
                    ),
                ),
                (
                    "safe_time",
                    models.CharField(blank=True, max_length=150, verbose_name="safe time to make contact"),
                ),
            ],
            options={
                "verbose_name": "worker",
                "verbose_name_plural": "workers",
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=40, unique=True, verbose_name="reference")),
                ("created_at", models.DateTimeField(db_index=True, verbose_name="logged")),
                ("changed_at", models.DateTimeField(verbose_name="last change")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "reporter_type",
                    models.CharField(
                        choices=[
                            ("worker", "The worker"),
                            ("prospective_worker", "A prospective worker"),
                            ("family", "Family"),
                            ("lawyer", "Lawyer"),
                            ("organisation", "Organisation"),
                            ("officer", "Government officer"),
                        ],
                        max_length=20,
                        verbose_name="who reports",
                    ),
                ),
                (
                    "reporter_relation",
                    models.CharField(
                        choices=[
                            ("self", "The worker themself"),
                            ("spouse", "Husband or wife"),
                            ("child", "Child"),
                            ("parent", "Parent"),
                            ("other_family", "Other family"),
                            ("attorney", "Attorney or companion"),
                        ],
                        max_length=14,
                        verbose_name="relation to the worker",
                    ),
                ),
                ("reporter_name", models.CharField(max_length=150, verbose_name="reporter's name")),
                (
                    "reporter_contact",
                    models.CharField(max_length=150, verbose_name="reporter's phone or e-mail"),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_person", "In person"),
                            ("letter", "Letter"),
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("e_pengaduan", "e-Pengaduan"),
                            ("social_media", "Social media or WhatsApp"),
                            ("sms", "SMS"),
                            ("other", "Other"),
                        ],
                        max_length=14,
                        verbose_name="how the complaint came",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("before", "Before departure"),
                            ("during", "Abroad"),
                            ("after", "After return"),
                        ],
                        max_length=6,
                        verbose_name="stage",
                    ),
                ),
                ("country", models.CharField(max_length=2, verbose_name="destination country")),
                ("place", models.CharField(blank=True, max_length=100, verbose_name="city or district")),
                (
                    "procedural_status",
                    models.CharField(
                        choices=[
                            ("procedural", "Procedural"),
                            ("nonprocedural", "Non-procedural"),
                            ("unknown", "Not known yet"),
                        ],
                        max_length=14,
                        verbose_name="placement procedure",
                    ),
                ),
                (
                    "scheme",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("g_to_g", "Government to government (G to G)"),
                            ("g_to_p", "Government to private (G to P)"),
                            ("p_to_p", "Private to private (P to P)"),
                            ("own_company", "Own company (UKPS)"),
                            ("individual", "Individual"),
                            ("unknown", "Not known yet"),
                        ],
                        max_length=12,
                        verbose_name="placement scheme",
                    ),
                ),
                (
                    "sector",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("domestic_work", "Domestic work"),
                            ("fishing_crew", "Fishing crew"),
                            ("merchant_crew", "Merchant crew"),
                            ("plantation", "Plantation"),
                            ("construction", "Construction"),
                            ("manufacturing", "Manufacturing"),
                            ("care", "Care of the sick or elderly"),
                            ("online_scam", "Online scam compound"),
                            ("other", "Other"),
                        ],
                        max_length=14,
                        verbose_name="kind of work",
                    ),
                ),
                ("recruiter", models.CharField(blank=True, max_length=150, verbose_name="recruiter (P3MI)")),
                ("broker", models.CharField(blank=True, max_length=150, verbose_name="broker or sponsor")),
                (
                    "foreign_agency",
                    models.CharField(blank=True, max_length=150, verbose_name="agency abroad"),
                ),
                ("employer_name", models.CharField(blank=True, max_length=150, verbose_name="employer")),
                (
                    "employer_address",
                    models.CharField(blank=True, max_length=300, verbose_name="employer's address"),
                ),
                ("contract_start", models.DateField(blank=True, null=True, verbose_name="contract from")),
                ("contract_end", models.DateField(blank=True, null=True, verbose_name="contract until")),
                ("departure_date", models.DateField(blank=True, null=True, verbose_name="departure")),
                ("work_start_date", models.DateField(blank=True, null=True, verbose_name="start of work")),
                (
                    "social_security_number",
                    models.CharField(blank=True, max_length=30, verbose_name="social security number"),
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
                    "urgency_suggested",
                    models.CharField(
                        choices=[("emergency", "Emergency"), ("urgent", "Urgent"), ("normal", "Normal")],
                        max_length=9,
                        verbose_name="urgency suggested",
                    ),
                ),
                (
                    "urgency_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="reason for the urgency"),
                ),
                (
                    "incident_date",
                    models.DateField(blank=True, null=True, verbose_name="date of the incident"),
                ),
                ("chronology", models.TextField(max_length=20000, verbose_name="what happened")),
                ("demands", models.TextField(max_length=20000, verbose_name="what is asked for")),
                ("accused_party", models.CharField(blank=True, max_length=300, verbose_name="accused party")),
                (
                    "assigned_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assigned_cases",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="caseworker",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="logged by",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="agencies.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "topics",
                    models.ManyToManyField(related_name="+", to="agencies.topic", verbose_name="topics"),
                ),
            ],
            options={
                "verbose_name": "case",
                "verbose_name_plural": "cases",
                "ordering": ("-created_at",),
            },
        ),
        migrations.CreateModel(
            name="CaseCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField()),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.partner"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseEvent",
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
                            ("logged", "Complaint logged"),
                            ("edited", "Case details changed"),
                            ("assigned", "Case assigned"),
                            ("noted", "Note on the case"),
                            ("referred", "Referral made"),
                            ("sent", "Referral sent"),
                            ("unrouted", "Needs a person to choose the agency"),
                            ("received", "Referral opened by the agency"),
                            ("accepted", "Referral accepted"),
                            ("declined", "Referral declined"),
                            ("asked", "Question asked"),
                            ("answered", "Question answered"),
                            ("progress", "Progress reported"),
                            ("completed", "Referral completed"),
                            ("withdrawn", "Referral withdrawn"),
                            ("reopened", "Referral reopened"),
                        ],
                        max_length=10,
                        verbose_name="what happened",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("data", models.JSONField(blank=True, default=dict, verbose_name="details")),
                ("key", models.UUIDField(editable=False, null=True, unique=True)),
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="cases.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.partner",
                        verbose_name="partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "ordering": ("at", "pk"),
            },
        ),
    ]
