"""Where would this go? The answer that a caseworker would get, without a case."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.policy import SignedInRequest
from agencies import matching
from referrals import routing, wording

from ..forms.where import WhereForm


@require_GET
def where(request: SignedInRequest) -> HttpResponse:
    """Ask with topics, stage and places in the address; the ranking and its reasons as on the page to refer."""
    asked = bool(request.GET)
    form = WhereForm(request.GET if asked else None)
    context: dict[str, Any] = {"form": form, "asked": asked}
    if asked and form.is_valid():
        answer = matching.ask(form.question)
        context |= {
            "would": wording.would(routing.first_choice(answer)),
            "clear": answer.clear is not None,
            "candidates": wording.ranking(routing.ranked(answer)),
            "topics": [topic.name for topic in form.cleaned_data["topics"]],
        }
    if "district" in form.fields:
        context["places"] = matching.place_suggestions(request.GET["country"])
    return render(request, "administration/where.html", context)
