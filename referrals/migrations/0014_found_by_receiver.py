from django.db import migrations

# As `cases` 0017: the owner looks in the blind indexes, for referrals that reached the acting partner and no others. Few
# workers with a word: from them to their referrals. Many: the other way, the newest referrals first, and no further than
# 5,000 of them. What the worker agreed to show is asked by the caller's query, which names nobody before it has.
FIND = """
CREATE FUNCTION referrals_found(numbers bigint[], a bigint[], b bigint[], c bigint[], d bigint[]) RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 200
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
BEGIN ATOMIC
    WITH few AS MATERIALIZED (
        SELECT w.id FROM cases_worker AS w
        WHERE w.blind_index && numbers
            OR (w.blind_index && a AND w.blind_index && b AND w.blind_index && c AND w.blind_index && d)
        LIMIT 1001
    ),
    kind AS MATERIALIZED (SELECT count(*) > 1000 AS is_common FROM few),
    found AS (
        SELECT reached.id, reached.changed_at
        FROM few
        JOIN cases_case AS known ON known.worker_id = few.id
        JOIN referrals_referral AS reached ON reached.case_id = known.id
        WHERE NOT (SELECT is_common FROM kind)
            AND reached.receiver_id = acting_partner() AND reached.sent_at IS NOT NULL
        UNION ALL
        SELECT newest.id, newest.changed_at
        FROM (
            SELECT r.id, r.case_id, r.changed_at FROM referrals_referral AS r
            WHERE r.receiver_id = acting_partner() AND r.sent_at IS NOT NULL
            ORDER BY r.changed_at DESC
            LIMIT 5000
        ) AS newest
        JOIN cases_case AS known ON known.id = newest.case_id
        JOIN cases_worker AS w ON w.id = known.worker_id
        WHERE (SELECT is_common FROM kind)
            AND (
                w.blind_index && numbers
                OR (w.blind_index && a AND w.blind_index && b AND w.blind_index && c AND w.blind_index && d)
            )
    )
    SELECT found.id FROM found ORDER BY found.changed_at DESC LIMIT 200;
END;
REVOKE ALL ON FUNCTION referrals_found FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """A receiver finds what was put before it by the worker's name and numbers."""

    unsafe_because = {"run-sql": "It makes a new function alone, which the version before does not call."}
    dependencies = [("referrals", "0013_without_inbox"), ("cases", "0017_found_under_row_security")]

    operations = [migrations.RunSQL(FIND, "DROP FUNCTION referrals_found;")]
