import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Deadline",
            fields=[
                ("source", models.TextField(blank=True, verbose_name="source")),
                (
                    "source_status",
                    models.CharField(
                        choices=[
                            ("V", "Stated by a source"),
                            ("H", "Office confirmed, district not"),
                            ("P", "Partly confirmed"),
                            ("I", "Inferred from other rows"),
                            ("U", "Not confirmed by any source"),
                            ("own", "Our own addition"),
                        ],
                        default="own",
                        max_length=3,
                        verbose_name="source status",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("confirmed_by", models.CharField(blank=True, max_length=254, verbose_name="confirmed by")),
                ("confirmed_source", models.TextField(blank=True, verbose_name="confirmed with")),
                ("loaded", models.JSONField(blank=True, default=dict, editable=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired at")),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]+(_[A-Z0-9]+)*\\Z",
                                "Use capital letters, digits and single underscores, such as KBRI_DOHA.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("topic", models.CharField(max_length=40, verbose_name="area")),
                ("duty", models.CharField(max_length=200, verbose_name="duty")),
                ("value", models.PositiveSmallIntegerField(verbose_name="time allowed")),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("hours", "hours"),
                            ("days", "days"),
                            ("working days", "working days"),
                            ("months", "months"),
                            ("years", "years"),
                        ],
                        max_length=12,
                        verbose_name="unit",
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[("law", "Law"), ("practice", "Practice")], max_length=8, verbose_name="basis"
                    ),
                ),
            ],
            options={
                "verbose_name": "deadline",
                "verbose_name_plural": "deadlines",
                "ordering": ("code",),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source_status__in", ["V", "H", "P", "I", "U", "own"])),
                        name="deadline_source_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", "")),
                            models.Q(
                                ("confirmed_at__isnull", False), models.Q(("confirmed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="deadline_confirmed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gt", 0)), name="deadline_value_is_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("unit__in", ["hours", "days", "working days", "months", "years"])
                        ),
                        name="deadline_unit_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="District",
            fields=[
                ("source", models.TextField(blank=True, verbose_name="source")),
                (
                    "source_status",
                    models.CharField(
                        choices=[
                            ("V", "Stated by a source"),
                            ("H", "Office confirmed, district not"),
                            ("P", "Partly confirmed"),
                            ("I", "Inferred from other rows"),
                            ("U", "Not confirmed by any source"),
                            ("own", "Our own addition"),
                        ],
                        default="own",
                        max_length=3,
                        verbose_name="source status",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("confirmed_by", models.CharField(blank=True, max_length=254, verbose_name="confirmed by")),
                ("confirmed_source", models.TextField(blank=True, verbose_name="confirmed with")),
                ("loaded", models.JSONField(blank=True, default=dict, editable=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired at")),
                ("name_id", models.CharField(max_length=150, verbose_name="name (Indonesian)")),
                ("name_en", models.CharField(blank=True, max_length=150, verbose_name="name (English)")),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{2}(-[A-Z0-9]+)+\\Z",
                                "Start with the country and a hyphen, such as MY-JOHOR.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                (
                    "country",
                    models.CharField(
                        db_index=True,
                        max_length=2,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{2}\\Z", "Use the two capital letters of ISO 3166, such as MY."
                            )
                        ],
                        verbose_name="country",
                    ),
                ),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="also recognised by",
                    ),
                ),
            ],
            options={
                "verbose_name": "consular district",
                "verbose_name_plural": "consular districts",
                "ordering": ("country", "name_id"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source_status__in", ["V", "H", "P", "I", "U", "own"])),
                        name="district_source_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", "")),
                            models.Q(
                                ("confirmed_at__isnull", False), models.Q(("confirmed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="district_confirmed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="district_country_is_iso2"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__startswith", models.F("country"))),
                        name="district_code_starts_with_country",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                ("source", models.TextField(blank=True, verbose_name="source")),
                (
                    "source_status",
                    models.CharField(
                        choices=[
                            ("V", "Stated by a source"),
                            ("H", "Office confirmed, district not"),
                            ("P", "Partly confirmed"),
                            ("I", "Inferred from other rows"),
                            ("U", "Not confirmed by any source"),
                            ("own", "Our own addition"),
                        ],
                        default="own",
                        max_length=3,
                        verbose_name="source status",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("confirmed_by", models.CharField(blank=True, max_length=254, verbose_name="confirmed by")),
                ("confirmed_source", models.TextField(blank=True, verbose_name="confirmed with")),
                ("loaded", models.JSONField(blank=True, default=dict, editable=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired at")),
                ("name_id", models.CharField(max_length=150, verbose_name="name (Indonesian)")),
                ("name_en", models.CharField(blank=True, max_length=150, verbose_name="name (English)")),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]+(_[A-Z0-9]+)*\\Z",
                                "Use capital letters, digits and single underscores, such as KBRI_DOHA.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1000, verbose_name="position")),
                (
                    "outcome_class",
                    models.CharField(
                        choices=[
                            ("resolved", "Resolved"),
                            ("partial", "Partly resolved"),
                            ("ongoing", "Continues elsewhere"),
                            ("transferred", "Handed to another agency"),
                            ("closed", "Closed without result"),
                        ],
                        max_length=11,
                        verbose_name="class",
                    ),
                ),
                (
                    "extra_fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="also asked for",
                    ),
                ),
            ],
            options={
                "verbose_name": "outcome",
                "verbose_name_plural": "outcomes",
                "ordering": ("position", "code"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source_status__in", ["V", "H", "P", "I", "U", "own"])),
                        name="outcome_source_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", "")),
                            models.Q(
                                ("confirmed_at__isnull", False), models.Q(("confirmed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="outcome_confirmed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome_class__in", ["resolved", "partial", "ongoing", "transferred", "closed"])
                        ),
                        name="outcome_class_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Province",
            fields=[
                ("source", models.TextField(blank=True, verbose_name="source")),
                (
                    "source_status",
                    models.CharField(
                        choices=[
                            ("V", "Stated by a source"),
                            ("H", "Office confirmed, district not"),
                            ("P", "Partly confirmed"),
                            ("I", "Inferred from other rows"),
                            ("U", "Not confirmed by any source"),
                            ("own", "Our own addition"),
                        ],
                        default="own",
                        max_length=3,
                        verbose_name="source status",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("confirmed_by", models.CharField(blank=True, max_length=254, verbose_name="confirmed by")),
                ("confirmed_source", models.TextField(blank=True, verbose_name="confirmed with")),
                ("loaded", models.JSONField(blank=True, default=dict, editable=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired at")),
                (
                    "code",
                    models.CharField(
                        max_length=2,
                        primary_key=True,
                        serialize=False,
                        validators=[django.core.validators.RegexValidator("^\\d{2}\\Z", "Use two digits.")],
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
            ],
            options={
                "verbose_name": "province",
                "verbose_name_plural": "provinces",
                "ordering": ("code",),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source_status__in", ["V", "H", "P", "I", "U", "own"])),
                        name="province_source_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", "")),
                            models.Q(
                                ("confirmed_at__isnull", False), models.Q(("confirmed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="province_confirmed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^\\d{2}$")), name="province_code_is_two_digits"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.TextField(blank=True, verbose_name="source")),
                (
                    "source_status",
                    models.CharField(
                        choices=[
                            ("V", "Stated by a source"),
                            ("H", "Office confirmed, district not"),
                            ("P", "Partly confirmed"),
                            ("I", "Inferred from other rows"),
                            ("U", "Not confirmed by any source"),
                            ("own", "Our own addition"),
                        ],
                        default="own",
                        max_length=3,
                        verbose_name="source status",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("confirmed_by", models.CharField(blank=True, max_length=254, verbose_name="confirmed by")),
                ("confirmed_source", models.TextField(blank=True, verbose_name="confirmed with")),
                ("loaded", models.JSONField(blank=True, default=dict, editable=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired at")),
                ("name_id", models.CharField(max_length=150, verbose_name="name (Indonesian)")),
                ("name_en", models.CharField(blank=True, max_length=150, verbose_name="name (English)")),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]+(_[A-Z0-9]+)*\\Z",
                                "Use capital letters, digits and single underscores, such as KBRI_DOHA.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ngo", "NGO"),
                            ("bp3mi", "BP3MI"),
                            ("disnaker", "Disnakertrans"),
                            ("kemlu", "Ministry of Foreign Affairs"),
                            ("mission", "Mission abroad"),
                            ("other", "Other agency"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "mission_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("KBRI", "Embassy (KBRI)"),
                            ("KJRI", "Consulate General (KJRI)"),
                            ("KRI", "Consulate (Konsulat RI)"),
                            ("KDEI", "Trade office (KDEI)"),
                            ("PTRI", "Permanent mission (PTRI)"),
                        ],
                        max_length=4,
                        verbose_name="type of mission",
                    ),
                ),
                (
                    "reference_prefix",
                    models.CharField(
                        blank=True,
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]+(-[A-Z0-9]+)*\\Z",
                                "Use capital letters, digits and single hyphens, such as SP.",
                            )
                        ],
                        verbose_name="prefix of case references",
                    ),
                ),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="city")),
                (
                    "country",
                    models.CharField(
                        default="ID",
                        max_length=2,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{2}\\Z", "Use the two capital letters of ISO 3166, such as MY."
                            )
                        ],
                        verbose_name="country",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="telephone")),
                (
                    "time_zone",
                    models.CharField(default="Asia/Jakarta", max_length=50, verbose_name="time zone"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "province",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="partners",
                        to="agencies.province",
                        verbose_name="province",
                    ),
                ),
            ],
            options={
                "verbose_name": "partner",
                "verbose_name_plural": "partners",
                "ordering": ("name_id", "pk"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Regency",
            fields=[
                ("source", models.TextField(blank=True, verbose_name="source")),
                (
                    "source_status",
                    models.CharField(
                        choices=[
                            ("V", "Stated by a source"),
                            ("H", "Office confirmed, district not"),
                            ("P", "Partly confirmed"),
                            ("I", "Inferred from other rows"),
                            ("U", "Not confirmed by any source"),
                            ("own", "Our own addition"),
                        ],
                        default="own",
                        max_length=3,
                        verbose_name="source status",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("confirmed_by", models.CharField(blank=True, max_length=254, verbose_name="confirmed by")),
                ("confirmed_source", models.TextField(blank=True, verbose_name="confirmed with")),
                ("loaded", models.JSONField(blank=True, default=dict, editable=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired at")),
                (
                    "code",
                    models.CharField(
                        max_length=4,
                        primary_key=True,
                        serialize=False,
                        validators=[django.core.validators.RegexValidator("^\\d{4}\\Z", "Use four digits.")],
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "province",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regencies",
                        to="agencies.province",
                        verbose_name="province",
                    ),
                ),
            ],
            options={
                "verbose_name": "regency or city",
                "verbose_name_plural": "regencies and cities",
                "ordering": ("code",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("source", models.TextField(blank=True, verbose_name="source")),
                (
                    "source_status",
                    models.CharField(
                        choices=[
                            ("V", "Stated by a source"),
                            ("H", "Office confirmed, district not"),
                            ("P", "Partly confirmed"),
                            ("I", "Inferred from other rows"),
                            ("U", "Not confirmed by any source"),
                            ("own", "Our own addition"),
                        ],
                        default="own",
                        max_length=3,
                        verbose_name="source status",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("confirmed_by", models.CharField(blank=True, max_length=254, verbose_name="confirmed by")),
                ("confirmed_source", models.TextField(blank=True, verbose_name="confirmed with")),
                ("loaded", models.JSONField(blank=True, default=dict, editable=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired at")),
                ("name_id", models.CharField(max_length=150, verbose_name="name (Indonesian)")),
                ("name_en", models.CharField(blank=True, max_length=150, verbose_name="name (English)")),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]+(_[A-Z0-9]+)*\\Z",
                                "Use capital letters, digits and single underscores, such as KBRI_DOHA.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1000, verbose_name="position")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("before", "Before departure"),
                            ("during", "Abroad"),
                            ("after", "After return"),
                            ("any", "Any stage"),
                        ],
                        default="any",
                        max_length=6,
                        verbose_name="stage",
                    ),
                ),
                (
                    "default_urgency",
                    models.CharField(
                        choices=[("emergency", "Emergency"), ("urgent", "Urgent"), ("normal", "Normal")],
                        default="normal",
                        max_length=9,
                        verbose_name="suggested urgency",
                    ),
                ),
                (
                    "typical_agencies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("KP2MI", "Ministry of Indonesian Migrant Worker Protection (KP2MI)"),
                                ("BP3MI", "BP3MI"),
                                ("P4MI", "P4MI"),
                                ("DISNAKER_PROV", "Provincial Disnakertrans"),
                                ("DISNAKER_KAB", "Regency or city Disnakertrans"),
                                ("PEMDES", "Village government"),
                                ("LTSA", "One-stop migrant service centre (LTSA)"),
                                (
                                    "KEMLU_PWNI",
                                    "Directorate for citizen protection, Ministry of Foreign Affairs",
                                ),
                                ("PERWAKILAN", "Indonesian mission abroad"),
                                ("POLRI", "National police"),
                                ("UPTD_PPA", "Unit for protection of women and children (UPTD PPA)"),
                                ("KEMENSOS", "Ministry of Social Affairs"),
                                ("LPSK", "Witness and victim protection agency (LPSK)"),
                                ("BPJSTK", "BPJS Ketenagakerjaan"),
                                ("IMIGRASI", "Immigration"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="typical agencies, first one first",
                    ),
                ),
                ("restricted", models.BooleanField(default=False, verbose_name="restricted to named staff")),
            ],
            options={
                "verbose_name": "topic",
                "verbose_name_plural": "topics",
                "ordering": ("position", "code"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source_status__in", ["V", "H", "P", "I", "U", "own"])),
                        name="topic_source_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", "")),
                            models.Q(
                                ("confirmed_at__isnull", False), models.Q(("confirmed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="topic_confirmed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["before", "during", "after", "any"])),
                        name="topic_stage_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("default_urgency__in", ["emergency", "urgent", "normal"])),
                        name="topic_urgency_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.TextField(blank=True, verbose_name="source")),
                (
                    "source_status",
                    models.CharField(
                        choices=[
                            ("V", "Stated by a source"),
                            ("H", "Office confirmed, district not"),
                            ("P", "Partly confirmed"),
                            ("I", "Inferred from other rows"),
                            ("U", "Not confirmed by any source"),
                            ("own", "Our own addition"),
                        ],
                        default="own",
                        max_length=3,
                        verbose_name="source status",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                ("confirmed_by", models.CharField(blank=True, max_length=254, verbose_name="confirmed by")),
                ("confirmed_source", models.TextField(blank=True, verbose_name="confirmed with")),
                ("loaded", models.JSONField(blank=True, default=dict, editable=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired at")),
                (
                    "code",
                    models.CharField(blank=True, editable=False, max_length=120, null=True, unique=True),
                ),
                (
                    "agency_code",
                    models.CharField(
                        choices=[
                            ("KP2MI", "Ministry of Indonesian Migrant Worker Protection (KP2MI)"),
                            ("BP3MI", "BP3MI"),
                            ("P4MI", "P4MI"),
                            ("DISNAKER_PROV", "Provincial Disnakertrans"),
                            ("DISNAKER_KAB", "Regency or city Disnakertrans"),
                            ("PEMDES", "Village government"),
                            ("LTSA", "One-stop migrant service centre (LTSA)"),
                            ("KEMLU_PWNI", "Directorate for citizen protection, Ministry of Foreign Affairs"),
                            ("PERWAKILAN", "Indonesian mission abroad"),
                            ("POLRI", "National police"),
                            ("UPTD_PPA", "Unit for protection of women and children (UPTD PPA)"),
                            ("KEMENSOS", "Ministry of Social Affairs"),
                            ("LPSK", "Witness and victim protection agency (LPSK)"),
                            ("BPJSTK", "BPJS Ketenagakerjaan"),
                            ("IMIGRASI", "Immigration"),
                        ],
                        max_length=20,
                        verbose_name="acts as",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("before", "Before departure"),
                            ("during", "Abroad"),
                            ("after", "After return"),
                        ],
                        help_text="Empty: any stage.",
                        max_length=6,
                        verbose_name="stage",
                    ),
                ),
                (
                    "country",
                    models.CharField(
                        blank=True,
                        help_text="Empty: any country.",
                        max_length=2,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{2}\\Z", "Use the two capital letters of ISO 3166, such as MY."
                            )
                        ],
                        verbose_name="country",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the whole country.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="agencies.district",
                        verbose_name="consular district",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mandates",
                        to="agencies.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all of Indonesia.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="agencies.province",
                        verbose_name="home province",
                    ),
                ),
                (
                    "regency",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the whole province.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="agencies.regency",
                        verbose_name="home regency or city",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: any topic.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="agencies.topic",
                        verbose_name="topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "mandate",
                "verbose_name_plural": "mandates",
                "ordering": ("partner", "pk"),
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="partner",
            index=models.Index(fields=["kind", "name_id"], name="partner_kind_name"),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(("source_status__in", ["V", "H", "P", "I", "U", "own"])),
                name="partner_source_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", "")),
                    models.Q(("confirmed_at__isnull", False), models.Q(("confirmed_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="partner_confirmed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["ngo", "bp3mi", "disnaker", "kemlu", "mission", "other"])),
                name="partner_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "mission"), ("mission_type__in", ["KBRI", "KJRI", "KRI", "KDEI", "PTRI"])
                    ),
                    models.Q(models.Q(("kind", "mission"), _negated=True), ("mission_type", "")),
                    _connector="OR",
                ),
                name="partner_has_mission_type_if_mission",
                violation_error_message="A mission has a type of mission, and only a mission has one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference_prefix__regex", "^([A-Z0-9]+(-[A-Z0-9]+)*)?$")),
                name="partner_prefix_is_plain",
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="partner_country_is_iso2"
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference_prefix", ""), _negated=True),
                fields=("reference_prefix",),
                name="partner_prefix_is_unique",
                violation_error_message="Another partner uses this prefix.",
            ),
        ),
        migrations.AddConstraint(
            model_name="regency",
            constraint=models.CheckConstraint(
                condition=models.Q(("source_status__in", ["V", "H", "P", "I", "U", "own"])),
                name="regency_source_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="regency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", "")),
                    models.Q(("confirmed_at__isnull", False), models.Q(("confirmed_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="regency_confirmed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="regency",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^\\d{4}$")), name="regency_code_is_four_digits"
            ),
        ),
        migrations.AddConstraint(
            model_name="regency",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__startswith", models.F("province_id"))),
                name="regency_code_starts_with_province",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("source_status__in", ["V", "H", "P", "I", "U", "own"])),
                name="mandate_source_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", "")),
                    models.Q(("confirmed_at__isnull", False), models.Q(("confirmed_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="mandate_confirmed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)),
                fields=(
                    "partner",
                    "agency_code",
                    "topic",
                    "stage",
                    "country",
                    "district",
                    "province",
                    "regency",
                ),
                name="mandate_is_said_once",
                nulls_distinct=False,
                violation_error_message="The partner already has this mandate.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["", "before", "during", "after"])),
                name="mandate_stage_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("country", ""), ("country__regex", "^[A-Z]{2}$"), _connector="OR"),
                name="mandate_country_is_iso2",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("district", None),
                    django.db.models.lookups.Exact(
                        django.db.models.functions.text.Left("district_id", 2), models.F("country")
                    ),
                    _connector="OR",
                ),
                name="mandate_district_is_in_country",
                violation_error_message="The consular district must lie in the country.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("regency", None),
                    models.Q(
                        django.db.models.lookups.Exact(
                            django.db.models.functions.text.Left("regency_id", 2), models.F("province_id")
                        ),
                        ("province__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="mandate_regency_is_in_province",
                violation_error_message="The regency must lie in the province.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("country", ""), ("province", None), _connector="OR"),
                name="mandate_is_abroad_or_at_home",
                violation_error_message="A mandate is for a country abroad or for a home province, not for both.",
            ),
        ),
    ]
