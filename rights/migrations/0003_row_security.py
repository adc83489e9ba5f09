from django.db import migrations

PORTAL = "(SELECT acting_portal())"
ME = "(SELECT acting_partner())"
OF_OUR_CASE = (
    f"{PORTAL} OR EXISTS (SELECT FROM cases_case AS own WHERE own.id = case_id AND own.partner_id = {ME})"
)
OF_OUR_REQUEST = f"""{PORTAL} OR EXISTS (
    SELECT FROM rights_datarequest AS own WHERE own.id = {{column}} AND own.partner_id = {ME}
)"""
CONCERNED = "EXISTS (SELECT FROM rights_breachnotice AS notice WHERE notice.breach_id = rights_breach.id)"
KEPT = f"{PORTAL} OR breach_of_ours(breach_id)"
# Reading, and writing: a partner that is told of another's breach reads what it is told, and changes nothing.
POLICIES = {
    "rights_datarequest": (f"{PORTAL} OR partner_id = {ME}",) * 2,
    "rights_datarequest_cases": (OF_OUR_REQUEST.format(column="datarequest_id"),) * 2,
    "rights_dataexport": (OF_OUR_REQUEST.format(column="request_id"),) * 2,
    "rights_legalhold": (OF_OUR_CASE,) * 2,
    "rights_erasure": (OF_OUR_CASE,) * 2,
    "rights_breachnotice": (f"{KEPT} OR partner_id = {ME}", KEPT),
    "rights_breach": (f"{PORTAL} OR partner_id = {ME} OR {CONCERNED}", f"{PORTAL} OR partner_id = {ME}"),
}
# SECURITY DEFINER: the policies of breaches and of their notices ask of each other, so one of them asks the owner.
FUNCTION = """
CREATE FUNCTION breach_of_ours(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM rights_breach WHERE id = wanted AND partner_id = acting_partner());
END;
REVOKE ALL ON FUNCTION breach_of_ours FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """What workers ask of a partner, what it holds and erases, and breaches: rows of that partner alone (ADR 0014)."""

    dependencies = [("rights", "0002_first_times_for_keeping"), ("cases", "0018_paused_and_erased")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION breach_of_ours;"),
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
