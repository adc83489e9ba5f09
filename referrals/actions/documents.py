"""Documents that both sides of a referral put before each other."""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.choices import Urgency
from cases import documents
from cases.choices import DocumentKind, EventKind
from cases.documents import DocumentRefused
from cases.file_check import CheckedFile
from cases.models import Document
from notifications.actions import notify
from notifications.choices import Kind

from .. import audience, disclosure, rules
from ..models import Referral
from ..moves import ActRefused, lock, why_refused


@transaction.atomic
def add_document(
    *,
    by: User,
    referral: Referral,
    kind: DocumentKind | str,
    file: CheckedFile,
    note: str = "",
    scope: str = "",
    valid_until: date | None = None,
    key: UUID | None = None,
) -> Document:
    """Add a document for the other side, and tell it. The same form again adds and tells nothing.

    What the receiver adds belongs to this referral and is read by its two sides alone. What the sender adds belongs to
    the case; the receiver is told of it if the worker agreed that it sees such a document. Raises PermissionDenied for
    somebody on neither side, ActRefused when the case is closed to the receiver or takes no more, OSError when the
    disk does not.
    """
    current = _lock(by, referral)
    if not rules.can_add_document(by, current):
        raise ActRefused(why_refused(current))
    as_receiver = rules.is_receiver(by, current)
    began = timezone.now()
    try:
        document = documents.add(
            by=by,
            case=current.case,
            kind=kind,
            file=file,
            note=note,
            scope=scope,
            valid_until=valid_until,
            key=key,
            referral=current if as_receiver else None,
        )
    except DocumentRefused as refusal:
        raise ActRefused(str(refusal)) from refusal
    if document.added_at < began:
        return document
    current.changed_at = document.added_at
    current.save(update_fields=["changed_at"])
    if as_receiver or disclosure.shows_kind(current, DocumentKind(kind)):
        _tell(current, by=by)
    return document


@transaction.atomic
def remove_document(*, by: User, referral: Referral, document: Document) -> Document:
    """Take a document of one's own out of sight. Raises PermissionDenied for one of the other side's, ActRefused when
    the case is closed to the receiver."""
    _ask(_lock(by, referral), by, document)
    return documents.remove(by=by, document=document)


@transaction.atomic
def restore_document(*, by: User, referral: Referral, document: Document) -> Document:
    """Put one's own document back. Raises what `remove_document` raises, and ActRefused after 30 days."""
    _ask(_lock(by, referral), by, document)
    try:
        return documents.restore(by=by, document=document)
    except DocumentRefused as refusal:
        raise ActRefused(str(refusal)) from refusal


def _lock(by: User, referral: Referral) -> Referral:
    current = lock(referral)
    if not rules.is_either_side(by, current):
        raise PermissionDenied
    return current


def _ask(referral: Referral, by: User, document: Document) -> None:
    """Whether this person may remove or put back this document here."""
    own_case = document.referral_id is None and document.case_id == referral.case_id
    if document.partner_id != by.partner_id or not (own_case or document.referral_id == referral.pk):
        raise PermissionDenied
    if not rules.can_add_document(by, referral):
        raise ActRefused(why_refused(referral))


def _tell(referral: Referral, *, by: User) -> None:
    notify(
        audience.to_tell(referral, of=EventKind.DOCUMENT_ADDED, by=by),
        kind=Kind.REFERRAL_DOCUMENT,
        reference=referral.reference,
        path=referral.get_absolute_url(),
        urgent=referral.urgency == Urgency.EMERGENCY,
    )
