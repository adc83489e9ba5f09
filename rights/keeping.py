"""What keeps a case from being erased. Asked when a person says so, and again when the worker process is about to do it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from cases.closing import live_referrals
from cases.models import Case
from cases.pausing import case_paused

from .choices import ErasureWhy, RequestKind
from .models import DataRequest, Erasure, LegalHold


def why_not(case: Case, *, request: DataRequest | None = None) -> str:
    """Why a held case cannot be erased now, or an empty text. Live referrals are withdrawn by a person first: an agency at
    work must hear it from somebody, and its own duties may ask for more than our silence. What else the worker has asked is
    answered first, too, and their pause lifted, which they may have asked for because they need the data; where they ask for
    the erasure itself (`request`) that is no question, and they may have asked for it twice.
    """
    if LegalHold.objects.standing().filter(case=case).exists():
        return _("%(case)s is under a legal hold. It has to be lifted first.") % {"case": case.reference}
    if case.is_paused and request is None:
        return case_paused()
    if live := live_referrals(case):
        return _("%(referrals)s: still live. Please withdraw it, or wait until it has ended.") % {
            "referrals": ", ".join(referral.reference for referral in live)
        }
    if asked := list(_open_requests(case, request)):
        return _("%(requests)s: still open. Please answer it first.") % {"requests": ", ".join(asked)}
    return ""


def _open_requests(case: Case, request: DataRequest | None) -> models.QuerySet[DataRequest, str]:
    open_ = DataRequest.objects.open().filter(cases=case)
    if request is not None:
        open_ = open_.exclude(kind=RequestKind.ERASURE)
    return open_.order_by("reference").values_list("reference", flat=True)


def is_over(erasure: Erasure) -> bool:
    """Whether its reason has gone: the time for keeping a case that was reopened, closed again or not, begins anew."""
    closed_at = erasure.case.closed_at
    reopened = closed_at is None or closed_at > erasure.proposed_at
    return erasure.why == ErasureWhy.RETENTION and reopened
