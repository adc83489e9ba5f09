from django.db import migrations


class Migration(migrations.Migration):
    """Special needs were part of the group identity; they are a group of their own now, shared as before."""

    dependencies = [("cases", "0003_whole_life"), ("referrals", "0002_whole_life")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE cases_consent SET groups = array_append(groups, 'health')
            WHERE groups @> ARRAY['identity']::varchar[] AND NOT groups @> ARRAY['health']::varchar[];
            UPDATE cases_consent SET partner_id = referral.receiver_id
            FROM referrals_referral referral
            WHERE referral.consent_id = cases_consent.id AND referral.receiver_id IS NOT NULL;
            """,
            reverse_sql=migrations.RunSQL.noop,
        )
    ]
