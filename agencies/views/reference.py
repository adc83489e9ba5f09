"""Reference data that no source confirms, and confirming it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from privacy import spreadsheets

from .. import actions
from ..forms import ConfirmForm, UnconfirmedFilter
from ..models import Deadline, Mandate, Office, Partner, ReferenceRow
from ..paging import numbered
from ..reference_kinds import KINDS, Kind, code_of, kind_of, related_unconfirmed, summary, title


@require_GET
@allow(Right.MANAGE_PARTNERS)
def unconfirmed(request: SignedInRequest) -> HttpResponse:
    """Rows of reference data that wait for somebody to confirm them, kind by kind."""
    form = UnconfirmedFilter(request.GET)
    chosen = form.chosen
    progress = [(kind, *kind.progress()) for kind in KINDS.values()]
    counts = {kind.code: of - done for kind, done, of in progress}
    first = next((code for code, count in counts.items() if count), next(iter(KINDS)))
    kind = KINDS[chosen.get("kind", first)]
    page = numbered(request, kind.search(kind.unconfirmed(), chosen.get("q", "")))
    context = {
        "form": form,
        "filters": len(chosen.keys() - {"kind"}),
        "total": sum(counts.values()),
        "progress": [{"label": kind.name, "done": done, "of": of} for kind, done, of in progress if of],
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
    form = ConfirmForm(request.POST if request.method == "POST" else None, rows=[found], related=related)
    context = {**_about(table, found), "form": form}
    if request.method != "POST":
        return render(request, "agencies/confirm.html", context)
    if not form.is_valid():
        return render(request, "agencies/confirm.html", context, status=422)
    if not _confirmed(request, form, [found, *form.also_rows]):
        return render(request, "agencies/confirm.html", context, status=409)
    messages.success(request, _("“%(row)s” is confirmed.") % {"row": title(found)})
    return redirect(_list_url(table))


@require_POST
@allow(Right.MANAGE_PARTNERS)
def confirm_several(request: SignedInRequest, kind: str) -> HttpResponse:
    """Rows that were ticked in the list, and the one source that confirms them all."""
    table = KINDS.get(kind)
    if table is None:
        raise Http404
    rows = table.find_all(request.POST.getlist("rows"))
    if not rows:
        messages.error(request, _("Tick the rows that one source confirms."))
        return redirect(_list_url(table))
    form = ConfirmForm(request.POST if "source" in request.POST else None, rows=rows, related=[])
    context = {
        "kind": table,
        "form": form,
        "list_url": _list_url(table),
        "rows": [{"row": row, "title": title(row), "summary": summary(row)} for row in rows],
    }
    if not form.is_bound:
        return render(request, "agencies/confirm_several.html", context)
    if not form.is_valid():
        return render(request, "agencies/confirm_several.html", context, status=422)
    if not _confirmed(request, form, rows):
        return render(request, "agencies/confirm_several.html", context, status=409)
    done = ngettext("%(n)s row is confirmed.", "%(n)s rows are confirmed.", len(rows))
    messages.success(request, done % {"n": len(rows)})
    return redirect(_list_url(table))


@require_GET
@allow(Right.MANAGE_PARTNERS)
def unconfirmed_download(request: SignedInRequest, kind: str) -> HttpResponse:
    """What waits to be confirmed, as a table to take to whoever knows, with room for their answers."""
    table = KINDS.get(kind)
    if table is None:
        raise Http404
    header = [_("Code"), _("Row"), _("What it says"), _("How sure"), _("Source")]
    header += [_("Right? (yes or no)"), _("If not: what is right"), _("Told by, and when")]
    lines = (
        [code_of(row), title(row), summary(row), str(row.get_source_status_display()), row.source, "", "", ""]
        for row in table.unconfirmed().iterator()
    )
    response = HttpResponse(
        b"".join(spreadsheets.csv_stream(header, lines)), content_type=spreadsheets.CSV_TYPE
    )
    name = f"unconfirmed-{table.code}-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _confirmed(request: SignedInRequest, form: ConfirmForm, rows: list[ReferenceRow]) -> bool:
    """Confirm the rows as they were read; else the form says why not, and shows what they say now."""
    waiting = any(row.confirmed_at is None for row in rows)
    said = form.cleaned_data["source"], form.cleaned_data["on"]
    try:
        if waiting:
            form.check_seen()
        actions.confirm(by=request.user, rows=rows, source=said[0], on=said[1], seen=actions.said_mark(rows))
    except actions.ActRefused as refusal:
        form.add_error(None, str(refusal))
        form.renew(form.mark)
        return False
    return True


def _list_url(kind: Kind) -> str:
    return f"{reverse('agencies:unconfirmed')}?{urlencode({'kind': kind.code})}"


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
            "url": _list_url(kind),
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
    if isinstance(row, Office):
        return reverse("agencies:office_edit", args=[row.partner.code, row.pk])
    if isinstance(row, Deadline):
        return reverse("agencies:deadline_edit", args=[row.code])
    return reverse("agencies:reference_row", args=[kind_of(row).code, row.pk])
