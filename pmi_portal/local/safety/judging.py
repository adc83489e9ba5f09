"""Judges each new migration on the tables as those before it leave them; its exceptions stand in it, with their reasons.

class Migration(migrations.Migration):
    unsafe_because = {"ban-drop-column": "No version since 3 reads it."}
"""

from collections.abc import Iterator, Set

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from . import operations, sql, statements
from .rules import SENTENCES

FEWEST_WORDS = 4  # of a reason


def judged(new: Set[tuple[str, str]], connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Apply whatever is not applied, and say before each new migration what is unsafe about it."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    state = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]
    state.apps  # noqa: B018  # rendered once, and kept up to date by each migration
    executor.recorder.ensure_schema()
    for migration, _backwards in plan:
        try:
            if (migration.app_label, migration.name) in new:
                yield from complaints(migration, state, connection)
            state = executor.apply_migration(state, migration)
        except DatabaseError as error:
            yield f"{migration} cannot be run: {str(error).strip()}"
            return


def complaints(migration: Migration, before: ProjectState, connection: BaseDatabaseWrapper) -> Iterator[str]:
    """What is unsafe and not explained, and what is explained badly or for nothing."""
    reasons: dict[str, str] = getattr(migration, "unsafe_because", {})
    written = sql.written(migration, before, connection)
    each = statements.split(written)
    found = [
        *((rule, SENTENCES.get(rule, said), line) for rule, said, line in sql.findings(written)),
        *((rule, SENTENCES[rule], what) for rule, what in operations.findings(migration, before, each)),
        *((rule, SENTENCES[rule], what) for rule, what in statements.findings(each, atomic=migration.atomic)),
    ]
    for rule, sentence, line in found:
        if rule not in reasons:
            yield f"{migration}: {rule}: {sentence} [{line}]"
    for rule, reason in reasons.items():
        if rule not in {name for name, _sentence, _line in found}:
            yield f"{migration}: unsafe_because names {rule}, which it does not break: take it away."
        elif len(reason.split()) < FEWEST_WORDS:
            yield f"{migration}: unsafe_because gives no reason for {rule}: write a sentence that a reviewer can judge."
