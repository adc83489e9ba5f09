"""The box on every page, and the page that it leads to."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from cases import access_log, searches
from cases.models.case_reads import SEARCH_LENGTH

from .finding import find
from .forms import BoxForm

READ = "search"  # how the access log names the part


@require_POST
@allow(Right.WORK_CASES)
def ask(request: SignedInRequest) -> HttpResponse:
    """Keep the words in the session and lead to what they find, so that the address says none of them."""
    words = request.POST.get("q", "")[: 2 * SEARCH_LENGTH]  # one that is too long comes back with a sentence
    if not words.strip():
        return redirect("search:page")
    return redirect(f"{reverse('search:page')}?{searches.SEARCH}={searches.keep(request.session, words)}")


@require_safe
@allow(Right.WORK_CASES)
def page(request: SignedInRequest) -> HttpResponse:
    """What the words find that the address tells the place of."""
    words = searches.kept(request.session, request.GET.get(searches.SEARCH, ""))
    return render(request, "search/page.html", {"typed": words, "on_page": True, **_context(request, words)})


@require_POST
@allow(Right.WORK_CASES)
def typed(request: SignedInRequest) -> HttpResponse:
    """What the words find so far, for the region under the box; one entry of the log for the same answer."""
    return render(request, "search/_results.html", _context(request, request.POST.get("q", ""), refresh=True))


def _context(request: SignedInRequest, text: str, *, refresh: bool = False) -> dict[str, Any]:
    form = BoxForm({"q": text[: 2 * SEARCH_LENGTH]})
    words, hint = (form.words_so_far if refresh else form.words), form.missing
    found = find(request.user, words)
    if words:
        access_log.listed(request.user, found.cases, READ, found=True, refresh=refresh)
        hint = "" if found.groups else form.after_nothing()
    return {"words": words, "groups": found.groups, "hint": hint}


typed.paced_as = "searches"  # type: ignore[attr-defined]  # read by pmi_portal.pace: somebody types, and sends no forms
