"""The way to one referral: by a set that is visible to the reader, never by its bare id."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import Http404

from accounts import prepared
from accounts.models import User
from cases.views.door import CaseErased, CaseRestricted

from ..models import Referral, ReferralQuerySet


def found(user: User, pk: uuid.UUID, loaded: Callable[[ReferralQuerySet], ReferralQuerySet]) -> Referral:
    """The referral, if it is visible to this person, with what `loaded` brings along: a function whose query is built once.

    Raises CaseErased and CaseRestricted for people at the sender whose case was erased or is closed to them, Http404 for
    everybody else.
    """

    def wanted(reader: User, pk: uuid.UUID) -> ReferralQuerySet:
        visible = Referral.objects.visible_to(reader).filter(pk=pk)
        return loaded(visible).order_by()  # ordering costs what is read

    referral: Referral | None = next(iter(prepared.rows(("referral", loaded), user, wanted, pk=pk)), None)
    if referral is None:
        closed = Referral.objects.closed_to(user).filter(pk=pk)
        if of_theirs := closed.select_related("case__assigned_to", "case__outcome").first():
            case = of_theirs.case
            raise CaseErased(user, case) if case.is_erased else CaseRestricted(case)
        raise Http404
    return referral
