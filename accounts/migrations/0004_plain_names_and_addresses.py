from django.db import migrations, models

import accounts.characters


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_data_protection_officer"),
    ]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(
                max_length=254,
                unique=True,
                validators=[accounts.characters.validate_plain_email],
                verbose_name="e-mail",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="full_name",
            field=models.CharField(
                max_length=150,
                validators=[accounts.characters.validate_plain_name],
                verbose_name="name",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email__regex", "^[!-~]+$")), name="user_email_is_plain"
            ),
        ),
    ]
