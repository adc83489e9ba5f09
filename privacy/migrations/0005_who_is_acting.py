from django.db import migrations


class Migration(migrations.Migration):
    """What policies ask: for whom the transaction is (`privacy.acting`). Nothing set is nobody."""

    dependencies = [("privacy", "0004_role_of_web_and_worker")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION acting_portal() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
            RETURN coalesce(current_setting('portal.acting', true) = 'portal', false);

            CREATE FUNCTION acting_partner() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
            RETURN CASE
                WHEN current_setting('portal.acting', true) ~ '^[0-9]{1,18}$'
                THEN current_setting('portal.acting', true)::bigint
            END;
            """,
            reverse_sql="DROP FUNCTION acting_partner(); DROP FUNCTION acting_portal();",
        )
    ]
