"""At intake: cases that may be of the person that is typed, while typing and once more before a new one is saved."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import access_log, duplicates
from ..duplicates import Hint
from ..forms import PersonForm


@require_POST
@allow(Right.WORK_CASES)
def alike(request: SignedInRequest) -> HttpResponse:
    """The hints, while typing. By POST, so that a name stands in no address and no log."""
    return render(request, "cases/form/_alike.html", {"hints": _read(request, request.POST)})


def unseen(request: SignedInRequest) -> list[Hint]:
    """The hints that a form which is to be saved has to ask about first: all, unless each likely one was seen.

    The form says which were shown to its writer. Whoever claims to have seen what they have not only spares themselves the
    question.
    """
    hints = [hint for hint in _read(request, request.POST) if hint.likeness.is_likely]
    seen = set(request.POST.getlist("seen"))
    return hints if any(hint.case.reference not in seen for hint in hints) else []


def _read(request: SignedInRequest, typed: Any) -> list[Hint]:
    """Look, and write down whose names are shown; a search that finds nobody is one, too."""
    facts = PersonForm(typed).facts()
    hints = duplicates.hints(request.user, facts)
    if duplicates.is_looked_for(facts):
        access_log.listed(request.user, [hint.case for hint in hints], "alike", found=True, refresh=True)
    return hints
