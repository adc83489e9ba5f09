"""The documents of a referral: a panel on its page, and a page of its own where both sides add and fetch them.

A document is found through a referral that its reader may see, and only if the worker's consent shows it there.
"""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.policy import SignedInRequest, allow, ensure
from accounts.roles import Right
from accounts.uploads import takes_file
from cases import access_log, document_rows
from cases.choices import DataGroup, DocumentKind
from cases.documents import may_follow_later, missing_power_of_attorney
from cases.forms import DocumentForm
from cases.models import Document
from cases.models.document import DocumentQuerySet
from cases.rules import can_remove_document
from cases.views.documents import download, filled_in, not_kept

from .. import actions, disclosure, rules
from ..actions import ActRefused
from ..models import Referral, ReferralQuerySet
from . import door

SHOWN = 10  # documents in the panel


def panel(user: User, referral: Referral) -> dict[str, Any]:
    """The documents as the page of a referral shows them; nothing for a receiver to whom the case is closed."""
    as_sender = rules.is_sender(user, referral)
    if not (as_sender or disclosure.is_open(referral)):
        return {"documents": None}
    found = list(readable(user, referral).with_page_data()[: SHOWN + 1])
    address = _address(referral)
    rows = [document_rows.shown(row, address) for row in found[:SHOWN]]
    return {"documents": {"rows": rows, "more": len(found) > SHOWN, **_notes(referral, as_sender)}}


def _notes(referral: Referral, as_sender: bool) -> dict[str, Any]:
    """What is said beside the list: whether anything is shared, and whether a power of attorney is missing."""
    return {
        "not_shared": not (as_sender or disclosure.shows(referral, DataGroup.DOCUMENTS)),
        "missing_power_of_attorney": as_sender
        and missing_power_of_attorney(referral.case, referral.receiver),
        "may_follow_later": may_follow_later(referral.case),
    }


def readable(user: User, referral: Referral) -> DocumentQuerySet:
    """What this reader finds here: the receiver what it may see now; the sender the same, and whatever the receiver
    has ever added."""
    shown = disclosure.documents(referral)
    if not rules.is_sender(user, referral):
        return shown
    return (shown | Document.objects.kept().filter(referral_id=referral.pk)).order_by("-added_at", "pk")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Right.WORK_CASES)
@takes_file
def documents(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The list, and the form that adds one."""
    referral = _load(request.user, pk)
    if request.method != "POST":
        return _page(request, referral, DocumentForm())
    form = filled_in(request)
    if not form.is_valid():
        return _page(request, referral, form, status=422)
    try:
        document = actions.add_document(by=request.user, referral=referral, **form.cleaned_data)
    except ActRefused as refusal:
        return _page(request, _load(request.user, pk), form, refusal=str(refusal), status=409)
    except OSError:
        return _page(request, referral, not_kept(form), status=503)
    messages.success(request, _said(referral, document))
    return redirect("referrals:documents", pk)


def _said(referral: Referral, document: Document) -> str:
    if document.referral_id is None and not disclosure.is_open(referral):
        return _("The document is added to the case.")
    if document.referral_id is None and not disclosure.shows_kind(referral, DocumentKind(document.kind)):
        return _(
            "The document is added to the case. The agency does not see it: the worker did not agree to that."
        )
    return _("The document is added. The other side sees it.")


@require_safe
@allow(Right.WORK_CASES)
def document(request: SignedInRequest, pk: uuid.UUID, document: uuid.UUID) -> HttpResponseBase:
    """Download one document."""
    referral = _load(request.user, pk)
    found = get_object_or_404(readable(request.user, referral), pk=document)
    found.case = referral.case
    return download(request.user, found)


@require_POST
@allow(Right.WORK_CASES)
def remove(request: SignedInRequest, pk: uuid.UUID, document: uuid.UUID) -> HttpResponse:
    said = _("The document is removed. You can put it back for 30 days.")
    return _perform(request, pk, document, actions.remove_document, said)


@require_POST
@allow(Right.WORK_CASES)
def restore(request: SignedInRequest, pk: uuid.UUID, document: uuid.UUID) -> HttpResponse:
    return _perform(request, pk, document, actions.restore_document, _("The document is back."))


def _perform(
    request: SignedInRequest, pk: uuid.UUID, document: uuid.UUID, action: Callable[..., Document], said: str
) -> HttpResponse:
    referral = _load(request.user, pk)
    known = readable(request.user, referral) | _own(request.user, referral)
    found = get_object_or_404(known, pk=document)
    ensure(can_remove_document(request.user, found))
    try:
        action(by=request.user, referral=referral, document=found)
    except ActRefused as refusal:
        return _page(request, _load(request.user, pk), DocumentForm(), refusal=str(refusal), status=409)
    messages.success(request, said)
    return redirect("referrals:documents", pk)


def _own(user: User, referral: Referral) -> DocumentQuerySet:
    """What the reader's own people added to this referral, removed or not; what may be done to it the action says."""
    return Document.objects.filter(partner=user.partner, referral_id=referral.pk)


def _load(user: User, pk: uuid.UUID) -> Referral:
    return door.found(user, pk, ReferralQuerySet.with_page_data)


def _page(
    request: SignedInRequest, referral: Referral, form: DocumentForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    user = request.user
    access_log.read(user, referral.case, f"documents:{referral.number}")
    address = _address(referral)
    may_add = rules.can_add_document(user, referral)
    removed = _own(user, referral).removed().with_page_data() if may_add else Document.objects.none()
    as_sender = rules.is_sender(user, referral)
    context = {
        "referral": referral,
        "as_sender": as_sender,
        "documents": _notes(referral, as_sender),
        "rows": document_rows.rows(user, readable(user, referral).with_page_data(), address),
        "removed": document_rows.rows(user, removed, address),
        "form": form if may_add or form.is_bound else None,
        "refusal": refusal,
        "is_open": as_sender or disclosure.is_open(referral),
    }
    return render(request, "referrals/documents.html", context, status=status)


def _address(referral: Referral) -> document_rows.Address:
    return lambda act, row: reverse(f"referrals:{act}", args=[referral.pk, row.pk])
