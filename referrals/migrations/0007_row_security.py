from django.db import migrations

PORTAL = "(SELECT acting_portal())"
ME = "(SELECT acting_partner())"
SEEN = f"{PORTAL} OR case_seen(case_id)"
OURS = f"sender_id = {ME} OR (receiver_id = {ME} AND sent_at IS NOT NULL)"
POLICIES = {
    # One's own referrals are known by their columns; writing asks whose case it is.
    "referrals_referral": (f"{PORTAL} OR {OURS} OR case_id IN (SELECT cases_reached())", SEEN),
    "referrals_planstep": (SEEN, SEEN),
    "referrals_letter": (f"{PORTAL} OR referral_seen(referral_id)",) * 2,
}
FUNCTION = """
CREATE FUNCTION referral_seen(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM referrals_referral WHERE id = wanted AND case_seen(case_id));
END;
"""


class Migration(migrations.Migration):
    """Referrals, plans and letters are seen by those who see their case (`cases` 0016)."""

    dependencies = [("referrals", "0006_seal_rows_of_before"), ("cases", "0016_row_security")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION referral_seen;"),
        *(
            migrations.RunSQL(
                f"""
                ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
                CREATE POLICY party ON {table} USING ({seen}) WITH CHECK ({written});
                """,
                f"""
                DROP POLICY party ON {table};
                ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
                """,
            )
            for table, (seen, written) in POLICIES.items()
        ),
    ]
