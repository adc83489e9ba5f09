"""One partner's mandates: what holds, what is to come, what was."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import mandate_words, rules
from ..models import Mandate
from ..models.staff import partners_managed_by
from ..reference_kinds import summary
from ..today import today


@require_GET
@allow(Right.MANAGE_STAFF)
def partner_mandates(request: SignedInRequest, code: str) -> HttpResponse:
    """In words, and on which source each rests. A portal admin adds, changes and ends them from here."""
    partner = get_object_or_404(partners_managed_by(request.user), code=code)
    rows = Mandate.objects.filter(partner=partner).select_related(*mandate_words.RELATED)
    told = [_line(row) for row in rows.order_by("agency_code", "country", "district", "province", "pk")]
    context = {
        "partner": partner,
        "now": [line for line in told if line["when"] == "now"],
        "planned": [line for line in told if line["when"] == "planned"],
        "past": [line for line in told if line["when"] == "past"],
        "can_edit": rules.can_edit_partner(request.user),
    }
    return render(request, "agencies/partner_mandates.html", context)


def _line(row: Mandate) -> dict[str, Any]:
    return {
        "row": row,
        "summary": summary(row),
        "period": mandate_words.period(row),
        "when": _when(row),
        "sure": row.get_source_status_display(),
        "source": row.confirmed_source or row.source,
    }


def _when(row: Mandate) -> str:
    if row.retired_at is not None or (row.valid_until is not None and row.valid_until < today()):
        return "past"
    return "planned" if row.valid_from is not None and row.valid_from > today() else "now"
