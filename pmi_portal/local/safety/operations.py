"""What squawk cannot see, since it is not in the SQL or not in one file of it."""

import re
from collections.abc import Iterator, Sequence

from django.db.migrations import Migration, RemoveField, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

from . import rules

CHECKED = re.compile(r"ADD COLUMN .* CHECK \(")


def findings(migration: Migration, before: ProjectState, sql: str) -> Iterator[tuple[str, str]]:
    """Each rule that is broken, and what breaks it."""
    done = list(_on_the_database(migration.operations))
    for operation in done:
        if rule := _unseen(operation):
            yield rule, operation.describe()
    if migration.atomic and len(done) > 1 and any(isinstance(operation, RunPython) for operation in done):
        yield rules.MIXED, f"{len(done)} operations"
    if not migration.atomic and len(done) > 1:
        yield rules.SEVERAL, f"{len(done)} operations"
    for line in filter(CHECKED.search, sql.splitlines()):
        yield rules.CHECKED_COLUMN, line.strip()
    yield from _left_behind(migration, before)


def _on_the_database(operations: Sequence[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _on_the_database(operation.database_operations)
        else:
            yield operation


def _unseen(operation: Operation) -> str | None:
    if isinstance(operation, RunPython):
        return rules.PYTHON
    if isinstance(operation, RunSQL):
        return rules.SQL
    return None if operation.reduces_to_sql else rules.UNSEEN


def _left_behind(migration: Migration, before: ProjectState) -> Iterator[tuple[str, str]]:
    """Columns that only the model gives up, and that refuse rows without them."""
    state = before.clone()
    for operation in migration.operations:
        if isinstance(operation, SeparateDatabaseAndState):
            dropped = {_column(each) for each in operation.database_operations}
            for each in operation.state_operations:
                if isinstance(each, RemoveField) and _column(each) not in dropped:
                    model = state.models[migration.app_label, each.model_name_lower]
                    field = model.get_field(each.name)
                    if not field.null and field.db_default is NOT_PROVIDED and not field.many_to_many:
                        yield rules.LEFT_REQUIRED, f"{each.model_name}.{each.name}"
        operation.state_forwards(migration.app_label, state)


def _column(operation: Operation) -> tuple[str, str] | None:
    return (operation.model_name_lower, operation.name_lower) if isinstance(operation, RemoveField) else None
