"""What the page of an import shows: counts, the first rows as they would be, and the rows that something is told of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import formats

from accounts.models import User
from accounts.policy import SignedInRequest
from agencies import countries
from cases.choices import Sex

from . import rules
from .choices import ImportState
from .drafts import Draft, is_wrong
from .judging import Judge
from .models import CaseImport
from .pieces import memory_of, pieces_of
from .trouble import SKIPS, WARNINGS, sentence

FIRST = 10  # rows that are shown as they would be
FETCHED = 5_000  # rows with errors that are fetched at once
PAGE = 25  # rows that something is told of
WRONG, WARNED, KNOWN = "wrong", "warned", "known"


@dataclass
class Shown:
    """The context of the page, and whether what the table says is in it."""

    context: dict[str, Any] = field(default_factory=dict)
    reads: bool = False


def of(request: SignedInRequest, table: CaseImport) -> Shown:
    """What this reader is shown of an import as it is now."""
    user = request.user
    may = rules.can_carry_on(user, table)
    context: dict[str, Any] = {
        "table": table,
        "live_url": request.get_full_path(),
        "may_carry_on": may,
        "may_stop": rules.can_stop(user, table),
        "may_undo": rules.can_undo(user, table),
        "fetched": FETCHED,
        "problem": sentence(table.problem) if table.problem else "",
    }
    if not may or table.state not in (ImportState.CHECKED, *ImportState.ended()):
        return Shown(context)
    kind = request.GET.get("show", WRONG)
    kind = kind if kind in (WRONG, WARNED, KNOWN) else WRONG
    context |= {"show": kind, **_page(request, table, kind)}
    if table.state == ImportState.CHECKED:
        context["preview"] = list(_preview(table))
    return Shown(context, reads=True)


def _preview(table: CaseImport) -> Iterator[dict[str, Any]]:
    """The first rows that would become cases, read anew."""
    piece = next(pieces_of(table), None)
    if piece is None:
        return
    rows = [row for row in piece.rows() if not is_wrong(row["f"]) and not _is_left_out(row["f"])][:FIRST]
    judge = Judge(table, memory_of(table))
    people = dict(User.objects.filter(partner_id=table.partner_id).values_list("pk", "full_name"))
    for draft in map(judge.read, rows):
        yield {"draft": draft, **_words(draft, judge), "caseworker": people.get(draft.caseworker or 0, "")}


def _words(draft: Draft, judge: Judge) -> dict[str, Any]:
    worker, case = draft.worker, draft.case
    home = worker["home_regency"] or worker["home_province"]
    return {
        "sex": Sex(worker["sex"]).label,
        "born": _day(worker["birth_date"]),
        "home": home.name if home else "",
        "country": countries.name(case["country"]),
        "topics": ", ".join(judge.topics.rows[code].name for code in draft.topics),
        "came": _day(draft.logged_on),
        "outcome": judge.outcomes.rows[draft.outcome].name if draft.closed else "",
    }


def _day(day: Any) -> str:
    return formats.date_format(day, "j M Y") if day else ""


def _page(request: SignedInRequest, table: CaseImport, kind: str) -> dict[str, Any]:
    """A page of the rows of this kind. Only the pieces that hold it are opened."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 5 and int(asked) else 1
    skip = (number - 1) * PAGE
    told: list[dict[str, Any]] = []
    counts = table.pieces.order_by("number").values_list("number", f"rows_{kind}")
    for place, count in counts:
        if skip >= count:
            skip -= count
            continue
        piece = next(pieces_of(table, number=place))
        some = [row for row in piece.rows() if _is_of(row["f"], kind)][skip:]
        told += some[: PAGE + 1 - len(told)]
        skip = 0
        if len(told) > PAGE:
            break
    url = f"{request.path}?show={kind}&page="
    return {
        "rows": [_told(row, table) for row in told[:PAGE]],
        "previous_url": f"{url}{number - 1}" if number > 1 else "",
        "next_url": f"{url}{number + 1}" if len(told) > PAGE else "",
    }


def _is_of(found: list[dict[str, Any]], kind: str) -> bool:
    if kind == WRONG:
        return is_wrong(found)
    if is_wrong(found) or _is_left_out(found) != (kind == KNOWN):
        return False
    return kind == KNOWN or any(one["code"] in WARNINGS for one in found)


def _is_left_out(found: list[dict[str, Any]]) -> bool:
    return any(one["code"] in SKIPS for one in found)


def _told(row: dict[str, Any], table: CaseImport) -> dict[str, Any]:
    place = table.mapping.get("name")
    name = row["c"][place] if place is not None and place < len(row["c"]) else ""
    told = sorted(row["f"], key=lambda one: one["code"] in WARNINGS)
    return {"number": row["n"], "name": name, "problems": [sentence(one) for one in told]}


def wrong_rows(table: CaseImport) -> Iterator[list[str]]:
    """Each row with an error as it was, behind its number and what is wrong with it."""
    width = len(table.head["header"])
    for piece in pieces_of(table, rows_wrong__gt=0):
        for row in piece.rows():
            if is_wrong(row["f"]):
                texts = row["c"] + [""] * (width - len(row["c"]))
                yield [str(row["n"]), " ".join(sentence(one) for one in row["f"]), *texts]
