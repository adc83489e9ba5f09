"""The log of everything done to accounts, partners and reference data."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from ..forms import LogFilter
from ..models import StaffEvent
from ..paging import by_place
from ..timeline import tell


@require_GET
@allow(Right.MANAGE_STAFF)
def staff_log(request: SignedInRequest) -> HttpResponse:
    """The log, the newest first, by partner, person and what happened."""
    form = LogFilter(request.GET, user=request.user)
    chosen = form.chosen
    events = StaffEvent.objects.visible_to(request.user).with_names().about(chosen.get("person", ""))
    for field in ("verb", "partner"):
        if field in chosen:
            events = events.filter(**{field: chosen[field]})
    page = by_place(request, events, before=chosen.get("before"), after=chosen.get("after"))
    context = {
        "form": form,
        "filters": len(chosen.keys() - {"before", "after"}),
        "page": page,
        "entries": tell(page.rows),
    }
    return render(request, "agencies/staff_log.html", context)
