"""The engine: whose role, who is acting, and what the owner alone does."""

import importlib
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, transaction

from privacy import acting
from privacy.models import LogEntry
from privacy.postgres.owner import as_owner

migration = importlib.import_module("privacy.migrations.0004_role_of_web_and_worker")


def ask(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def told() -> str:
    return ask("SELECT current_setting('portal.acting', true)") or ""


@pytest.mark.django_db
def test_a_connection_takes_a_role_that_row_security_binds():
    assert ask("SELECT current_user") == settings.DATABASE_ROLE
    assert not ask(
        "SELECT rolsuper OR rolbypassrls OR rolcanlogin FROM pg_roles WHERE rolname = current_user"
    )
    assert not ask("SELECT bool_or(tableowner = current_user) FROM pg_tables WHERE schemaname = 'public'")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE privacy_logentry",
        "ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY",
        "DROP POLICY party ON cases_case",
        "CREATE TABLE mine ()",
        "DELETE FROM django_migrations",
        "DELETE FROM privacy_logentry",
        "UPDATE privacy_logentry SET reason = ''",
        "UPDATE privacy_logcheckpoint SET note = ''",
    ],
)
def test_the_role_changes_no_table_and_no_line_of_the_log(statement: str):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        ask(statement)


@pytest.mark.django_db
def test_who_is_acting_is_told_at_once_and_taken_back():
    assert told() == "portal"
    with acting.as_partner(42):
        assert told() == "42"
        with acting.as_partner(None):
            assert told() == ""
        assert told() == "42"
    assert told() == "portal"


@pytest.mark.django_db
def test_a_transaction_that_has_failed_is_left_alone_and_says_what_it_said_before():
    with pytest.raises(DatabaseError, match="division"), transaction.atomic(), acting.as_partner(42):
        ask("SELECT 1 / 0")
    assert told() == "portal"


@pytest.mark.django_db
def test_who_begins_to_act_in_a_failed_transaction_acts_after_its_rollback():
    place = transaction.savepoint()
    with pytest.raises(DatabaseError, match="division"):
        ask("SELECT 1 / 0")
    with acting.as_partner(42):
        transaction.savepoint_rollback(place)
        assert told() == "42"
    assert told() == "portal"


@pytest.mark.django_db(transaction=True)
def test_nothing_stays_on_the_connection():
    with acting.as_partner(42), transaction.atomic():
        assert told() == "42"
    with acting.as_partner(None):
        assert told() == ""
        with transaction.atomic():
            assert told() == ""


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_stands_alone_says_who_is_acting():
    with acting.as_partner(7):
        assert told() == "7"
    with acting.as_partner(None):
        assert told() == ""


@pytest.mark.django_db(transaction=True)
def test_the_owner_works_on_a_connection_that_nobody_gets_afterwards():
    before = ask("SELECT pg_backend_pid()")
    with as_owner():
        owners = ask("SELECT pg_backend_pid()")
        assert ask("SELECT current_user = session_user")
        assert ask("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'privacy_logentry'")
    assert ask("SELECT current_user") == settings.DATABASE_ROLE
    assert ask("SELECT pg_backend_pid()") not in (before, owners)


@pytest.mark.django_db
def test_the_owners_work_does_not_begin_in_the_middle_of_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"), as_owner():
        pass
    assert LogEntry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_login_that_may_not_make_the_role_is_told_what_the_administrator_runs(settings: Any):
    settings.DATABASE_ROLE = "another_role"
    with as_owner(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute('CREATE ROLE "weak-login" LOGIN; SET SESSION AUTHORIZATION "weak-login"')
        expected = 'CREATE ROLE "another_role" NOLOGIN; GRANT "another_role" TO "weak-login";'
        with pytest.raises(ProgrammingError, match=expected), transaction.atomic():
            migration.run(connection.schema_editor(), migration.MAKE)
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_role_that_passes_by_row_security_is_refused(settings: Any):
    settings.DATABASE_ROLE = "almighty"
    with as_owner(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE almighty BYPASSRLS")
        with pytest.raises(DatabaseError, match="take SUPERUSER and BYPASSRLS"), transaction.atomic():
            migration.run(connection.schema_editor(), migration.SAFE)
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_without_the_role_there_is_no_connection_but_a_sentence(settings: Any):
    connection.close()
    settings.DATABASE_ROLE = "nobody_made_it"
    for _attempt in range(2):  # what could not take the role is not used the next time either
        with pytest.raises(DatabaseError, match=r"CREATE ROLE nobody_made_it NOLOGIN"):
            ask("SELECT current_user")
    assert connection.connection is None
