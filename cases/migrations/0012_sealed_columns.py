import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import privacy.fields
import privacy.index_field
from privacy.conversion import SealColumns


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_keys_for_rows_of_before")]

    operations = [
        migrations.AlterField(
            model_name="worker",
            name="data_key",
            field=models.ForeignKey(
                editable=False,
                related_name="+",
                on_delete=django.db.models.deletion.PROTECT,
                to="privacy.datakey",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="data_key",
            field=models.ForeignKey(
                editable=False,
                related_name="+",
                on_delete=django.db.models.deletion.PROTECT,
                to="privacy.datakey",
            ),
        ),
        migrations.AlterField(
            model_name="intakedraft",
            name="data_key",
            field=models.ForeignKey(
                editable=False,
                related_name="+",
                on_delete=django.db.models.deletion.PROTECT,
                to="privacy.datakey",
            ),
        ),
        migrations.RemoveConstraint(model_name="consent", name="consent_override_has_reason"),
        migrations.RemoveConstraint(model_name="document", name="document_power_of_attorney_has_scope"),
        SealColumns(
            "worker",
            [
                ("name", privacy.fields.SealedCharField(verbose_name="worker's name", max_length=150)),
                (
                    "nik",
                    privacy.fields.SealedCharField(
                        verbose_name="NIK",
                        max_length=16,
                        blank=True,
                        validators=[
                            django.core.validators.RegexValidator("^\\d{16}\\Z", "A NIK has 16 digits.")
                        ],
                    ),
                ),
                (
                    "passport_number",
                    privacy.fields.SealedCharField(
                        verbose_name="passport number",
                        max_length=9,
                        blank=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9]{6,9}\\Z",
                                "A passport number has 6 to 9 letters and digits, without spaces.",
                            )
                        ],
                    ),
                ),
                (
                    "disability",
                    privacy.fields.SealedCharField(
                        verbose_name="disability or special need", max_length=300, blank=True
                    ),
                ),
                (
                    "home_village",
                    privacy.fields.SealedCharField(
                        verbose_name="home village and address", max_length=200, blank=True
                    ),
                ),
                (
                    "contact",
                    privacy.fields.SealedCharField(
                        verbose_name="worker's phone or e-mail", max_length=150, blank=True
                    ),
                ),
                (
                    "safe_time",
                    privacy.fields.SealedCharField(
                        verbose_name="safe time to make contact", max_length=150, blank=True
                    ),
                ),
            ],
        ),
        SealColumns(
            "case",
            [
                (
                    "reporter_name",
                    privacy.fields.SealedCharField(verbose_name="reporter's name", max_length=150),
                ),
                (
                    "reporter_contact",
                    privacy.fields.SealedCharField(verbose_name="reporter's phone or e-mail", max_length=150),
                ),
                (
                    "place",
                    privacy.fields.SealedCharField(
                        verbose_name="city or district", max_length=100, blank=True
                    ),
                ),
                (
                    "recruiter",
                    privacy.fields.SealedCharField(
                        verbose_name="recruiter (P3MI)", max_length=150, blank=True
                    ),
                ),
                (
                    "broker",
                    privacy.fields.SealedCharField(
                        verbose_name="broker or sponsor", max_length=150, blank=True
                    ),
                ),
                (
                    "foreign_agency",
                    privacy.fields.SealedCharField(verbose_name="agency abroad", max_length=150, blank=True),
                ),
                (
                    "employer_name",
                    privacy.fields.SealedCharField(verbose_name="employer", max_length=150, blank=True),
                ),
                (
                    "employer_address",
                    privacy.fields.SealedCharField(
                        verbose_name="employer's address", max_length=300, blank=True
                    ),
                ),
                (
                    "social_security_number",
                    privacy.fields.SealedCharField(
                        verbose_name="social security number", max_length=30, blank=True
                    ),
                ),
                (
                    "urgency_reason",
                    privacy.fields.SealedCharField(
                        verbose_name="reason for the urgency", max_length=300, blank=True
                    ),
                ),
                (
                    "chronology",
                    privacy.fields.SealedTextField(verbose_name="what happened", max_length=20000),
                ),
                (
                    "demands",
                    privacy.fields.SealedTextField(verbose_name="what is asked for", max_length=20000),
                ),
                (
                    "accused_party",
                    privacy.fields.SealedCharField(verbose_name="accused party", max_length=300, blank=True),
                ),
            ],
        ),
        SealColumns(
            "caseaccess",
            [
                ("why", privacy.fields.SealedTextField(verbose_name="in words", max_length=500, blank=True)),
                ("note", privacy.fields.SealedTextField(verbose_name="note", max_length=500, blank=True)),
            ],
        ),
        SealColumns(
            "clock",
            [
                ("note", privacy.fields.SealedTextField(verbose_name="reason", max_length=2000, blank=True)),
                (
                    "stop_note",
                    privacy.fields.SealedTextField(verbose_name="what ended it", max_length=2000, blank=True),
                ),
            ],
        ),
        SealColumns(
            "consent",
            [
                ("given_by", privacy.fields.SealedCharField(verbose_name="who agreed", max_length=150)),
                (
                    "witness",
                    privacy.fields.SealedCharField(verbose_name="witness", max_length=150, blank=True),
                ),
                (
                    "override_reason",
                    privacy.fields.SealedTextField(
                        verbose_name="why without consent", max_length=2000, blank=True
                    ),
                ),
                (
                    "review_note",
                    privacy.fields.SealedTextField(verbose_name="review", max_length=2000, blank=True),
                ),
            ],
        ),
        SealColumns(
            "document",
            [
                ("file_name", privacy.fields.SealedCharField(verbose_name="file name", max_length=200)),
                ("note", privacy.fields.SealedCharField(verbose_name="note", max_length=300, blank=True)),
                (
                    "scope",
                    privacy.fields.SealedCharField(verbose_name="for what", max_length=300, blank=True),
                ),
            ],
        ),
        SealColumns(
            "intakedraft", [("fields", privacy.fields.SealedJSONField(verbose_name="fields", default=dict))]
        ),
        SealColumns("caseevent", [("text", privacy.fields.SealedTextField(verbose_name="text", blank=True))]),
        migrations.AddField(
            model_name="intakedraft",
            name="heading",
            field=privacy.fields.SealedCharField(max_length=150, blank=True, editable=False, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="intakedraft",
            name="country",
            field=models.CharField(max_length=2, blank=True, editable=False, default=""),
            preserve_default=False,
        ),
        migrations.RenameField(model_name="document", old_name="sha256", new_name="fingerprint"),
        migrations.AddField(
            model_name="worker",
            name="blind_index",
            field=privacy.index_field.BlindIndexField(
                size=None,
                of={"contact": "phones", "name": "name", "nik": "nik", "passport_number": "passport"},
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="reporter_index",
            field=privacy.index_field.BlindIndexField(
                size=None, of={"reporter_contact": "phones", "reporter_name": "name"}
            ),
        ),
    ]
