"""A partner's data-sharing agreements: those on file, putting one there, and reading its paper."""

from __future__ import annotations

import io
import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import uploads
from accounts.policy import SignedInRequest, allow
from accounts.roles import Right
from agencies.models import Agreement, Partner
from agencies.models.staff import partners_managed_by

from .. import actions
from ..forms.partners import PDF, AgreementForm


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.MANAGE_PARTNERS)
@uploads.takes_file
def agreements(request: SignedInRequest, code: str) -> HttpResponse:
    """The agreements on file, those of before among them, and the form that adds one."""
    partner = get_object_or_404(partners_managed_by(request.user), code=code)
    if request.method != "POST":
        return _page(request, partner, AgreementForm())
    form = AgreementForm(request.POST, request.FILES, too_large=uploads.too_large(request))
    if not form.is_valid():
        return _page(request, partner, form, status=422)
    try:
        actions.file_agreement(by=request.user, partner=partner, **form.cleaned_data)
    except actions.AgreementRefused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _page(request, partner, form, status=409)
    messages.success(request, _("The agreement is on file."))
    return redirect("agencies:partner", partner.code)


@require_safe
@allow(Right.MANAGE_STAFF)
def agreement_paper(request: SignedInRequest, code: str, pk: uuid.UUID) -> HttpResponseBase:
    """The signed paper, to save."""
    rows = Agreement.objects.visible_to(request.user).filter(partner__code=code)
    found = get_object_or_404(rows, pk=pk)
    content = io.BytesIO(actions.paper_of(found))
    response = FileResponse(content, as_attachment=True, filename=found.file_name, content_type=PDF)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(request: SignedInRequest, partner: Partner, form: AgreementForm, status: int = 200) -> HttpResponse:
    rows = Agreement.objects.visible_to(request.user).without_document().filter(partner=partner)
    context: dict[str, Any] = {
        "partner": partner,
        "form": form,
        "agreements": rows.select_related("filed_by"),
    }
    return render(request, "administration/agreements.html", context, status=status)
