from django.conf import settings
from django.db import migrations

# Parallel test databases make the role at the same moment; a login that may not make roles finds it made.
MAKE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {text}) THEN
        CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT;
        GRANT {role} TO CURRENT_USER;
    ELSIF NOT pg_has_role(current_user, {text}, 'MEMBER') THEN
        GRANT {role} TO CURRENT_USER;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The login % may not make the role %. The database''s administrator has to run once: '
            'CREATE ROLE {role} NOLOGIN; GRANT {role} TO {owner};', current_user, {text}
            USING ERRCODE = 'insufficient_privilege';
END $$;
"""
SAFE = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = {text} AND (rolsuper OR rolbypassrls)) THEN
        RAISE EXCEPTION 'The role % would pass by row-level security: take SUPERUSER and BYPASSRLS from it.', {text};
    END IF;
END $$;
"""
GRANT = """
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT EXECUTE ON FUNCTIONS TO {role};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};
REVOKE UPDATE, DELETE ON privacy_logentry, privacy_logleaf, privacy_logcheckpoint FROM {role};
GRANT UPDATE (filed_at, mailed_at) ON privacy_logcheckpoint TO {role};
"""
REVOKE = """
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} REVOKE ALL ON TABLES FROM {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} REVOKE ALL ON SEQUENCES FROM {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} REVOKE ALL ON FUNCTIONS FROM {role};
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role};
REVOKE USAGE ON SCHEMA {schema} FROM {role};
"""


def grant(apps, schema_editor):
    for statements in (MAKE, SAFE, GRANT):
        run(schema_editor, statements)


def revoke(apps, schema_editor):
    """The role itself stays: other databases of the server may use it."""
    run(schema_editor, REVOKE)


def run(schema_editor, statements):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema()), quote_ident(current_user)")
        schema, owner = cursor.fetchone()
    role = settings.DATABASE_ROLE
    names = {"role": schema_editor.quote_name(role), "schema": schema, "owner": owner}
    schema_editor.execute(statements.format(text=schema_editor.quote_value(role), **names), params=None)


class Migration(migrations.Migration):
    """The role that web and worker take: it owns no table, so that row-level security binds it."""

    dependencies = [("privacy", "0003_data_keys")]

    operations = [migrations.RunPython(grant, revoke)]
