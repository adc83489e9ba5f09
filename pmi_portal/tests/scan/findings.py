"""Findings that are none, as explained.toml says, each with the day and the reason."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

TABLE = Path(__file__).parent / "explained.toml"
TOOLS = ("observatory", "wapiti", "sqlmap")
SHORTEST = 30  # letters of a reason, and of the words of a finding that it is for


def explained(table: str | None = None) -> list[tuple[str, str]]:
    """Tool, and how its finding begins. Raises ValueError for one without its tool, its day or its reason."""
    rows = tomllib.loads(TABLE.read_text() if table is None else table).get("finding", [])
    for row in rows:
        if row.get("tool") not in TOOLS:
            raise ValueError(f"{row} is of no tool of the scan: {', '.join(TOOLS)}.")
        if len(row.get("what", "")) < SHORTEST or len(row.get("why", "")) < SHORTEST:
            raise ValueError(f"{row} needs `what` and `why`, of {SHORTEST} letters or more.")
        since = row.get("since")
        if type(since) is not date or since > date.today():
            raise ValueError(f"{row} needs `since`, a day that has come.")
    return [(row["tool"], row["what"]) for row in rows]
