"""The verbs of a case's documents: add, remove, restore. Each is one transaction with an explicit actor."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy import hold
from agencies.choices import Urgency
from agencies.models import Partner

from . import rules, storage
from .choices import DocumentKind, EventKind, ReporterType, ScanState
from .events import done_already, record
from .file_check import CheckedFile
from .models import Case, Document
from .pausing import case_paused

MOST = 300  # documents of one case
SAYS = (
    "kind",
    "note",
    "scope",
    "valid_until",
    "fingerprint",
    "file_name",
    "referral_id",
)  # what a form brings


class DocumentRefused(Exception):
    """The document cannot be added, removed or put back (any more); the message says why to the reader."""


def add(
    *,
    by: User,
    case: Case,
    kind: DocumentKind | str,
    file: CheckedFile,
    note: str = "",
    scope: str = "",
    valid_until: date | None = None,
    key: UUID | None = None,
    referral: Any = None,
) -> Document:
    """Put a file to the case; with `referral`, to that referral, for its two sides alone.

    The bytes are on the disk before the row is written; the same form again adds nothing. A `referral` is for its
    receiver's people: whether it is still open to them, the caller has asked. Raises PermissionDenied for somebody
    else's case or referral, DocumentRefused when the case has too many or is paused, OSError when the disk does not take it.
    """
    if not rules.can_add_document(by, case, referral):
        raise PermissionDenied
    document_id = uuid4()
    stored = storage.keep(file, document_id=document_id, key_id=case.data_key_id)
    said = {"kind": str(kind), "note": note, "scope": scope, "valid_until": valid_until}
    new = Document(
        pk=document_id,
        file_name=file.name,
        content_type=file.content_type,
        scan=file.scan,
        referral=referral,
        **said,
    )
    try:
        document = _write(new, by=by, case=case, stored=stored, key=key)
    except DocumentRefused:
        storage.drop(stored)
        raise
    if document.stored_as != stored.name:
        storage.drop(stored)  # the form had been here before
    return document


@transaction.atomic
def _write(new: Document, *, by: User, case: Case, stored: storage.Stored, key: UUID | None) -> Document:
    current = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    hold(by)  # reading and checking the file may have taken a while
    earlier = done_already(key, by=by, kind=EventKind.DOCUMENT_ADDED)
    new.case, new.added_by, new.fingerprint = current, by, stored.fingerprint
    if earlier and (same := _same(new, since=earlier.at)):
        return same
    if current.is_paused and new.referral is None:
        raise DocumentRefused(case_paused())
    if Document.objects.filter(case=current).count() >= MOST:
        raise DocumentRefused(_("This case has %(most)s documents, and takes no more.") % {"most": MOST})
    now = timezone.now()
    new.size, new.stored_as, new.added_at = stored.size, stored.name, now
    new.scanned_at = None if new.scan == ScanState.UNSCANNED else now
    assert by.partner_id is not None  # the rule asked: of the case's own partner, or the referral's receiver
    new.partner_id = by.partner_id
    new.save(force_insert=True)
    fresh = None if earlier else key  # a form that went out twice with two files brought two documents
    _tell(new, EventKind.DOCUMENT_ADDED, by=by, key=fresh, at=new.added_at)
    return new


def _same(new: Document, *, since: datetime) -> Document | None:
    """The document that this very form has brought before."""
    mine = Document.objects.filter(case=new.case, added_by=new.added_by, added_at__gte=since)
    wanted = [getattr(new, name) for name in SAYS]
    return next((row for row in mine if [getattr(row, name) for name in SAYS] == wanted), None)


@transaction.atomic
def remove(*, by: User, document: Document) -> Document:
    """Take the document out of sight; it can be put back for 30 days. Removed already, it stays as it is.

    Raises PermissionDenied for a document that another partner added.
    """
    current = _hold(document)
    if rules.is_shut_out(by, current.case) or not rules.can_remove_document(by, current):
        raise PermissionDenied
    if not current.is_removed:
        current.removed_at, current.removed_by = timezone.now(), by
        current.save(update_fields=["removed_at", "removed_by"])
        _tell(current, EventKind.DOCUMENT_REMOVED, by=by, at=current.removed_at)
    return current


@transaction.atomic
def restore(*, by: User, document: Document) -> Document:
    """Put a document back that was removed in the last 30 days; one that is there stays as it is.

    Raises PermissionDenied for a document that another partner added, DocumentRefused when it is too late.
    """
    current = _hold(document)
    if rules.is_shut_out(by, current.case) or not rules.can_remove_document(by, current):
        raise PermissionDenied
    if not current.is_removed:
        return current
    if not current.can_come_back:
        raise DocumentRefused(_("This document was removed more than 30 days ago and cannot be put back."))
    current.removed_at = current.removed_by = None
    current.save(update_fields=["removed_at", "removed_by"])
    _tell(current, EventKind.DOCUMENT_ADDED, by=by, at=timezone.now(), restored=True)
    return current


def _hold(document: Document) -> Document:
    """The document as it is now; acts on documents of one case follow each other."""
    Case.objects.select_for_update(no_key=True).get(pk=document.case_id)
    return Document.objects.with_page_data().select_related("case").get(pk=document.pk)


def _tell(document: Document, kind: EventKind, *, by: User, at: Any, **more: Any) -> None:
    """Write the event: which kind of document, and nothing of its name or content."""
    record(document.case, kind, by=by, referral=document.referral, at=at, document=document.kind, **more)
    Case.objects.filter(pk=document.case_id).update(changed_at=at)


# Powers of attorney ---------------------------------------------------------------------------


def missing_power_of_attorney(case: Case, partner: Partner | None) -> bool:
    """Whether this partner asks for a power of attorney (surat kuasa) and the case has none in force.

    Something to say, never a reason to stop: least of all in an emergency (`may_follow_later`).
    """
    return (
        partner is not None
        and partner.asks_power_of_attorney
        and not Document.objects.filter(case_id=case.pk).powers_of_attorney().exists()
    )


def may_follow_later(case: Case) -> bool:
    """Whether papers must not even be spoken of as missing: somebody is in danger."""
    return case.urgency == Urgency.EMERGENCY


def reporter_needs_power_of_attorney(case: Case) -> bool:
    """Whether a lawyer or an organisation speaks for the worker, who then usually gives them a power of attorney."""
    return case.reporter_type in (ReporterType.LAWYER, ReporterType.ORGANISATION)
