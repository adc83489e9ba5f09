from django.db import migrations

PORTAL = "(SELECT acting_portal())"
ME = "(SELECT acting_partner())"
# Reading: what is about the acting partner's data, and what its people did. Adding: what its people do, or whoever has no
# account; in another partner's name nothing.
POLICIES = f"""
ALTER TABLE privacy_logentry ENABLE ROW LEVEL SECURITY;
CREATE POLICY watched ON privacy_logentry FOR SELECT
    USING ({PORTAL} OR partner_id = {ME} OR {ME} = ANY (owners));
CREATE POLICY added ON privacy_logentry FOR INSERT
    WITH CHECK ({PORTAL} OR partner_id IS NULL OR partner_id = {ME});
"""
DROP_POLICIES = """
DROP POLICY added ON privacy_logentry;
DROP POLICY watched ON privacy_logentry;
ALTER TABLE privacy_logentry DISABLE ROW LEVEL SECURITY;
"""

# `@>` on arrays is not leakproof, so below the policy PostgreSQL walks no index for it (ADR 0020). The owner looks instead,
# for the acting partner; what it answers are numbers of entries, which the caller's query then reads under the policy.
FUNCTION = f"""
CREATE FUNCTION log_about(wanted varchar) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT id FROM privacy_logentry
    WHERE subjects @> ARRAY[wanted] AND ({PORTAL} OR partner_id = {ME} OR {ME} = ANY (owners));
END;

REVOKE ALL ON FUNCTION log_about FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """A partner's people see of the access log what is about its cases or was done by them (ADR 0014, 0015)."""

    dependencies = [("privacy", "0008_log_holds_no_words")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION log_about;"),
        migrations.RunSQL(POLICIES, DROP_POLICIES),
    ]
