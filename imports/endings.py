"""Whether an old case is closed, since when, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import cells, words
from .drafts import Draft
from .trouble import Wrong
from .words import Named

AMOUNTS = ("amount_claimed", "amount_recovered")


def fill(draft: Draft, outcomes: Named, choices: Mapping[str, Any]) -> None:
    """Read status, outcome and amounts. A closed case needs an outcome: the one written, or the one chosen for such rows."""
    status, said = draft.cells.get("status", ""), draft.cells.get("outcome", "")
    closed = words.is_closed(status) if status else None
    outcome = _outcome(said, outcomes) if said else ""
    if status and closed is None:
        outcome = outcome or _outcome(status, outcomes)
        if not outcome:
            draft.tell("unknown_status", column="status", value=status)
            return
        closed = True
    if closed is None:
        closed = bool(draft.closed_on or said)
    draft.closed = closed
    draft.ending = ": ".join(dict.fromkeys(text for text in (status, said) if text)) if closed else ""
    if closed:
        _close(draft, outcome, said, outcomes, choices)
    elif said:
        draft.notes.append(said)
    _money(draft)


def _close(draft: Draft, outcome: str, said: str, outcomes: Named, choices: Mapping[str, Any]) -> None:
    default = choices.get("outcome", "")
    draft.outcome = outcome or (default if default in outcomes.rows else "")
    if not draft.outcome:
        if said:
            draft.tell("unknown_outcome", column="outcome", value=said)
        else:
            draft.tell("no_outcome", column="outcome")
    if draft.closed_on and draft.logged_on and draft.closed_on < draft.logged_on:
        draft.tell("closed_before", column="closed_on")


def _outcome(text: str, outcomes: Named) -> str:
    codes, _by_words = outcomes.all_in(text)
    return codes[0] if codes else ""


def _money(draft: Draft) -> None:
    found: set[str] = set()
    for column in AMOUNTS:
        text = draft.cells.get(column, "")
        draft.case[column] = None
        if not text or text == "0":
            continue
        try:
            draft.case[column], code = cells.money(text)
        except Wrong as problem:
            draft.wrong(column, problem)
        else:
            found |= {code} - {""}
    draft.case["currency"] = _currency(draft, found)


def _currency(draft: Draft, found: set[str]) -> str:
    """What the column says, else what stands before the amounts, else rupiah; nothing where there is no amount."""
    if not any(draft.case[column] for column in AMOUNTS):
        return ""
    text = draft.cells.get("currency", "")
    try:
        return cells.currency(text) if text else min(found, default="IDR")
    except Wrong as problem:
        draft.wrong("currency", problem)
        return ""
