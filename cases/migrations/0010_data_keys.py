import django.db.models.deletion
from django.db import migrations, models

import privacy.fields


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_scanned_files"), ("privacy", "0003_data_keys")]

    operations = [
        migrations.AddField(
            model_name="worker",
            name="data_key",
            field=models.ForeignKey(
                editable=False,
                related_name="+",
                on_delete=django.db.models.deletion.PROTECT,
                to="privacy.datakey",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="worker",
            name="id",
            field=privacy.fields.NumberedField(primary_key=True, serialize=False),
        ),
        migrations.AddField(
            model_name="case",
            name="data_key",
            field=models.ForeignKey(
                editable=False,
                related_name="+",
                on_delete=django.db.models.deletion.PROTECT,
                to="privacy.datakey",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="id",
            field=privacy.fields.NumberedField(primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name="caseaccess",
            name="id",
            field=privacy.fields.NumberedField(primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name="consent",
            name="id",
            field=privacy.fields.NumberedField(primary_key=True, serialize=False),
        ),
        migrations.AddField(
            model_name="intakedraft",
            name="data_key",
            field=models.ForeignKey(
                editable=False,
                related_name="+",
                on_delete=django.db.models.deletion.PROTECT,
                to="privacy.datakey",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="caseevent",
            name="id",
            field=privacy.fields.NumberedField(primary_key=True, serialize=False),
        ),
    ]
