"""One row of a table as a case: what it would become, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from .trouble import SHOWN, SKIPS, WARNINGS, Wrong

Found = dict[str, Any]  # a problem, warning or reason to leave the row out: its code and values


@dataclass
class Draft:
    """`worker` and `case` are values of the fields of the two models. `note` is what fits nowhere else; `token` is what the
    same row is known again by, `content` the same of everything that the row says."""

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    worker: dict[str, Any] = field(default_factory=dict)
    case: dict[str, Any] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    logged_on: date | None = None
    closed: bool = False
    closed_on: date | None = None
    outcome: str = ""
    ending: str = ""
    caseworker: int | None = None
    old_number: str = ""
    notes: list[str] = field(default_factory=list)
    token: UUID | None = None
    content: UUID | None = None
    found: list[Found] = field(default_factory=list)

    def tell(self, code: str, **values: Any) -> None:
        """Note what was found, with texts as short as a sentence shows them."""
        short = {
            name: value[:SHOWN] if isinstance(value, str) and name == "value" else value
            for name, value in values.items()
        }
        self.found.append({"code": code, "values": short})

    def wrong(self, column: str, problem: Wrong) -> None:
        self.tell(problem.code, column=column, **problem.values)

    @property
    def is_wrong(self) -> bool:
        return is_wrong(self.found)

    @property
    def is_left_out(self) -> bool:
        """Whether it is there already."""
        return any(one["code"] in SKIPS for one in self.found)

    @property
    def is_warned(self) -> bool:
        return any(one["code"] in WARNINGS for one in self.found)

    @property
    def note(self) -> str:
        return "\n".join(self.notes)


def is_wrong(found: Sequence[Found]) -> bool:
    """Whether any of it keeps a row from becoming a case."""
    return any(one["code"] not in WARNINGS | SKIPS for one in found)
