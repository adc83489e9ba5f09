"""What squawk says about a migration's SQL: a parser of PostgreSQL's own grammar, with a rule for each lock."""

import json
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState

from .rules import SILENT

SQUAWK = Path(sysconfig.get_path("scripts")) / "squawk"
OLDEST = "15.0"  # the oldest PostgreSQL that the portal runs on (README.md)


def written(migration: Migration, before: ProjectState, connection: BaseDatabaseWrapper) -> str:
    """The SQL that the migration would run; nothing is run."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(before.clone(), editor, collect_sql=True)
    lines = "\n".join(editor.collected_sql)
    return f"BEGIN;\n{lines}\nCOMMIT;\n" if migration.atomic else f"{lines}\n"


def findings(sql: str) -> Iterator[tuple[str, str, str]]:
    """Each rule that is broken, squawk's words for it, and the line that breaks it."""
    command = [str(SQUAWK), "--reporter", "json", "--pg-version", OLDEST, "--exclude", ",".join(SILENT)]
    said = subprocess.run(
        [*command, "--stdin-filepath", "migration.sql"], input=sql, capture_output=True, text=True
    )
    if not said.stdout:
        raise RuntimeError(f"squawk said nothing: {said.stderr}")
    lines = sql.splitlines()
    for found in json.loads(said.stdout):
        yield found["rule_name"], found["message"], lines[found["line"]].strip()
