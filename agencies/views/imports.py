"""Inviting many: a table is uploaded, looked at, and carried out by the worker."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policy import SignedInRequest, acting_over, allow
from accounts.roles import ROLES, Right
from accounts.uploads import takes_file, too_large
from privacy.spreadsheets import CSV_TYPE, csv_stream

from .. import actions, importing, rules
from ..choices import ImportState
from ..import_checks import sentence
from ..import_columns import columns
from ..import_forms import TableForm
from ..models import ImportRow, Partner, PeopleImport
from ..models.staff import partners_managed_by
from ..paging import numbered

STOP_POLLING = 286  # as htmx understands it
own = acting_over(Right.MANAGE_STAFF)


@require_http_methods(["GET", "POST"])
@takes_file
@allow(Right.MANAGE_STAFF)
@own
def invite_many(request: SignedInRequest, code: str) -> HttpResponse:
    """Upload a table of people to be invited to this partner."""
    return _upload(request, get_object_or_404(partners_managed_by(request.user), code=code))


@require_http_methods(["GET", "POST"])
@takes_file
@allow(Right.MANAGE_PARTNERS)
@own
def invite_many_everywhere(request: SignedInRequest) -> HttpResponse:
    """Upload a table of people in which each row names the partner."""
    return _upload(request, None)


@require_safe
@allow(Right.MANAGE_STAFF)
def import_example(request: SignedInRequest) -> HttpResponse:
    """An empty table with the columns' names, and a row to be written over."""
    everywhere = request.user.manages_partners
    shown = columns(everywhere=True) if everywhere else columns(everywhere=False)[:-1]
    row = [_("Name of the person"), "nama@kantor.example", "officer", "id", "KJRI_JOHOR_BAHRU"][: len(shown)]
    response = HttpResponse(csv_stream([column.name for column in shown], [row]), content_type=CSV_TYPE)
    response["Content-Disposition"] = 'attachment; filename="people.csv"'
    return response


@require_safe
@allow(Right.MANAGE_STAFF)
@own
def people_import(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """How far a table has come: being read, to be looked at, being carried out, done. Refreshes itself by its region."""
    table = _find(request, pk)
    context = _context(request, table)
    if "HX-Request" not in request.headers:
        return render(request, "agencies/import.html", context)
    status = 200 if table.is_moving else STOP_POLLING
    return render(request, "agencies/_import.html", context, status=status)


@require_POST
@allow(Right.MANAGE_STAFF)
@own
def import_carry_out(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Have everybody in the table invited."""
    table = _find(request, pk)
    try:
        actions.carry_out(by=request.user, table=table)
    except actions.ActRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("agencies:import", pk=table.pk)


@require_POST
@allow(Right.MANAGE_STAFF)
@own
def import_discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Throw the table away."""
    table = _find(request, pk)
    try:
        actions.discard(by=request.user, table=table)
    except actions.ActRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("agencies:import", pk=table.pk)
    messages.success(request, _("The table is thrown away. Nobody was invited."))
    return _again(table.partner)


def _upload(request: SignedInRequest, partner: Partner | None) -> HttpResponse:
    posted = request.method == "POST"
    form = TableForm(request.POST, request.FILES, too_large=too_large(request)) if posted else TableForm()
    roles = rules.roles_at(partner) if partner else [code for code, role in ROLES.items() if role.at_partner]
    context: dict[str, Any] = {
        "form": form,
        "partner": partner,
        "takes_people": rules.takes_people(partner),
        "columns": columns(everywhere=partner is None)[: None if partner is None else -1],
        "roles": ", ".join(str(ROLES[code].name) for code in roles),
    }
    if not posted:
        return render(request, "agencies/invite_many.html", context)
    if not form.is_valid():
        return render(request, "agencies/invite_many.html", context, status=422)
    key = form.cleaned_data["key"]
    try:
        table = actions.upload(by=request.user, partner=partner, content=form.content, key=key)
    except actions.ActRefused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "agencies/invite_many.html", context, status=409)
    return redirect("agencies:import", pk=table.pk)


def _find(request: SignedInRequest, pk: UUID) -> PeopleImport:
    return get_object_or_404(PeopleImport.objects.visible_to(request.user).select_related("partner"), pk=pk)


def _again(partner: Partner | None) -> HttpResponse:
    if partner is None:
        return redirect("agencies:invite_many_everywhere")
    return redirect("agencies:invite_many", code=partner.code)


def _context(request: SignedInRequest, table: PeopleImport) -> dict[str, Any]:
    context: dict[str, Any] = {"table": table, "live_url": request.get_full_path()}
    match table.state:
        case ImportState.CONFIRMED:
            context["invited"] = importing.progress(table)
        case ImportState.REFUSED:
            context["problem"] = sentence(table.problem)
        case ImportState.CHECKED:
            page = numbered(request, table.rows.select_related("partner", "table"))
            context |= {"page": page, "rows": [_told(row) for row in page.rows]}
    return context


def _told(row: ImportRow) -> dict[str, Any]:
    cells = row.cells
    role = ROLES.get(cells["role"])
    return {
        "number": row.number,
        "name": cells["full_name"],
        "email": cells["email"],
        "role": role.name if role else cells["role"],
        "language": {"id": "Bahasa Indonesia", "en": "English"}.get(cells["language"], cells["language"]),
        "partner": row.partner.name if row.partner else cells["partner"],
        "problems": [sentence(problem) for problem in row.problems],
    }
