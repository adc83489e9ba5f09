"""The role of web and worker adds to the log and reads it; it may neither change, remove nor empty what is in it."""

from django.conf import settings
from django.db import migrations

TABLES = "privacy_logentry, privacy_logleaf, privacy_logcheckpoint"
ADD_ONLY = f"""
REVOKE ALL ON {TABLES} FROM {{role}};
GRANT SELECT, INSERT ON {TABLES} TO {{role}};
GRANT UPDATE (filed_at, mailed_at) ON privacy_logcheckpoint TO {{role}};
"""
AS_ALL_TABLES = f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO {{role}};"


def add_only(apps, schema_editor):
    run(schema_editor, ADD_ONLY)


def as_all_tables(apps, schema_editor):
    run(schema_editor, AS_ALL_TABLES)


def run(schema_editor, statements):
    schema_editor.execute(
        statements.format(role=schema_editor.quote_name(settings.DATABASE_ROLE)), params=None
    )


class Migration(migrations.Migration):
    dependencies = [("privacy", "0006_log_of_codes_and_owners")]

    operations = [migrations.RunPython(add_only, as_all_tables)]
