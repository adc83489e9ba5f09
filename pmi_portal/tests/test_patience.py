"""`manage.py migrate` gives way to whoever uses a table, tries again, and says so."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from pmi_portal.backup.postgres import parameters
from pmi_portal.local.folders import REPOSITORY
from pmi_portal.management.commands import migrate
from privacy.postgres.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True)

MIGRATION = """
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

def fill(apps, editor):
    for table in ("directory_service", "directory_hours"):
        editor.execute(f"UPDATE {{table}} SET id = id")

class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = [("directory", "0002_addresses_are_closed_by_default")]
    operations = [{operation}]
"""
COLUMN = "migrations.AddField('service', 'fresh', models.TextField(null=True))"
INDEX = "AddIndexConcurrently('service', models.Index(fields=['city'], name='fresh_index'))"
COLUMNS = f"{COLUMN}, migrations.RunSQL('ALTER TABLE directory_hours ADD fresh text')"
THREE_TABLES = f"{COLUMN}, migrations.RunSQL(['ALTER TABLE directory_hours ADD fresh text', 'ALTER TABLE directory_contact ADD fresh text'])"
SLEEP = "migrations.RunSQL('SELECT pg_sleep(20)')"
THERE = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'directory_service' AND column_name = 'fresh'"
WHOLE = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'fresh_index'::regclass"
WAITING = (
    "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock' "
    "AND clock_timestamp() - query_start > interval '1 s'"
)
WAITING_TO_ALTER = (
    "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE directory_hours%' AND wait_event_type = 'Lock' "
    "AND clock_timestamp() - query_start > interval '2 s'"
)
CANCEL = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(20)' AND state = 'active'"
UNDO = (
    "DROP INDEX IF EXISTS fresh_index",
    "DROP INDEX IF EXISTS left_before",
    "ALTER TABLE directory_service DROP COLUMN IF EXISTS fresh",
    "ALTER TABLE directory_hours DROP COLUMN IF EXISTS fresh",
    "ALTER TABLE directory_contact DROP COLUMN IF EXISTS fresh",
    "DELETE FROM django_migrations WHERE app = 'directory' AND name = '0003_fresh'",
)

Write = Callable[..., None]


@pytest.fixture(autouse=True)
def _soon(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MIGRATION_LOCK_SECONDS, settings.MIGRATION_TRIES = 0.3, 2
    monkeypatch.setattr(migrate, "FIRST_PAUSE", 0.1)


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection; ends by itself where nobody gives way."""
    with psycopg.connect(**parameters()) as database:
        database.execute("SET idle_in_transaction_session_timeout = '20s'")
        database.commit()
        yield database
        database.rollback()


@pytest.fixture
def write(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Gives the app `directory` one more migration; what it did is undone."""
    folder = tmp_path / f"directory_{uuid4().hex}"  # imported once each
    shutil.copytree(REPOSITORY / "directory" / "migrations", folder)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"directory": folder.name}

    def write(operation: str, *, atomic: bool = True) -> None:
        (folder / "0003_fresh.py").write_text(MIGRATION.format(operation=operation, atomic=atomic))

    yield write
    with psycopg.connect(**parameters()) as database:
        for statement in UNDO:
            database.execute(statement)


def run(said: StringIO | None = None) -> str:
    """What `migrate` says besides its success."""
    said = said or StringIO()
    with as_owner():
        call_command("migrate", "directory", verbosity=0, stderr=said)
        assert asked("SHOW lock_timeout") == asked("SHOW statement_timeout") == "0"
    return said.getvalue()


def asked(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        [answer] = cursor.fetchone()
    return answer


class Reader(threading.Thread):
    """Somebody who opens the same table again and again; keeps how long it took at most."""

    def __init__(self) -> None:
        super().__init__()
        self.done, self.longest, self.times = threading.Event(), 0.0, 0

    def run(self) -> None:
        with psycopg.connect(**parameters(), autocommit=True) as database:
            while not self.done.wait(0.02):
                began = time.monotonic()
                database.execute("SELECT count(*) FROM directory_service")
                self.longest, self.times = max(self.longest, time.monotonic() - began), self.times + 1


def test_a_table_in_use_stays_in_use_and_migrate_gives_up(
    write: Write, other: psycopg.Connection[Any]
) -> None:
    write(COLUMN)
    other.execute("SELECT count(*) FROM directory_service")  # in a transaction that stays open
    reader = Reader()
    reader.start()
    with pytest.raises(CommandError) as gave_up:
        run()
    reader.done.set()
    reader.join()
    said = str(gave_up.value)
    assert said.startswith(
        "directory.0003_fresh did not get the lock it needs within 0.3 s, since others use the table "
        '(ALTER TABLE "directory_service" ADD COLUMN "fresh" text NULL). It was tried 2 times. Nothing of it is applied'
    )
    assert reader.times > 10
    assert reader.longest < 5  # the lock's 0.3 s and a slow machine; without a bound: as long as the other
    assert asked(THERE) == 0
    other.rollback()
    assert run() == ""
    assert asked(THERE) == 1


class LetsGo(StringIO):
    """Takes what `migrate` says, whereupon the other lets go."""

    def __init__(self, other: psycopg.Connection[Any]) -> None:
        super().__init__()
        self.other = other

    def write(self, text: str) -> int:
        self.other.rollback()
        return super().write(text)


def test_once_the_lock_is_released_it_succeeds(write: Write, other: psycopg.Connection[Any]) -> None:
    write(COLUMN)
    other.execute("SELECT count(*) FROM directory_service")
    said = run(LetsGo(other))
    assert "Meanwhile they go on. Trying again in 0.1 s (2 of 2)." in said
    assert asked(THERE) == 1


def let_go_once_it_waits(other: psycopg.Connection[Any]) -> None:
    """Longer than for a lock."""
    with psycopg.connect(**parameters(), autocommit=True) as database:
        while database.execute(WAITING).fetchone() is None:
            time.sleep(0.05)
    other.rollback()


def test_an_index_beside_the_work_waits_for_others_without_a_lock_in_their_way(
    write: Write, other: psycopg.Connection[Any]
) -> None:
    write(INDEX, atomic=False)
    other.execute("LOCK TABLE directory_service IN ROW EXCLUSIVE MODE")
    waits = threading.Thread(target=let_go_once_it_waits, args=[other], daemon=True)
    waits.start()
    assert run() == ""
    waits.join(20)
    assert not waits.is_alive()
    assert asked(WHOLE) is True


def test_a_statement_that_takes_too_long_is_stopped(write: Write, settings: Any) -> None:
    settings.MIGRATION_STATEMENT_SECONDS = 0.3
    write(SLEEP)
    with pytest.raises(
        CommandError, match=r"0003_fresh was stopped: a statement may take 0.3 s \(SELECT pg_sleep\(20\)\)"
    ):
        run()


def test_an_index_that_was_left_unfinished_is_named(
    write: Write, other: psycopg.Connection[Any], settings: Any
) -> None:
    settings.MIGRATION_STATEMENT_SECONDS = 0.5
    write(INDEX, atomic=False)
    other.execute("LOCK TABLE directory_service IN ROW EXCLUSIVE MODE")
    said = StringIO()
    with as_owner(), pytest.raises(CommandError, match="was stopped"):
        call_command("migrate", "directory", verbosity=0, stderr=said)
    assert "DROP INDEX CONCURRENTLY fresh_index;" in said.getvalue()


def test_other_errors_are_as_they_were(write: Write) -> None:
    write("migrations.RunSQL('INSERT INTO directory_service DEFAULT VALUES')")
    with pytest.raises(IntegrityError):
        run()


# Half done ------------------------------------------------------------------------------------


def test_of_what_has_no_transaction_it_says_what_stays_and_does_not_begin_again(
    write: Write, other: psycopg.Connection[Any]
) -> None:
    write(COLUMNS, atomic=False)
    other.execute("LOCK TABLE directory_hours IN ACCESS SHARE MODE")
    with pytest.raises(CommandError) as gave_up:
        run()
    said = str(gave_up.value)
    assert "Nothing of it is applied" not in said
    assert "was tried" not in said
    assert (
        "It is half done, since it has no transaction: what comes before that statement in it stays "
        '(1 statement, at last ALTER TABLE "directory_service" ADD COLUMN "fresh" text NULL).'
    ) in said
    assert "migrate directory 0003_fresh --fake" in said
    assert asked(THERE) == 1


def test_what_has_no_transaction_is_tried_again_as_long_as_nothing_of_it_is_done(
    write: Write, other: psycopg.Connection[Any]
) -> None:
    write(COLUMNS, atomic=False)
    other.execute("LOCK TABLE directory_service, directory_hours IN ACCESS SHARE MODE")
    assert "Trying again in 0.1 s (2 of 2)." in run(LetsGo(other))
    assert asked(THERE) == 1


def test_rows_that_are_filled_bit_by_bit_are_filled_on(write: Write, other: psycopg.Connection[Any]) -> None:
    write("migrations.RunPython(fill, atomic=False)", atomic=False)
    other.execute("LOCK TABLE directory_hours IN ACCESS EXCLUSIVE MODE")
    assert "Trying again in 0.1 s (2 of 2)." in run(LetsGo(other))


def test_a_table_that_is_free_waits_no_longer_than_for_one_lock(
    write: Write, other: psycopg.Connection[Any], settings: Any
) -> None:
    settings.MIGRATION_LOCK_SECONDS, settings.MIGRATION_TRIES = 3, 1
    write(THREE_TABLES)
    other.execute("SELECT count(*) FROM directory_hours")
    waits = threading.Thread(target=let_go_soon_and_hold_the_next, args=[other], daemon=True)
    waits.start()
    reader = Reader()
    reader.start()
    with pytest.raises(CommandError, match=r"directory_contact ADD fresh text"):
        run()
    reader.done.set()
    reader.join()
    waits.join()
    assert reader.longest < 4  # 3 s in all, not 2 for the one lock and 3 for the other


def let_go_soon_and_hold_the_next(other: psycopg.Connection[Any]) -> None:
    """Of the tables that the migration comes to one after the other."""
    with psycopg.connect(**parameters()) as next_one:
        next_one.execute("SELECT count(*) FROM directory_contact")
        with psycopg.connect(**parameters(), autocommit=True) as database:
            while database.execute(WAITING_TO_ALTER).fetchone() is None:
                time.sleep(0.02)
        other.rollback()
        time.sleep(4)


def test_a_statement_that_somebody_cancels_was_not_too_long(write: Write) -> None:
    write(SLEEP)
    cancels = threading.Thread(target=cancel, daemon=True)
    cancels.start()
    with pytest.raises(CommandError) as stopped:
        run()
    cancels.join()
    said = str(stopped.value)
    assert said.startswith(
        "directory.0003_fresh was cancelled by somebody (SELECT pg_sleep(20)). Nothing of it"
    )
    assert "may take" not in said


def cancel() -> None:
    with psycopg.connect(**parameters(), autocommit=True) as database:
        while database.execute(CANCEL).fetchone() is None:
            time.sleep(0.05)


def test_only_the_index_that_it_was_at_itself_is_named(
    write: Write, other: psycopg.Connection[Any], settings: Any
) -> None:
    """Not what is left of another time, nor what somebody builds right now."""
    settings.MIGRATION_STATEMENT_SECONDS = 0.5
    write(INDEX, atomic=False)
    other.execute("LOCK TABLE directory_service IN ROW EXCLUSIVE MODE")
    with psycopg.connect(**parameters(), autocommit=True) as before:
        before.execute("SET statement_timeout = '0.3s'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            before.execute("CREATE INDEX CONCURRENTLY left_before ON directory_service (city)")
    said = StringIO()
    with as_owner(), pytest.raises(CommandError, match="was stopped"):
        call_command("migrate", "directory", verbosity=0, stderr=said)
    assert said.getvalue().count("DROP INDEX CONCURRENTLY") == 1
    assert "DROP INDEX CONCURRENTLY fresh_index;" in said.getvalue()


def test_an_index_that_somebody_builds_right_now_is_not_named(
    write: Write, other: psycopg.Connection[Any]
) -> None:
    write(COLUMN)
    other.execute("LOCK TABLE directory_service IN ROW EXCLUSIVE MODE")
    builds = threading.Thread(target=build, daemon=True)
    builds.start()
    with psycopg.connect(**parameters(), autocommit=True) as database:
        while database.execute(WAITING).fetchone() is None:
            time.sleep(0.05)
    said = StringIO()
    with as_owner(), pytest.raises(CommandError, match="did not get the lock"):
        call_command("migrate", "directory", verbosity=0, stderr=said)
    other.rollback()
    builds.join()
    assert "DROP INDEX" not in said.getvalue()


def build() -> None:
    with psycopg.connect(**parameters(), autocommit=True) as database:
        database.execute("CREATE INDEX CONCURRENTLY left_before ON directory_service (city)")
