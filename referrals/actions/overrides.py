"""To save a life a supervisor may share without the worker's consent; another one reviews it (UU 27/2022 art. 20(2)d)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from cases.audience import people
from cases.choices import ConsentMethod, EventKind
from cases.events import record
from cases.models import Case, Consent
from notifications.actions import notify
from notifications.choices import Kind

from .. import rules
from ..models import Referral
from ..moves import ActRefused, hold
from .consent import now_of, when
from .shared import done_before, key_used


def is_override(grant: Mapping[str, Any]) -> bool:
    return grant.get("method") == ConsentMethod.OVERRIDE


def overridden(referral: Referral, *, by: User, at: datetime) -> None:
    """Log that a case was shared without the worker's consent, and ask the other supervisors to review it.

    The reason stays with the case's own partner: it may say more of the worker than the groups that were shared.
    """
    case, consent = referral.case, referral.consent
    record(
        case,
        EventKind.CONSENT_OVERRIDDEN,
        by=by,
        text=consent.override_reason,
        at=at,
        consent=consent.pk,
        number=referral.number,
    )
    notify(
        reviewers(case, but=by),
        kind=Kind.OVERRIDE_TO_REVIEW,
        reference=case.reference,
        path=reverse("referrals:consents", args=[case.reference]),
        urgent=True,
    )


def reviewers(case: Case, *, but: User) -> list[User]:
    """The supervisors who may judge what one of them decided; sometimes there is no other."""
    return [person for person in people(case.partner, Right.OVERSEE_CASES) if person != but]


@transaction.atomic
def review_override(*, by: User, consent: Consent, text: str, key: UUID | None = None) -> Consent:
    """Judge, as another supervisor, a decision to share without consent.

    Raises PermissionDenied for whoever made it, for another role and for somebody else's case; ActRefused when it is
    reviewed already.
    """
    hold(consent.case)
    current = now_of(consent)
    if not rules.is_reviewer(by, current):
        raise PermissionDenied
    if earlier := done_before(key, by=by, kind=EventKind.CONSENT_REVIEWED, text=text):
        if earlier.data.get("consent") != current.pk:
            raise key_used()
        return current
    if not rules.can_review_override(by, current):
        raise ActRefused(
            _("%(who)s has reviewed it already: %(when)s.")
            % {"who": current.reviewed_by, "when": when(current.reviewed_at)}
        )
    current.reviewed_at, current.reviewed_by, current.review_note = timezone.now(), by, text
    current.save(update_fields=["reviewed_at", "reviewed_by", "review_note"])
    record(
        current.case,
        EventKind.CONSENT_REVIEWED,
        by=by,
        text=text,
        key=key,
        at=current.reviewed_at,
        consent=current.pk,
    )
    Case.objects.filter(pk=current.case_id).update(changed_at=current.reviewed_at)
    return current
