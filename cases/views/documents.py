"""The documents of a case: listing, adding, downloading, removing and putting back."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import prepared, uploads
from accounts.models import User
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right

from .. import access_log, document_rows, documents, rules, storage
from ..documents import DocumentRefused
from ..forms import DocumentForm
from ..models import Case, Document
from . import door

logger = logging.getLogger(__name__)

NEWEST = 5  # documents on the page of the case


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.WORK_CASES)
@uploads.takes_file
def documents_(request: SignedInRequest, reference: str) -> HttpResponse:
    """The list, and the form that adds one."""
    case = door.case_or_404(request.user, reference, door.with_keys)
    if request.method != "POST":
        return _page(request, case, DocumentForm())
    ensure(rules.can_add_document(request.user, case))
    form = filled_in(request)
    if not form.is_valid():
        return _page(request, case, form, status=422)
    try:
        documents.add(by=request.user, case=case, **form.cleaned_data)
    except DocumentRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, case, form, status=409)
    except OSError:
        return _page(request, case, not_kept(form), status=503)
    messages.success(request, _("The document is added."))
    return redirect("cases:documents", reference)


@require_safe
@allow(Right.WORK_CASES)
def document(request: SignedInRequest, reference: str, pk: uuid.UUID) -> HttpResponseBase:
    """Download one document."""
    return download(request.user, get_object_or_404(_of(request, reference).kept(), pk=pk))


@require_POST
@allow(Right.WORK_CASES)
def remove(request: SignedInRequest, reference: str, pk: uuid.UUID) -> HttpResponse:
    """Take a document out of sight."""
    found = get_object_or_404(_of(request, reference), pk=pk)
    ensure(rules.can_remove_document(request.user, found))
    documents.remove(by=request.user, document=found)
    messages.success(request, _("The document is removed. You can put it back for 30 days."))
    return redirect("cases:documents", reference)


@require_POST
@allow(Right.WORK_CASES)
def restore(request: SignedInRequest, reference: str, pk: uuid.UUID) -> HttpResponse:
    """Put a removed document back."""
    found = get_object_or_404(_of(request, reference), pk=pk)
    ensure(rules.can_remove_document(request.user, found))
    try:
        documents.restore(by=request.user, document=found)
    except DocumentRefused as refusal:
        messages.error(request, str(refusal))
        return _page(request, found.case, DocumentForm(), status=409)
    messages.success(request, _("The document is back."))
    return redirect("cases:documents", reference)


def newest(case: Case) -> list[document_rows.Row]:
    """The newest documents, for the page of the case: to download; all else is done on their own page."""
    found = prepared.rows("newest documents", None, _newest, case=case.pk)
    address = _address(case)
    return [document_rows.shown(row, address) for row in found]


def _newest(case: int) -> Any:
    return Document.objects.with_page_data().filter(case=case).kept()[:NEWEST]


# Shared with the pages of a referral ----------------------------------------------------------


def filled_in(request: SignedInRequest) -> DocumentForm:
    """The form as it was sent, which knows when its file was not kept."""
    return DocumentForm(request.POST, request.FILES, too_large=uploads.too_large(request))


def not_kept(form: DocumentForm) -> DocumentForm:
    """The form after the disk refused the file; everything else stays typed."""
    logger.exception("A document could not be written")
    form.add_error("file", _("The portal cannot keep the file just now. Please try again in a while."))
    return form


def download(by: User, found: Document) -> FileResponse:
    """The bytes as a file to save: never shown inside the portal's own pages, never kept by a cache. It is written down.

    Raises Http404 when they are gone from the disk, PermissionDenied when the virus scanner has not found them clean.
    """
    ensure(rules.can_fetch_document(found))
    try:
        content = storage.read(found)
    except FileNotFoundError as error:
        logger.error("The file of document %s is gone", found.pk)
        raise Http404 from error
    access_log.downloaded(by, found.case, f"document:{found.pk}")
    response = FileResponse(
        content, as_attachment=True, filename=found.file_name, content_type=found.content_type
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _of(request: SignedInRequest, reference: str) -> Any:
    """The documents of a case of the reader's own partner; none of anybody else's."""
    cases = Case.objects.visible_to(request.user)
    return (
        Document.objects.with_page_data()
        .select_related("case__worker")
        .filter(case__in=cases, case__reference=reference)
    )


def _page(request: SignedInRequest, case: Case, form: DocumentForm, *, status: int = 200) -> HttpResponse:
    access_log.read(request.user, case, "documents")
    found = Document.objects.with_page_data().filter(case=case)
    rows = document_rows.rows(request.user, found.kept(), _address(case))
    removed = document_rows.rows(request.user, found.removed(), _address(case))
    missing = documents.reporter_needs_power_of_attorney(case) and not any(
        row.document.is_power_in_force for row in rows
    )
    context = {
        "case": case,
        "form": form,
        "rows": rows,
        "removed": [row for row in removed if row.restore_url or row.notice],
        "missing_power_of_attorney": missing,
        "may_follow_later": documents.may_follow_later(case),
    }
    return render(request, "cases/documents.html", context, status=status)


def _address(case: Case) -> document_rows.Address:
    return lambda act, row: reverse(f"cases:{act}", args=[case.reference, row.pk])
