"""What cannot be seen in the SQL: what is not written as SQL, and what the models know of it."""

from collections.abc import Iterator, Sequence

from django.db.migrations import (
    AddConstraint,
    Migration,
    RemoveField,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED, BaseConstraint, CheckConstraint, Q

from . import rules


def findings(
    migration: Migration, before: ProjectState, statements: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Each rule that is broken, and what breaks it."""
    done = list(_on_the_database(migration.operations))
    for operation in done:
        if rule := _unseen(operation):
            yield rule, operation.describe()
    if migration.atomic and len(done) > 1 and any(isinstance(operation, RunPython) for operation in done):
        yield rules.MIXED, f"{len(done)} operations"
    if not migration.atomic and max(len(done), len(statements)) > 1:
        yield rules.SEVERAL, f"{len(done)} operations, {len(statements)} statements"
    yield from _replaced(migration, done, before)
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


def _replaced(
    migration: Migration, done: Sequence[Operation], before: ProjectState
) -> Iterator[tuple[str, str]]:
    """Constraints in the place of one of the same name that may refuse more than that did."""
    for operation in done:
        if isinstance(operation, AddConstraint):
            model = before.models.get((migration.app_label, operation.model_name_lower))
            for old in model.options.get("constraints", []) if model else []:
                if old.name == operation.constraint.name and not _wider(old, operation.constraint):
                    yield rules.NEW_CHECK, operation.describe()


def _wider(old: BaseConstraint, new: BaseConstraint) -> bool:
    return old == new or (bool(_values(old)) and _values(old) <= _values(new))


def _values(constraint: BaseConstraint) -> set[object]:
    """What a check of the form `field IN (…)` lets in."""
    match constraint:
        case CheckConstraint(condition=Q(children=[(str(lookup), values)], negated=False)):
            return {(lookup, value) for value in values} if lookup.endswith("__in") else set()
    return set()


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
