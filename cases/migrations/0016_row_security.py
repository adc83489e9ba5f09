from django.db import migrations

# SECURITY DEFINER: the owner looks, so that a policy may ask of a table whose own policy asks back. Each answers only for
# the partner that is acting. A page asks of a few rows, one by one; whatever walks over many asks for the whole set once.
FUNCTIONS = """
CREATE FUNCTION cases_reached() RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT case_id FROM referrals_referral WHERE receiver_id = acting_partner() AND sent_at IS NOT NULL;
END;

CREATE FUNCTION case_reached(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM referrals_referral
        WHERE case_id = wanted AND receiver_id = acting_partner() AND sent_at IS NOT NULL
    );
END;

CREATE FUNCTION case_seen(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM cases_case WHERE id = wanted AND partner_id = acting_partner())
        OR case_reached(wanted);
END;

CREATE FUNCTION worker_reached(wanted bigint, known_to bigint) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM cases_case WHERE worker_id = wanted AND partner_id = known_to AND case_reached(id)
    );
END;

REVOKE ALL ON FUNCTION cases_reached, case_reached, case_seen, worker_reached FROM PUBLIC;
"""
DROP = """
DROP FUNCTION worker_reached;
DROP FUNCTION case_seen;
DROP FUNCTION case_reached;
DROP FUNCTION cases_reached;
"""
PORTAL = (
    "(SELECT acting_portal())"  # in parentheses with SELECT: asked once for a statement, not once for a row
)
ME = "(SELECT acting_partner())"
POLICIES = {
    "cases_case": f"{PORTAL} OR partner_id = {ME} OR case_reached(id)",
    "cases_worker": f"{PORTAL} OR partner_id = {ME} OR worker_reached(id, partner_id)",
    "cases_case_topics": f"{PORTAL} OR case_seen(case_id)",
    "cases_consent": f"{PORTAL} OR case_seen(case_id)",
    "cases_document": f"{PORTAL} OR case_seen(case_id)",
    "cases_clock": f"{PORTAL} OR case_seen(case_id)",
    # Who is named to read a restricted case is its own partner's matter.
    "cases_caseaccess": f"""{PORTAL} OR EXISTS (
        SELECT FROM cases_case AS own WHERE own.id = case_id AND own.partner_id = {ME}
    )""",
    # An internal note is for the people of its own partner alone.
    "cases_caseevent": f"{PORTAL} OR (kind <> 'internal' OR partner_id = {ME}) AND case_seen(case_id)",
    "cases_intakedraft": f"""{PORTAL} OR EXISTS (
        SELECT FROM accounts_user WHERE accounts_user.id = owner_id AND accounts_user.partner_id = {ME}
    )""",
}


class Migration(migrations.Migration):
    """A partner's people see the rows of its own cases, and of those that a referral has put before it."""

    dependencies = [
        ("cases", "0015_seal_files_of_before"),
        ("privacy", "0005_who_is_acting"),
        ("referrals", "0006_seal_rows_of_before"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        *(
            migrations.RunSQL(
                f"""
                ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
                CREATE POLICY party ON {table} USING ({seen}) WITH CHECK ({seen});
                """,
                f"""
                DROP POLICY party ON {table};
                ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
                """,
            )
            for table, seen in POLICIES.items()
        ),
    ]
