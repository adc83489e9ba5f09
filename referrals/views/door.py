"""The way to one referral: by a set that is visible to the reader, never by its bare id."""

from __future__ import annotations

import uuid

from django.http import Http404

from accounts.models import User
from cases.views.door import CaseErased, CaseRestricted

from ..models import Referral, ReferralQuerySet


def found(user: User, visible: ReferralQuerySet, pk: uuid.UUID) -> Referral:
    """The referral, if it is among those `visible` to this person.

    Raises CaseErased and CaseRestricted for people at the sender whose case was erased or is closed to them, Http404 for
    everybody else.
    """
    referral: Referral | None = next(
        iter(visible.filter(pk=pk).order_by()), None
    )  # ordering costs what is read
    if referral is None:
        closed = Referral.objects.closed_to(user).filter(pk=pk)
        if of_theirs := closed.select_related("case__assigned_to", "case__outcome").first():
            case = of_theirs.case
            raise CaseErased(user, case) if case.is_erased else CaseRestricted(case)
        raise Http404
    return referral
