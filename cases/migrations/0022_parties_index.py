from django.db import migrations

import privacy.index_field

# As 0017, and for all three indexes at once: the cases of the acting partner that a search finds, if no more than `most`
# rows of the portal share what is asked for. If more do, one row without a number says so, and the caller walks through its
# own cases, the newest first, which then meets enough of them soon. A word that is common in the portal is never looked up
# in whole, however few of the rows are the asking partner's.
FIND = """
CREATE FUNCTION cases_found(numbers bigint[], a bigint[], b bigint[], c bigint[], d bigint[], most integer)
RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
BEGIN ATOMIC
    WITH workers AS MATERIALIZED (
        SELECT id, partner_id FROM cases_worker
        WHERE blind_index && numbers
            OR (blind_index && a AND blind_index && b AND blind_index && c AND blind_index && d)
        LIMIT most + 1
    ),
    reporters AS MATERIALIZED (
        SELECT id, partner_id FROM cases_case
        WHERE reporter_index && numbers
            OR (reporter_index && a AND reporter_index && b AND reporter_index && c AND reporter_index && d)
        LIMIT most + 1
    ),
    parties AS MATERIALIZED (
        SELECT id, partner_id FROM cases_case
        WHERE parties_index && a AND parties_index && b AND parties_index && c AND parties_index && d
        LIMIT most + 1
    ),
    kind AS MATERIALIZED (
        SELECT (SELECT count(*) FROM workers) > most
            OR (SELECT count(*) FROM reporters) > most
            OR (SELECT count(*) FROM parties) > most AS is_common
    )
    SELECT NULL::bigint AS id WHERE (SELECT is_common FROM kind)
    UNION
    SELECT known.id FROM workers JOIN cases_case AS known ON known.worker_id = workers.id
    WHERE NOT (SELECT is_common FROM kind) AND (acting_portal() OR workers.partner_id = acting_partner())
        AND (acting_portal() OR known.partner_id = acting_partner())
    UNION
    SELECT reporters.id FROM reporters
    WHERE NOT (SELECT is_common FROM kind) AND (acting_portal() OR reporters.partner_id = acting_partner())
    UNION
    SELECT parties.id FROM parties
    WHERE NOT (SELECT is_common FROM kind) AND (acting_portal() OR parties.partner_id = acting_partner());
END;
REVOKE ALL ON FUNCTION cases_found FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """Recruiter, broker, agency abroad and employer are found as workers and reporters are.

    The rows of before are found by them once `manage.py rotate_keys --index` has made their index, while the portal works.
    """

    unsafe_because = {"run-sql": "It makes a new function alone, which the version before does not call."}
    dependencies = [("cases", "0021_settlements_to_follow")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="parties_index",
            field=privacy.index_field.BlindIndexField(
                db_default=[],
                of={
                    "broker": "name",
                    "employer_name": "name",
                    "foreign_agency": "name",
                    "recruiter": "name",
                },
                size=None,
            ),
        ),
        migrations.RunSQL(FIND, "DROP FUNCTION cases_found;"),
    ]
