from django.db import migrations

# Who may be the person that somebody is typing at intake (ADR 0036). As cases_worker_found (0017) it looks as the owner, for
# the acting partner's own rows alone, and answers with numbers of rows, the likest first.
# Each way walks indexes and is capped, so that what thousands are called costs no more than what few are: whole numbers; a word
# of the name, by its sound or beginning, with the birth year or with the home regency; and the birth date with the home
# regency, for a name of which a slip left nothing. What goes beyond a cap goes by rank: words that sound the same count
# three each, a beginning one, and what is known beside the name as much as it narrows down.
# Only bitmaps, and plans made for the values asked for: what is known beside a name leaves a few thousand rows, a name as
# many, and both together few. Walking either alone and looking at each row took twenty times as long at a million.
RANK = """3 * ((blind_index && a)::int + (blind_index && b)::int + (blind_index && c)::int + (blind_index && d)::int)
            + (blind_index && begins)::int + 4 * coalesce(birth_date = born, false)::int
            + 2 * coalesce(birth_date BETWEEN year_first AND year_last, false)::int
            + 2 * coalesce(home_regency_id = regency, false)::int"""
# Beside the same home: not those whose birth date says that they are somebody else, whatever their name.
NEAR = """coalesce(
            birth_date BETWEEN year_first - 366 AND year_last + 366 OR to_char(birth_date, 'MMDD') = to_char(born, 'MMDD'), true
        )"""
MINE = "partner_id = whose AND (acting_portal() OR whose = acting_partner())"
FIND = f"""
CREATE FUNCTION cases_worker_alike(
    whose bigint, numbers bigint[], named bigint[], a bigint[], b bigint[], c bigint[], d bigint[], begins bigint[],
    born date, year_first date, year_last date, regency varchar
) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 40
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off SET enable_indexscan = off
BEGIN ATOMIC
    SELECT id FROM (
        (SELECT id, 100 AS rank FROM cases_worker WHERE blind_index && numbers AND {MINE} LIMIT 20)
        UNION ALL
        (
            SELECT id, {RANK} AS rank FROM cases_worker
            WHERE (birth_date BETWEEN year_first AND year_last OR home_regency_id = regency AND {NEAR})
                AND blind_index && named AND {MINE}
            ORDER BY rank DESC, id DESC LIMIT 30
        )
        UNION ALL
        (
            SELECT id, {RANK} AS rank FROM cases_worker
            WHERE home_regency_id = regency AND birth_date = born AND {MINE}
            LIMIT 20
        )
    ) AS found
    GROUP BY id ORDER BY max(rank) DESC, id DESC LIMIT 40;
END;
REVOKE ALL ON FUNCTION cases_worker_alike FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """Persons who may be one are found by their indexes although policies stand before the rows."""

    dependencies = [("cases", "0025_worker_partner_home")]

    unsafe_because = {"run-sql": "A new function, which the version that serves does not ask."}
    operations = [migrations.RunSQL(FIND, "DROP FUNCTION cases_worker_alike;")]
