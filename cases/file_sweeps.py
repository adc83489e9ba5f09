"""What becomes of files by themselves: those not yet scanned are, and those removed for good are deleted."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from notifications.actions import notify
from notifications.choices import Kind
from privacy.sealing import SealBroken

from . import file_scan, storage
from .choices import ScanState
from .file_scan import ScannerDown
from .models import Case, Document
from .models.document import RESTORE_WITHIN

logger = logging.getLogger(__name__)
security = logging.getLogger("security")

LONGEST = 20  # seconds that one round goes on for
BATCH = 200
GRACE = timedelta(hours=1)  # in which somebody who pressed "put back" at the last moment is through


def scan_waiting() -> int:
    """Have the scanner look at what it has not seen; how many files those were. Whoever brought a virus is told."""
    if not file_scan.is_on():
        return 0
    end = time.monotonic() + LONGEST
    scanned = 0
    waiting = (
        Document.objects.filter(scan=ScanState.UNSCANNED, gone_at=None)
        .select_related("case", "referral", "added_by")
        .order_by("added_at")
    )
    for document in waiting[:BATCH]:
        if time.monotonic() > end:
            break
        try:
            with storage.read(document) as content:
                found = file_scan.verdict(iter(lambda: content.read(file_scan.PIECE), b""))
        except (FileNotFoundError, SealBroken):  # the security log tells of a broken seal
            continue
        except ScannerDown as problem:
            logger.warning("document %s could not be scanned: %s", document.pk, str(problem))
            continue
        _settle(document, found)
        scanned += 1
    return scanned


@transaction.atomic
def _settle(document: Document, found: ScanState) -> None:
    unscanned = Document.objects.filter(pk=document.pk, scan=ScanState.UNSCANNED)
    if not unscanned.update(scan=found, scanned_at=timezone.now()) or found is not ScanState.INFECTED:
        return
    security.error(
        "infected_file",
        extra={"document": str(document.pk), "user": document.added_by_id, "partner": document.partner_id},
    )
    about = document.referral or document.case
    notify(
        [document.added_by],
        kind=Kind.FILE_INFECTED,
        reference=document.case.reference,
        path=about.get_absolute_url(),
        urgent=True,
    )


def forget_removed() -> int:
    """Delete the bytes of documents that nobody can put back any more; how many. The row stays and says so.

    A case under a legal hold loses nothing (`rights` writes holds, and knows cases; not the reverse).
    """
    before = timezone.now() - RESTORE_WITHIN - GRACE
    held = Case.objects.filter(holds__isnull=False, holds__lifted_at=None)
    removed = Document.objects.filter(removed_at__lt=before, gone_at=None).exclude(case__in=held)
    forgotten = 0
    for document in removed[:BATCH]:
        storage.forget(document)
        Document.objects.filter(pk=document.pk, removed_at=document.removed_at).update(gone_at=timezone.now())
        forgotten += 1
    return forgotten
