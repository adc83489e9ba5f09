from django.db import migrations

import privacy.fields
from privacy.conversion import SealColumns


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_clocks_of_live_referrals"), ("cases", "0012_sealed_columns")]

    operations = [
        SealColumns(
            "referral",
            [
                (
                    "register_number",
                    privacy.fields.SealedCharField(
                        verbose_name="the receiver's register number", max_length=60, blank=True
                    ),
                ),
                (
                    "request",
                    privacy.fields.SealedTextField(
                        verbose_name="what we ask you to do", max_length=5000, blank=True
                    ),
                ),
            ],
        ),
        SealColumns(
            "planstep", [("what", privacy.fields.SealedCharField(verbose_name="next step", max_length=300))]
        ),
    ]
