"""Writing down who reads cases, one call beside each look-up that shows one (UU 27/2022 art. 31; ADR 0015).

A page that somebody opens is an entry each time. A region that refreshes itself is one only when it was sent anew, and not
again for the same person, part and cases within a few minutes: whoever leaves a page open reads it once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from accounts.models import User
from privacy import log
from privacy.choices import Verb

from .models import Case

ONE_READING = timedelta(minutes=10)  # that an open page which refreshes itself counts as


def subject(case_id: int) -> str:
    """How the log names a case."""
    return f"case:{case_id}"


def read(by: User | None, case: Case, what: str, *, refresh: bool = False) -> None:
    """Somebody saw a case, or the part of it that `what` names. No `by` is whoever holds a letter's link."""
    _write(Verb.READ, by, [case], what, refresh=refresh)


def downloaded(by: User | None, case: Case, what: str) -> None:
    """Somebody took a file of a case with them."""
    _write(Verb.DOWNLOADED, by, [case], what)


def about(verb: Verb, by: User | None, cases: Iterable[Case], what: str) -> None:
    """Somebody dealt with these cases at once in a way that no event of theirs tells of: a worker's request, an erasure."""
    _write(verb, by, list(cases), what)


def about_each(verb: Verb, by: User, cases: Iterable[int], owner: int, what: str) -> None:
    """The same, with an entry of its own for each of the cases with these numbers, which are all of one partner."""
    if subjects := [subject(number) for number in cases]:
        log.add_each(verb, by=by, subjects=subjects, owners=[owner], what=what)


def listed(
    by: User,
    cases: Iterable[Case],
    what: str,
    *,
    drafts: Iterable[UUID] = (),
    found: bool = False,
    refresh: bool = False,
) -> None:
    """Somebody saw these cases as lines of a list, or `found` them by searching; one entry for all of them.

    What was searched for is not written down. A list that shows nobody is no reading, but a search for nobody is.
    """
    cases, drafts = list(cases), list(drafts)
    if cases or drafts or found:
        _write(Verb.FOUND if found else Verb.LISTED, by, cases, what, drafts=drafts, refresh=refresh)


def wrote_draft(by: User, draft: UUID, what: str = "draft") -> None:
    """Somebody typed, is typing, or threw away what is no case yet; while typing goes on, one entry."""
    log.add_unless_lately(
        Verb.WROTE, by=by, subjects=[f"draft:{draft}"], owners=_owner(by), what=what, within=ONE_READING
    )


def threw_drafts_away(by: User, drafts: list[UUID], owner: int) -> None:
    """Drafts of this partner were thrown away by somebody who is not of it."""
    if drafts:
        subjects = [f"draft:{draft}" for draft in drafts]
        log.add(Verb.WROTE, by=by, subjects=subjects, owners=[owner], what="draft:discarded")


def read_draft(by: User, draft: UUID) -> None:
    """Somebody went on with what they had typed before."""
    log.add(Verb.READ, by=by, subjects=[f"draft:{draft}"], owners=_owner(by), what="draft")


def _owner(by: User) -> list[int]:
    return [by.partner_id] if by.partner_id else []


def _write(
    verb: Verb,
    by: User | None,
    cases: list[Case],
    what: str,
    *,
    drafts: Iterable[UUID] = (),
    refresh: bool = False,
) -> None:
    subjects = [subject(case.pk) for case in cases] + [f"draft:{pk}" for pk in drafts]
    owners = [case.partner_id for case in cases] or (_owner(by) if by else [])
    if refresh and by is not None:
        log.add_unless_lately(verb, by=by, subjects=subjects, owners=owners, what=what, within=ONE_READING)
    else:
        log.add(verb, by=by, subjects=subjects, owners=owners, what=what)
