"""`python -m pmi_portal.bench.floor.prepare CASES` makes the floor's tables in FLOOR_URL and fills them."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "pmi_portal.bench.floor.settings"

ROWS = """
INSERT INTO floor_case (owner_id, reference, worker_name, nik, country, urgency, story, changed_at)
SELECT %(owner)s, 'UKUR-' || n, 'Siti Contoh ' || n, (3500000000000000 + n)::text, 'MY', 'normal',
       repeat('Gaji tidak dibayar sejak tiga bulan, paspor ditahan majikan. ', 6), now() - n * interval '1.5 minutes'
FROM generate_series(0, %(size)s - 1) n;
INSERT INTO floor_event (case_id, actor_id, kind, at)
SELECT id, %(owner)s, kind, changed_at FROM floor_case, unnest(ARRAY['logged', 'referred', 'accepted']) kind;
"""


def main(size: int) -> None:
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0, run_syncdb=True)  # the floor itself has no migrations
    owner = get_user_model()._default_manager.create_user("contoh")
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"owner": owner.pk, "size": size})
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
