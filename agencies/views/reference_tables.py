"""Reference data as a table: taken along, brought back changed, and approved after reading what it changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from accounts.uploads import takes_file, too_large
from privacy import spreadsheets

from .. import actions, reference_diff, tables
from ..models import ReferenceUpload
from ..reference_cells import fields_of, header, lines
from ..reference_forms import UploadForm
from ..reference_kinds import Kind
from ..reference_wording import cell_help
from .reference_rows import kind_or_404

CHECK = "agencies/reference_check.html"


@require_GET
@allow(Right.MANAGE_PARTNERS)
def download(request: SignedInRequest, table: str) -> HttpResponse:
    """All rows in use, as CSV that a spreadsheet opens as it is."""
    kind = kind_or_404(table)
    response = HttpResponse(
        b"".join(spreadsheets.csv_stream(header(kind), lines(kind))), content_type=spreadsheets.CSV_TYPE
    )
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{kind.code}-{day}.csv"'
    return response


@takes_file
@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def upload(request: SignedInRequest, table: str) -> HttpResponse:
    """Bring a table back. Nothing changes yet."""
    kind = kind_or_404(table)
    form = (
        UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    )
    context = {"kind": kind, "form": form, "columns": _columns(kind), "most": reference_diff.ROWS}
    if request.method != "POST":
        return render(request, "agencies/reference_upload.html", context)
    if too_large(request):
        form.add_error("file", str(tables.TableProblem("too_large", most=tables.BYTES // 1024 // 1024)))
    elif form.is_valid():
        try:
            rows = reference_diff.read(kind, form.cleaned_data["file"].read())
        except tables.TableProblem as problem:
            form.add_error("file", str(problem))
        else:
            kept = actions.keep_table(by=request.user, kind=kind, rows=rows)
            return redirect("agencies:reference_check", table=table, upload=kept.pk)
    return render(request, "agencies/reference_upload.html", context, status=422)


@require_http_methods(["GET", "POST"])
@allow(Right.MANAGE_PARTNERS)
def check(request: SignedInRequest, table: str, upload: UUID) -> HttpResponse:
    """What the table changes, row by row; and approving it."""
    kind = kind_or_404(table)
    kept = ReferenceUpload.objects.visible_to(request.user).filter(pk=upload, kind=kind.code).first()
    if kept is None:
        raise Http404
    if kept.taken_at is not None:
        messages.info(request, _("This table is taken in already."))
        return redirect("agencies:reference_rows", table=table)
    diff = reference_diff.compare(kind, kept.rows)
    ticked = set(request.POST.getlist("retire")) if request.method == "POST" else set()
    context: dict[str, Any] = {"kind": kind, "diff": diff, "ticked": ticked, "seen": diff.mark}
    if request.method != "POST":
        return render(request, CHECK, context)
    retired = [row.change for row in diff.absent if row.code in ticked]
    refusal = _refusal(diff, request.POST.get("seen", ""), ticked - {change.code for change in retired})
    if not refusal:
        try:
            actions.take_in(by=request.user, upload=kept, kind=kind, changes=diff.changes, retired=retired)
        except actions.ActRefused as error:
            refusal = str(error)
    if refusal:
        fresh = reference_diff.compare(kind, kept.rows)
        context |= {"diff": fresh, "seen": fresh.mark, "refusal": refusal}
        return render(request, CHECK, context, status=409)
    messages.success(request, _done(diff, len(retired)))
    return redirect("agencies:reference_rows", table=table)


def _refusal(diff: reference_diff.Diff, seen: str, unknown: set[str]) -> str:
    if diff.wrong:
        return _("Rows with mistakes are in the table. Mend them in the file, then upload it anew.")
    if diff.mark != seen or unknown:
        return _("This data was changed since you looked. Read what the table changes now, then approve.")
    return ""


def _done(diff: reference_diff.Diff, retired: int) -> str:
    return _("Taken in: %(new)s new, %(changed)s changed, %(retired)s out of use.") % {
        "new": len(diff.new),
        "changed": len(diff.changed),
        "retired": retired,
    }


def _columns(kind: Kind) -> list[dict[str, str]]:
    """What each column of the table is called and holds."""
    return [
        {"label": name, "value": cell_help(kind.model, field)}
        for field, name in zip(fields_of(kind), header(kind), strict=True)
    ]
