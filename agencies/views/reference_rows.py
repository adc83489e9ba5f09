"""The coded lists and the places, kind by kind: what is in use, and changing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right

from .. import actions, rules
from ..actions.reference_rows import edited_fields, uses_mark
from ..models import District, ReferenceRow, StaffEvent
from ..paging import numbered
from ..reference_forms import FORMS, TABLES, RowForm, RowsFilter
from ..reference_kinds import Kind, summary, title
from ..reference_overlaps import shared_names
from ..reference_uses import uses
from ..reference_wording import clashes, differences, facts
from ..timeline import tell

EVENTS_SHOWN = 10
PAGE = "agencies/reference_row.html"


@require_GET
@allow(Right.MANAGE_PARTNERS)
def rows(request: SignedInRequest, table: str) -> HttpResponse:
    """One table of reference data, with a search."""
    kind = kind_or_404(table)
    form = RowsFilter(request.GET)
    chosen = form.chosen
    found = kind.search(kind.rows(chosen.get("show", "")), chosen.get("q", ""))
    page = numbered(request, found)
    context = {
        "form": form,
        "filters": len(chosen),
        "tabs": tabs(kind),
        "kind": kind,
        "page": page,
        "rows": [
            {"row": row, "title": title(row), "summary": summary(row), "edited": bool(edited_fields(row))}
            for row in page.rows
        ],
    }
    return render(request, "agencies/reference_rows.html", context)


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def row_add(request: SignedInRequest, table: str) -> HttpResponse:
    """Enter a new row."""
    kind = kind_or_404(table)
    form = FORMS[table](request.POST if request.method == "POST" else None, instance=kind.model())
    context = {"kind": kind, "form": form}
    if request.method != "POST":
        return render(request, "agencies/reference_add.html", context)
    if not form.is_valid():
        return render(request, "agencies/reference_add.html", context, status=422)
    try:
        row = actions.add_row(by=request.user, kind=kind, code=form.code, values=form.values)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return render(request, "agencies/reference_add.html", context, status=422)
    messages.success(request, _("“%(row)s” is entered and in use.") % {"row": title(row)})
    return redirect("agencies:reference_row", table=table, entry=row.pk)


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def row_edit(request: SignedInRequest, table: str, entry: str) -> HttpResponse:
    """One row: what it says, where that comes from, what was done to it; and changing it."""
    kind, kept = row_or_404(table, entry)
    _kind, copy = row_or_404(table, entry)  # the form writes on its own copy
    form = FORMS[table](request.POST if request.method == "POST" else None, instance=copy)
    if request.method != "POST":
        return _page(request, kind, kept, form)
    if not form.is_valid():
        return _page(request, kind, kept, form, status=422)
    try:
        actions.edit_row(by=request.user, row=kept, changes=form.values, seen=form.cleaned_data["seen"])
    except actions.StaleData as error:
        form.add_error(None, str(error))
        kept.refresh_from_db()
        form.renew(actions.row_mark(kept))
        return _page(request, kind, kept, form, status=409, clashes=clashes(kept, form.values))
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _page(request, kind, kept, form, status=422)
    messages.success(request, _("“%(row)s” is saved.") % {"row": title(copy)})
    if "confirm" in request.POST:
        return redirect("agencies:confirm", kind=table, row=entry)
    return redirect("agencies:reference_row", table=table, entry=entry)


@require_POST
@allow(Right.MANAGE_PARTNERS)
def row_reset(request: SignedInRequest, table: str, entry: str) -> HttpResponse:
    """Put back what the reference data has."""
    _kind, row = row_or_404(table, entry)
    try:
        actions.reset_row(by=request.user, row=row, seen=request.POST.get("seen", ""))
    except (actions.StaleData, ValidationError) as error:
        messages.error(
            request, "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        )
    else:
        messages.success(
            request, _("“%(row)s” says again what the reference data says.") % {"row": title(row)}
        )
    return redirect("agencies:reference_row", table=table, entry=entry)


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def row_retire(request: SignedInRequest, table: str, entry: str) -> HttpResponse:
    """Take a row out of use, after reading what uses it."""
    kind, row = row_or_404(table, entry)
    if row.retired_at is not None:
        return redirect("agencies:reference_row", table=table, entry=entry)
    found = uses(row)
    context: dict[str, Any] = {
        "kind": kind,
        "row": row,
        "title": title(row),
        "uses": found,
        "seen": uses_mark(row, found),
        "can_retire": rules.can_retire(row),
    }
    if request.method != "POST":
        return render(request, "agencies/reference_retire.html", context)
    try:
        actions.retire_row(by=request.user, row=row, seen=request.POST.get("seen", ""))
    except actions.ActRefused as refusal:
        return render(
            request, "agencies/reference_retire.html", context | {"refusal": str(refusal)}, status=409
        )
    messages.success(request, _("“%(row)s” is out of use.") % {"row": title(row)})
    return redirect("agencies:reference_row", table=table, entry=entry)


@require_POST
@allow(Right.MANAGE_PARTNERS)
def row_restore(request: SignedInRequest, table: str, entry: str) -> HttpResponse:
    """Bring a row back into use."""
    _kind, row = row_or_404(table, entry)
    actions.restore_row(by=request.user, row=row)
    messages.success(request, _("“%(row)s” is in use again.") % {"row": title(row)})
    return redirect("agencies:reference_row", table=table, entry=entry)


def kind_or_404(table: str) -> Kind:
    """The kind that an address names, of those that have pages of their own."""
    if table not in TABLES:
        raise Http404
    return TABLES[table]


def row_or_404(table: str, entry: str) -> tuple[Kind, ReferenceRow]:
    kind = kind_or_404(table)
    row = kind.find(entry)
    if row is None:
        raise Http404
    return kind, row


def tabs(current: Kind) -> list[dict[str, Any]]:
    """A tab for each kind with pages of its own, with the number of rows in use."""
    return [
        {
            "label": kind.name,
            "count": kind.rows().count(),
            "active": kind is current,
            "url": reverse("agencies:reference_rows", args=[code]),
        }
        for code, kind in TABLES.items()
    ]


def _page(
    request: SignedInRequest, kind: Kind, row: ReferenceRow, form: RowForm, status: int = 200, **more: Any
) -> HttpResponse:
    events = StaffEvent.objects.visible_to(request.user).about_row(kind.code, str(row.pk)).with_names()
    context = {
        "kind": kind,
        "row": row,
        "title": title(row),
        "form": form,
        "facts": facts(row),
        "differences": differences(row),
        "seen_field": [("seen", actions.row_mark(row))],
        "clashes": [],
        "warnings": _warnings(row),
        "can_retire": rules.can_retire(row),
        "events": tell(events[:EVENTS_SHOWN]),
    }
    return render(request, PAGE, context | more, status=status)


def _warnings(row: ReferenceRow) -> list[str]:
    """Names by which a district shares places with another one of its country."""
    if not isinstance(row, District) or row.retired_at is not None:
        return []
    return shared_names(District.objects.current().filter(country=row.country)).get(row.code, [])
