"""The caseworker's first page: cases, what they wait for, and what is not finished typing."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import access_log, searches
from ..forms import CaseFilterForm
from ..models.case_reads import SEARCH_LENGTH
from ..searches import SEARCH
from .listing import Listing


@require_POST
@allow(Right.WORK_CASES)
def search(request: SignedInRequest) -> HttpResponse:
    """Narrow the list. What was searched for may be a name, so it stays in the session and out of the address."""
    form = CaseFilterForm(request.POST)
    chosen = form.chosen()
    query = QueryDict(mutable=True)
    query["tab"] = form.cleaned_data["tab"]
    chosen.pop("q", None)
    if words := request.POST.get("q", "")[
        : 2 * SEARCH_LENGTH
    ]:  # one that makes no sense comes back with a sentence
        query[SEARCH] = searches.keep(request.session, words)
    query.update(chosen)
    return redirect(f"{reverse('cases:list')}?{query.urlencode()}")


@require_safe
@allow(Right.WORK_CASES)
def list_(request: SignedInRequest) -> HttpResponse:
    """The whole page; for a refresh (htmx) only what may have changed, or 304."""
    refresh = "HX-Request" in request.headers
    form = CaseFilterForm(searches.asked(request.session, request.GET))
    listing = Listing(request, form, narrow_first=refresh)
    if refresh:
        response = get_conditional_response(request, etag=listing.etag)
        if response is None:
            response = _answer(request, listing, "cases/list/_region.jinja", refresh=True)
            response["ETag"] = listing.etag
        patch_cache_control(response, private=True, no_store=True)
    else:
        response = _answer(request, listing, "cases/list.jinja")
    patch_vary_headers(response, ["HX-Request"])
    return response


def _answer(
    request: SignedInRequest, listing: Listing, template: str, *, refresh: bool = False
) -> HttpResponse:
    """The page or its region; whose names it shows is written down, and a masked row has none."""
    access_log.listed(
        request.user,
        [case for case in listing.cases if not case.masked],
        "cases",
        drafts=[draft.pk for draft in listing.drafts],
        found="q" in listing.chosen,
        refresh=refresh,
    )
    return render(request, template, listing.context())
