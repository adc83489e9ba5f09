"""Reference data that no source confirms, and confirming it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions
from ..forms import ConfirmForm, UnconfirmedFilter
from ..models import Deadline, Mandate, Partner, ReferenceRow
from ..paging import numbered
from ..reference_forms import TABLES
from ..reference_kinds import KINDS, Kind, kind_of, related_unconfirmed, summary, title


@require_GET
@allow(Right.MANAGE_PARTNERS)
def unconfirmed(request: SignedInRequest) -> HttpResponse:
    """Rows of reference data that wait for somebody to confirm them, kind by kind."""
    form = UnconfirmedFilter(request.GET)
    chosen = form.chosen
    counts = {code: kind.unconfirmed().count() for code, kind in KINDS.items()}
    first = next((code for code, count in counts.items() if count), next(iter(KINDS)))
    kind = KINDS[chosen.get("kind", first)]
    page = numbered(request, kind.search(kind.unconfirmed(), chosen.get("q", "")))
    context = {
        "form": form,
        "filters": len(chosen.keys() - {"kind"}),
        "total": sum(counts.values()),
        "tabs": _tabs(counts, kind),
        "kind": kind,
        "page": page,
        "rows": [{"row": row, "title": title(row), "summary": summary(row)} for row in page.rows],
    }
    return render(request, "agencies/unconfirmed.html", context)


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def confirm(request: SignedInRequest, kind: str, row: str) -> HttpResponse:
    """One row of reference data: what it says, and by what it is confirmed."""
    table, found = _find(kind, row)
    related = list(related_unconfirmed(found)) if found.confirmed_at is None else []
    form = ConfirmForm(request.POST if request.method == "POST" else None, related=related)
    context = {**_about(table, found), "form": form}
    if request.method != "POST":
        return render(request, "agencies/confirm.html", context)
    if not form.is_valid():
        return render(request, "agencies/confirm.html", context, status=422)
    rows = [found, *form.also_rows]
    try:
        actions.confirm(
            by=request.user, rows=rows, source=form.cleaned_data["source"], on=form.cleaned_data["on"]
        )
    except actions.ActRefused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "agencies/confirm.html", context, status=409)
    messages.success(request, _("“%(row)s” is confirmed.") % {"row": title(found)})
    return redirect(f"{reverse('agencies:unconfirmed')}?{urlencode({'kind': table.code})}")


@require_POST
@allow(Right.MANAGE_PARTNERS)
def take_back(request: SignedInRequest, kind: str, row: str) -> HttpResponse:
    """Mark the row unconfirmed again."""
    table, found = _find(kind, row)
    actions.take_back(by=request.user, row=found)
    messages.success(request, _("“%(row)s” is not confirmed any more.") % {"row": title(found)})
    return redirect("agencies:confirm", kind=table.code, row=row)


def _find(kind: str, pk: str) -> tuple[Kind, ReferenceRow]:
    found = KINDS.get(kind)
    row = found.find(pk) if found else None
    if found is None or row is None:
        raise Http404
    return found, row


def _tabs(counts: dict[str, int], current: Kind) -> list[dict[str, Any]]:
    return [
        {
            "label": kind.name,
            "count": counts[code],
            "active": kind is current,
            "url": f"{reverse('agencies:unconfirmed')}?{urlencode({'kind': code})}",
        }
        for code, kind in KINDS.items()
    ]


def _about(kind: Kind, row: ReferenceRow) -> dict[str, Any]:
    return {
        "kind": kind,
        "row": row,
        "title": title(row),
        "summary": summary(row),
        "correct_url": _correct_url(row),
        "take_back_url": reverse("agencies:take_back", args=[kind.code, row.pk]),
        "facts": [
            {"label": capfirst(kind.model._meta.verbose_name), "value": title(row)},
            {"label": _("What it says"), "value": summary(row)},
            {"label": _("Code"), "value": getattr(row, "code", None)},
            {"label": _("How sure"), "value": row.get_source_status_display()},
            {"label": _("Source"), "value": row.source},
            {"label": _("Confirmed with"), "value": row.confirmed_source, "note": row.confirmed_by},
        ],
    }


def _correct_url(row: ReferenceRow) -> str:
    """Where to correct the row before confirming it."""
    if isinstance(row, Partner):
        return reverse("agencies:partner_edit", args=[row.code])
    if isinstance(row, Mandate):
        return reverse("agencies:partner_mandates", args=[row.partner.code])
    if isinstance(row, Deadline):
        return reverse("agencies:deadline_edit", args=[row.code])
    if (code := kind_of(row).code) in TABLES:
        return reverse("agencies:reference_row", args=[code, row.pk])
    try:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return ""
