"""Importing an old table of cases, step by step: the file, its columns, what is wrong, and the cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from accounts.uploads import takes_file, too_large
from privacy import log
from privacy.choices import Verb
from privacy.spreadsheets import XLSX_TYPE, xlsx_file

from . import actions, rules, showing
from .choices import ImportState
from .forms import ColumnsForm, FileForm
from .models import CaseImport
from .targets import TARGETS

STOP_POLLING = 286  # as htmx understands it
SHOWN = 20  # imports in the list


@require_http_methods(["GET", "POST"])
@takes_file
@allow(Right.OVERSEE_CASES)
def new(request: SignedInRequest) -> HttpResponse:
    """Upload an old table of cases; and the imports of before."""
    ensure(rules.can_import(request.user))
    if request.method != "POST":
        return _new(request, FileForm())
    form = FileForm(request.POST, request.FILES, too_large=too_large(request))
    if not form.is_valid():
        return _new(request, form, status=422)
    file = form.cleaned_data["file"]
    table = actions.upload(
        by=request.user, content=file.read(), file_name=file.name or "", key=form.cleaned_data["key"]
    )
    return redirect("imports:detail", pk=table.pk)


@require_safe
@allow(Right.OVERSEE_CASES)
def template(request: SignedInRequest) -> HttpResponse:
    """An empty table with the columns that are understood, and one row to be written over."""
    targets = [target for target in TARGETS.values() if target.example]
    header = [str(target.names[0]) for target in targets]
    rows = [[target.example for target in targets]]
    return _workbook(_("old-cases.xlsx"), header, rows)


@require_safe
@allow(Right.OVERSEE_CASES)
def detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """How far an import has come. Refreshes itself by its region."""
    table = _find(request, pk)
    if table.state == ImportState.MATCHING and rules.can_carry_on(request.user, table):
        if "HX-Request" not in request.headers:
            return redirect("imports:columns", pk=table.pk)
        return HttpResponse(headers={"HX-Redirect": reverse("imports:columns", args=[table.pk])})
    shown = showing.of(request, table)
    if shown.reads:
        _log_reading(request, table, Verb.READ)
    if "HX-Request" not in request.headers:
        return render(request, "imports/detail.html", shown.context)
    status = 200 if table.is_moving else STOP_POLLING
    return render(request, "imports/_state.html", shown.context, status=status)


@require_http_methods(["GET", "POST"])
@allow(Right.OVERSEE_CASES)
def match(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Say what each column is, and what holds where a row says nothing."""
    table = _find(request, pk)
    ensure(rules.can_carry_on(request.user, table))
    if table.state not in (ImportState.MATCHING, ImportState.CHECKED):
        return redirect("imports:detail", pk=table.pk)
    form = ColumnsForm(request.POST or None, table=table, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.check(by=request.user, table=table, matched=form.matched, choices=form.choices)
        except actions.ImportRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("imports:detail", pk=table.pk)
    _log_reading(request, table, Verb.READ)
    status = 422 if form.is_bound else 200
    return render(request, "imports/columns.html", {"table": table, "form": form}, status=status)


@require_safe
@allow(Right.OVERSEE_CASES)
def errors(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The rows with errors as a table of their own: to be corrected in place, and uploaded again."""
    table = _find(request, pk)
    ensure(rules.can_carry_on(request.user, table))
    _log_reading(request, table, Verb.DOWNLOADED)
    header = [_("Row in the old table"), _("To be corrected"), *table.head["header"]]
    return _workbook(_("rows-to-correct.xlsx"), header, islice(showing.wrong_rows(table), showing.FETCHED))


@require_POST
@allow(Right.OVERSEE_CASES)
def carry_out(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Make cases of every row that is right."""
    return _act(request, pk, actions.carry_out)


@require_POST
@allow(Right.OVERSEE_CASES)
def stop(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Stop after the rows that are in hand."""
    return _act(request, pk, actions.stop)


@require_POST
@allow(Right.OVERSEE_CASES)
def undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take the cases back that nobody has worked on."""
    return _act(request, pk, actions.undo)


@require_POST
@allow(Right.OVERSEE_CASES)
def discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Throw the table away."""
    table = _find(request, pk)
    try:
        actions.discard(by=request.user, table=table)
    except actions.ImportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("imports:detail", pk=table.pk)
    messages.success(request, _("The table is thrown away. Nothing was imported."))
    return redirect("imports:new")


def _act(request: SignedInRequest, pk: UUID, act: Callable[..., Any]) -> HttpResponse:
    table = _find(request, pk)
    try:
        act(by=request.user, table=table)
    except actions.ImportRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("imports:detail", pk=table.pk)


def _new(request: SignedInRequest, form: FileForm, *, status: int = 200) -> HttpResponse:
    before = CaseImport.objects.visible_to(request.user).select_related("by", "data_key")[:SHOWN]
    return render(request, "imports/new.html", {"form": form, "before": before}, status=status)


def _find(request: SignedInRequest, pk: UUID) -> CaseImport:
    found = CaseImport.objects.visible_to(request.user).select_related("by", "partner", "data_key")
    return get_object_or_404(found, pk=pk)


def _log_reading(request: SignedInRequest, table: CaseImport, verb: Verb) -> None:
    log.add(verb, by=request.user, subjects=[f"draft:{table.pk}"], owners=[table.partner_id], what="import")


def _workbook(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    with xlsx_file(header, rows) as book:
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(book.read(), content_type=XLSX_TYPE, headers=headers)
