"""The copy of one person's data: having it made, and fetching it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import UUIDField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from cases import access_log
from privacy.choices import Verb

from .. import actions, rules
from ..models import DataExport
from .acting import for_own_partner
from .requests import found, page

TYPES = {"pdf": "application/pdf", "json": "application/json"}


@require_POST
@allow(Right.WORK_CASES)
@for_own_partner
def ask(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Have the copy made by a worker process."""
    row = found(request.user, pk)
    ensure(rules.can_export(request.user, row))
    try:
        key = UUIDField().clean(request.POST.get("key"))
    except ValidationError:
        key = uuid.uuid4()
    try:
        actions.ask_export(by=request.user, request=row, key=key)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
        return page(request, row, status=409)
    messages.success(request, _("The copy is being prepared. You are told when it is ready."))
    return redirect(row)


@require_safe
@allow(Right.WORK_CASES)
@for_own_partner
def fetch_pdf(request: SignedInRequest, pk: uuid.UUID, export: uuid.UUID) -> HttpResponse:
    """The copy as a paper."""
    return _fetch(request, pk, export, "pdf")


@require_safe
@allow(Right.WORK_CASES)
@for_own_partner
def fetch_json(request: SignedInRequest, pk: uuid.UUID, export: uuid.UUID) -> HttpResponse:
    """The copy for programs (UU 27/2022 art. 13)."""
    return _fetch(request, pk, export, "json")


def _fetch(request: SignedInRequest, pk: uuid.UUID, export_id: uuid.UUID, column: str) -> HttpResponse:
    """One of the two files; 410 with a sentence when its seven days are over. Every fetching is logged."""
    row = found(request.user, pk)
    export = get_object_or_404(DataExport.objects.visible_to(request.user), pk=export_id, request=row)
    ensure(rules.reads_texts(request.user, row))
    if not rules.can_fetch(request.user, export):
        messages.error(request, _("This copy is over or not ready. Please have a new one prepared."))
        return page(request, row, status=410)
    access_log.about(Verb.DOWNLOADED, request.user, row.cases.all(), f"copy:{row.pk}")
    response = HttpResponse(export.opened(column), content_type=TYPES[column])
    response["Content-Disposition"] = f'attachment; filename="{row.reference}.{column}"'
    return response
