"""What stands in a migration's SQL beyond what squawk judges: rows that are refused, locks, work on rows."""

import re
from collections.abc import Iterator

import sqlparse

from . import rules

NAME = r'(?:(?:"[^"]+"|\w+)\.)?("[^"]+"|\w+)'
TABLE = rf"(?:IF EXISTS )?(?:ONLY )?{NAME}"
UNNAMED = r'(?:"[^"]+"|[\w.]+)'

CREATED = re.compile(rf"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?{NAME}", re.IGNORECASE)
LOCKED = (
    re.compile(rf"(?:ALTER|DROP) TABLE {TABLE}", re.IGNORECASE),
    re.compile(
        rf"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?:IF NOT EXISTS )?(?:{UNNAMED} )?ON {TABLE}",
        re.IGNORECASE,
    ),
    re.compile(rf"CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER {UNNAMED} .*? ON {TABLE}", re.IGNORECASE),
    re.compile(rf"CREATE (?:OR REPLACE )?RULE .*? TO {TABLE}", re.IGNORECASE),
    re.compile(rf"(?:CREATE|ALTER) POLICY {UNNAMED} ON {TABLE}", re.IGNORECASE),
    re.compile(rf"DROP (?:POLICY|TRIGGER|RULE) (?:IF EXISTS )?{UNNAMED} ON {TABLE}", re.IGNORECASE),
    re.compile(rf"(?:LOCK|TRUNCATE) (?:TABLE )?{TABLE}", re.IGNORECASE),
)
ADDED = re.compile(rf"\bADD (?:CONSTRAINT {NAME} )?(?:CHECK|EXCLUDE|UNIQUE)\b(?! USING INDEX)", re.IGNORECASE)
UNIQUE_INDEX = re.compile(
    rf"CREATE UNIQUE INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(?:{NAME} )?ON {TABLE}", re.IGNORECASE
)
TAKEN_AWAY = re.compile(
    rf"\bDROP (?:CONSTRAINT|INDEX) (?:CONCURRENTLY )?(?:IF EXISTS )?{NAME}", re.IGNORECASE
)
CHECKED = re.compile(r"ADD COLUMN .* CHECK \(", re.IGNORECASE)
TRIGGER = re.compile(
    r"CREATE (?:OR REPLACE )?(?:CONSTRAINT )?(?:TRIGGER|RULE)\b|(?:CREATE|ALTER) POLICY\b|ALTER TABLE .* ROW LEVEL SECURITY\b",
    re.IGNORECASE,
)
LOCK = re.compile(
    r"LOCK\b|VACUUM\b.*\bFULL\b|CLUSTER\b|REFRESH MATERIALIZED VIEW (?!CONCURRENTLY)", re.IGNORECASE
)
TABLES = re.compile(r"(?:CREATE|ALTER|DROP|LOCK|TRUNCATE)\b", re.IGNORECASE)
ROWS = re.compile(r"(?:INSERT|UPDATE|DELETE|MERGE|COPY|WITH|SELECT|CALL|DO)\b", re.IGNORECASE)
ASIDE = re.compile(r"(?:BEGIN|COMMIT|SET|RESET)\b", re.IGNORECASE)


def split(sql: str) -> list[str]:
    """The statements that do something: without comments, on one line each."""
    lines = (
        " ".join(one.rstrip("; \n").split())
        for one in sqlparse.split(sqlparse.format(sql, strip_comments=True))
    )
    return [line for line in lines if line and not ASIDE.match(line)]


def findings(statements: list[str], *, atomic: bool) -> Iterator[tuple[str, str]]:
    """Each rule that is broken, and the statement that breaks it."""
    made = {_plain(found[1]) for one in statements if (found := CREATED.match(one))}
    gone = {_plain(found[1]) for one in statements for found in TAKEN_AWAY.finditer(one)}
    for one in statements:
        if locked(one) not in made:
            yield from ((rule, one) for rule in _refusals(one, gone))
        if LOCK.match(one):
            yield rules.LOCK, one
        if re.match(r"TRUNCATE\b", one, re.IGNORECASE):
            yield rules.EMPTIED, one
        if re.match(r"DO\b", one, re.IGNORECASE):
            yield rules.UNSEEN, one
    if atomic:
        yield from _together(statements, made)


def locked(statement: str) -> str | None:
    """The table that everybody waits for while this runs."""
    for pattern in (*LOCKED, UNIQUE_INDEX):
        if found := pattern.match(statement):
            return _plain(found[found.lastindex or 0])
    return None


def _refusals(statement: str, gone: set[str]) -> Iterator[str]:
    """The rules by which it refuses, changes or hides rows of the version that serves."""
    if CHECKED.search(statement):
        yield rules.CHECKED_COLUMN
    if TRIGGER.match(statement):
        yield rules.TRIGGER
    added = [*ADDED.finditer(statement), *UNIQUE_INDEX.finditer(statement)]
    if any(found[1] is None or _plain(found[1]) not in gone for found in added):
        yield rules.NEW_CHECK


def _together(statements: list[str], made: set[str]) -> Iterator[tuple[str, str]]:
    """What one transaction should not do together."""
    rows = [one for one in statements if ROWS.match(one)]
    if rows and any(TABLES.match(one) for one in statements):
        yield rules.MIXED, rows[0]
    tables = sorted({table for one in statements if (table := locked(one))} - made)
    if len(tables) > 1:
        yield rules.SEVERAL_TABLES, ", ".join(tables)


def _plain(name: str) -> str:
    return name.strip('"').lower()
