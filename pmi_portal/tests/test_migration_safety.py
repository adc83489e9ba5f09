"""A new migration is refused for what would stop the version that serves, or says why it may (`make lint`)."""

from __future__ import annotations

import sys
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import connection, models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    DeleteModel,
    Migration,
    RemoveConstraint,
    RemoveField,
    RenameField,
    RenameModel,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Random

from notifications.models import EmailState
from pmi_portal.local.safety import judging, released

APP, MODEL, FIELD = "notifications", "notification", "kind"
CHECK = CheckConstraint(condition=~Q(kind=""), name="some_check")
FILLED = CheckConstraint(condition=Q(fresh__isnull=False), name="fresh_is_filled")
TABLE = "notifications_notification"
STATES = EmailState.values


def add(field: models.Field[Any, Any]) -> AddField:
    return AddField(MODEL, "fresh", field)


def told(*operations: Any, **attributes: Any) -> list[str]:
    """What is said about a new migration of these operations."""
    kind = type("Migration", (Migration,), {"operations": list(operations), **attributes})
    with closing(connection.copy()) as outside:  # of the test's transaction
        return list(judging.complaints(kind("0999_new", APP), today(), outside))


@cache
def today() -> ProjectState:
    return MigrationLoader(None).project_state()


def rules(*operations: Any, **attributes: Any) -> list[str]:
    return sorted({line.split(": ")[1] for line in told(*operations, **attributes)})


def nothing(_apps: Any, _editor: Any) -> None:
    pass


UNSAFE: dict[str, tuple[list[Any], list[str]]] = {
    "a required column": ([add(models.TextField(default="x"))], ["ban-drop-default"]),
    "a volatile default": (
        [add(models.FloatField(db_default=Random()))],
        ["adding-field-with-default"],
    ),
    "a column that is checked": (
        [add(models.PositiveIntegerField(null=True))],
        ["check-with-column"],
    ),
    "a foreign key": (
        [add(models.ForeignKey("accounts.User", models.PROTECT, null=True))],
        ["adding-foreign-key-constraint", "require-concurrent-index-creation"],
    ),
    "a unique column": (
        [add(models.TextField(null=True, unique=True))],
        ["disallowed-unique-constraint", "require-concurrent-index-creation"],
    ),
    "a dropped column": ([RemoveField(MODEL, FIELD)], ["ban-drop-column"]),
    "a dropped table": ([DeleteModel(MODEL)], ["ban-drop-table"]),
    "a renamed column": ([RenameField(MODEL, FIELD, "sort")], ["renaming-column"]),
    "a renamed table": ([RenameModel(MODEL, "Message")], ["renaming-table"]),
    "another type": (
        [AlterField(MODEL, FIELD, models.IntegerField())],
        ["changing-column-type"],
    ),
    "an index": ([AddIndex(MODEL, Index(fields=[FIELD], name="i"))], ["require-concurrent-index-creation"]),
    "a check": ([AddConstraint(MODEL, CHECK)], ["constraint-missing-not-valid", "new-check"]),
    "a check for new rows": ([AddConstraintNotValid(MODEL, CHECK)], ["new-check"]),
    "a new column that is to be filled": (
        [add(models.TextField(null=True)), AddConstraintNotValid(MODEL, FILLED)],
        ["new-check"],
    ),
    "a check with one kind fewer": (
        [
            RemoveConstraint("email", "email_state_is_known"),
            AddConstraintNotValid(
                "email", CheckConstraint(condition=Q(state__in=STATES[1:]), name="email_state_is_known")
            ),
        ],
        ["new-check"],
    ),
    "another check of the same name": (
        [
            RemoveConstraint("email", "email_state_is_known"),
            AddConstraintNotValid(
                "email", CheckConstraint(condition=~Q(subject=""), name="email_state_is_known")
            ),
        ],
        ["new-check"],
    ),
    "a check that is validated at once": (
        [AddConstraintNotValid(MODEL, CHECK), ValidateConstraint(MODEL, "some_check")],
        ["constraint-missing-not-valid", "new-check"],
    ),
    "a unique constraint": (
        [AddConstraint(MODEL, UniqueConstraint(fields=[FIELD], name="one"))],
        ["constraint-missing-not-valid", "disallowed-unique-constraint", "new-check"],
    ),
    "a unique constraint for some rows": (
        [AddConstraint(MODEL, UniqueConstraint(fields=[FIELD], name="one", condition=Q(pk__gt=5)))],
        ["new-check", "require-concurrent-index-creation"],
    ),
    "python": ([RunPython(nothing)], ["run-python"]),
    "sql": ([RunSQL("UPDATE notifications_notification SET kind = kind")], ["run-sql"]),
    "sql that drops": ([RunSQL("DROP TABLE notifications_notification")], ["ban-drop-table", "run-sql"]),
    "an index beside the work in a transaction": (
        [RunSQL("CREATE INDEX CONCURRENTLY i ON notifications_notification (kind)")],
        ["ban-concurrent-index-creation-in-transaction", "run-sql"],
    ),
    "rows beside tables": (
        [add(models.TextField(null=True)), RunPython(nothing)],
        ["data-beside-tables", "run-python"],
    ),
    "rows beside tables in sql": (
        [add(models.TextField(null=True)), RunSQL(f"UPDATE {TABLE} SET fresh = kind")],
        ["data-beside-tables", "run-sql"],
    ),
    "rows beside tables in one piece of sql": (
        [RunSQL(f"ALTER TABLE {TABLE} ADD fresh text; /* and */ WITH k AS (SELECT 1) DELETE FROM {TABLE}")],
        ["data-beside-tables", "run-sql"],
    ),
    "a lock": ([RunSQL(f"-- now\nLOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")], ["run-sql", "table-lock"]),
    "a trigger": (
        [RunSQL(f"CREATE TRIGGER t BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION f()")],
        ["new-trigger", "run-sql"],
    ),
    "a policy": ([RunSQL(f"CREATE POLICY p ON {TABLE} USING (false)")], ["new-trigger", "run-sql"]),
    "an emptied table": ([RunSQL(f"TRUNCATE {TABLE}")], ["emptied-table", "run-sql"]),
    "a block that nobody sees into": (
        [RunSQL(f"DO $$ BEGIN TRUNCATE {TABLE}; END $$")],
        ["run-sql", "unseen-operation"],
    ),
    "tables one after the other": (
        [add(models.TextField(null=True)), AddField("email", "fresh", models.TextField(null=True))],
        ["several-tables"],
    ),
    "a required column left behind": (
        [SeparateDatabaseAndState(state_operations=[RemoveField(MODEL, FIELD)])],
        ["required-column-left-behind"],
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", UNSAFE)
def test_what_stops_the_version_that_serves_is_refused_by_name(name: str) -> None:
    operations, names = UNSAFE[name]
    assert rules(*operations) == names


@pytest.mark.django_db
def test_not_null_is_refused() -> None:
    add_null = add(models.TextField(null=True))
    require = AlterField(MODEL, "fresh", models.TextField())
    assert "adding-not-nullable-field" in rules(add_null, require)


@pytest.mark.django_db
def test_several_steps_without_a_transaction_are_refused() -> None:
    index = [AddIndexConcurrently(MODEL, Index(fields=[FIELD], name=name)) for name in ("i", "j")]
    assert rules(*index, atomic=False) == ["several-without-transaction"]
    one_by_one = RunSQL(f"VACUUM {TABLE}; VACUUM FULL {TABLE}")
    assert rules(one_by_one, atomic=False) == ["run-sql", "several-without-transaction", "table-lock"]


@pytest.mark.django_db
def test_a_complaint_says_where_what_and_how_else() -> None:
    [line] = told(RenameField(MODEL, FIELD, "sort"))
    assert line == (
        "notifications.0999_new: renaming-column: The version that serves asks for the old name; keep it with db_column, or "
        "add a new column, write both and drop the old one one version later. "
        '[ALTER TABLE "notifications_notification" RENAME COLUMN "kind" TO "sort";]'
    )


SAFE: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "an empty column": ([add(models.TextField(null=True))], {}),
    "a column with a default of the database": ([add(models.TextField(default="x", db_default="x"))], {}),
    "an index beside the work": (
        [AddIndexConcurrently(MODEL, Index(fields=[FIELD], name="i"))],
        {"atomic": False},
    ),
    "a check with one more kind": (
        [
            RemoveConstraint("email", "email_state_is_known"),
            AddConstraintNotValid(
                "email",
                CheckConstraint(condition=Q(state__in=[*STATES, "lost"]), name="email_state_is_known"),
            ),
        ],
        {},
    ),
    "a check that is validated afterwards": ([ValidateConstraint("email", "email_state_is_known")], {}),
    "a reference without its constraint and index": (
        [
            add(
                models.ForeignKey(
                    "accounts.User", models.PROTECT, null=True, db_constraint=False, db_index=False
                )
            )
        ],
        {},
    ),
    "a default, so that the field can leave the model": (
        [
            AlterField(MODEL, FIELD, models.CharField(max_length=20, db_default="")),
            SeparateDatabaseAndState(state_operations=[RemoveField(MODEL, FIELD)]),
        ],
        {},
    ),
    "a new table": (
        [
            CreateModel(
                "Fresh",
                [
                    ("id", models.BigAutoField(primary_key=True)),
                    ("code", models.CharField(max_length=9, unique=True)),
                    ("count", models.PositiveIntegerField()),
                    ("user", models.ForeignKey("accounts.User", models.PROTECT)),
                ],
            ),
            AddIndex("fresh", Index(fields=["count"], name="i")),
            AddConstraint("fresh", CheckConstraint(condition=Q(count__gt=1), name="c")),
        ],
        {},
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", SAFE)
def test_what_lets_the_version_that_serves_go_on_passes(name: str) -> None:
    operations, attributes = SAFE[name]
    assert told(*operations, **attributes) == []


OURS: dict[str, tuple[str, bool]] = {
    "taking a unique index as the constraint": (
        "ALTER TABLE notifications_notification ADD CONSTRAINT one UNIQUE USING INDEX i",
        True,
    ),
    "a foreign key": (
        "ALTER TABLE notifications_notification ADD CONSTRAINT k FOREIGN KEY (fresh_id) REFERENCES accounts_user (id) NOT VALID",
        True,
    ),
    "validating it": ("ALTER TABLE notifications_notification VALIDATE CONSTRAINT k", True),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", OURS)
def test_what_only_sql_of_our_own_can_do_safely_wants_a_reason_and_nothing_else(name: str) -> None:
    sql, atomic = OURS[name]
    assert rules(RunSQL(sql), atomic=atomic) == ["run-sql"]


@pytest.mark.django_db
def test_a_unique_index_is_a_check_on_what_the_version_that_serves_writes() -> None:
    unique = RunSQL(f"CREATE UNIQUE INDEX CONCURRENTLY i ON {TABLE} (path)")
    assert rules(unique, atomic=False) == ["new-check", "run-sql"]
    again = RunSQL(f"DROP INDEX i; CREATE UNIQUE INDEX i ON {TABLE} (path)")
    assert "new-check" not in rules(again)


@pytest.mark.django_db
def test_one_reason_excuses_no_other_rule() -> None:
    reason = "The version that serves bears all of this."
    locked = RunSQL(f"LOCK TABLE {TABLE}; TRUNCATE {TABLE}")
    said = told(locked, unsafe_because={"run-sql": reason})
    assert {line.split(": ")[1] for line in said} == {"table-lock", "emptied-table"}


@pytest.mark.django_db
def test_a_reason_lets_it_pass() -> None:
    reason = "No version since the second reads or writes it."
    assert told(RemoveField(MODEL, FIELD), unsafe_because={"ban-drop-column": reason}) == []


@pytest.mark.django_db
def test_a_reason_is_a_sentence_and_for_something() -> None:
    [line] = told(RemoveField(MODEL, FIELD), unsafe_because={"ban-drop-column": "it is safe"})
    assert "gives no reason for ban-drop-column" in line
    reason = "It is taken away for good, and nobody reads it."
    [line] = told(add(models.TextField(null=True)), unsafe_because={"ban-drop-column": reason})
    assert "names ban-drop-column, which it does not break" in line


# Released ones --------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "things" / "migrations"
    folder.mkdir(parents=True)
    for name in ("__init__", "0001_first", "0002_second"):
        (folder / f"{name}.py").write_text(f"# {name}\n")
    released.renew(tmp_path, tmp_path / "released")
    return tmp_path


def test_a_migration_that_is_not_listed_is_new_wherever_it_stands(root: Path) -> None:
    assert released.new(root, root / "released") == set()
    for name in ("0000_before", "0003_third"):
        (root / "things" / "migrations" / f"{name}.py").touch()
    assert released.new(root, root / "released") == {("things", "0000_before"), ("things", "0003_third")}
    assert list(released.complaints(root, root / "released")) == []


def test_a_released_migration_that_was_edited_or_removed_is_named(root: Path) -> None:
    (root / "things" / "migrations" / "0001_first.py").unlink()
    (root / "things" / "migrations" / "0002_second.py").write_text("# other\n")
    gone, changed = released.complaints(root, root / "released")
    assert gone.startswith("things/migrations/0001_first.py is gone")
    assert changed.startswith("things/migrations/0002_second.py was changed after its release")


NEW = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("directory", "0002_addresses_are_closed_by_default")]
    operations = [migrations.RenameField("service", "name_id", "title")]
"""


@pytest.fixture
def one_more(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app `directory` with a migration that is not released."""
    folder = tmp_path / "directory_and_more"
    folder.mkdir()
    for file in Path(sys.modules["directory"].__path__[0], "migrations").glob("*.py"):
        (folder / file.name).write_text(file.read_text())
    (folder / "0003_new.py").write_text(NEW)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"directory": "directory_and_more"}


@pytest.mark.django_db
@pytest.mark.usefixtures("one_more")
def test_the_released_ones_hide_no_new_one() -> None:
    unsafe, refused = judging.judged({("directory", "0003_new")}, connection)
    assert unsafe.startswith("directory.0003_new: renaming-column: ")
    assert refused == "directory.0003_new cannot be run: must be owner of table directory_service"
