"""What the side that refers does: create, choose, answer, withdraw, reopen."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies import matching
from agencies.choices import ServiceKind
from agencies.models import Partner
from cases.choices import EventKind
from cases.events import record
from cases.models import Case, Consent
from cases.pausing import case_paused
from notifications.nudges import nudge

from .. import rules, tasks
from ..choices import State
from ..models import Referral
from ..moves import ActRefused, finish, hold, not_here, send, stays_active, twin_at, why_not_to
from ..routing import question, ranked
from .consent import says
from .overrides import is_override, overridden
from .shared import Rule, begin, done_before, key_used


@transaction.atomic
def create(
    *,
    by: User,
    case: Case,
    services: Iterable[ServiceKind],
    request: str,
    consent: Mapping[str, Any],
    previous: Referral | None = None,
    to: Partner | None = None,
    key: UUID | None = None,
) -> Referral:
    """Refer the case. The worker finds the agency, unless a person already says which one (`to`).

    `consent` holds the fields of the grant (`groups`, `given_by`, `method`, `given_on`…); one that a supervisor
    overrides to save a life goes to the other supervisors for review. The same `key` again returns the referral of the
    first time. Raises PermissionDenied for somebody else's case, for an override that is not this person's to decide or
    a `previous` that cannot be followed, ActRefused when `to` cannot be asked, KeyUsed when the form was sent before
    with another text.
    """
    locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if not rules.owns(by, locked):
        raise PermissionDenied
    if locked.is_closed:
        raise ActRefused(case_closed())
    if locked.is_paused and not is_override(consent):
        raise ActRefused(case_paused())
    if not _may_follow(by, locked, previous):
        raise PermissionDenied
    if is_override(consent) and not rules.can_override(by, locked):
        raise PermissionDenied
    services = list(services)
    if earlier := done_before(key, by=by, kind=EventKind.REFERRED, text=request):
        done = earlier.referral
        if done is None or earlier.case_id != locked.pk or not _says(done, services, consent, to):
            raise key_used()
        return done
    now = timezone.now()
    referral = _write(
        locked,
        by=by,
        now=now,
        consent=Consent.objects.create(case=locked, recorded_by=by, **consent),
        previous=previous,
        services=services,
        request=request,
    )
    record(locked, EventKind.REFERRED, by=by, referral=referral, key=key, at=now, text=request)
    if is_override(consent):
        overridden(referral, by=by, at=now)
    if to is not None:
        referral.ranking = ranked(matching.ask(question(referral)))
        return send(referral, to=to, by=by, chosen=True)
    Case.objects.filter(pk=locked.pk).update(changed_at=now)
    nudge(tasks.route)
    return referral


def case_closed() -> str:
    return _("The case is closed. Please reopen it first.")


def _says(
    referral: Referral, services: Iterable[ServiceKind], consent: Mapping[str, Any], to: Partner | None
) -> bool:
    """Whether a referral made before is what a form that came again asks for."""
    same_receiver = to is None or referral.receiver_id == to.pk
    return same_receiver and says(referral.consent, consent) and set(referral.services) == set(services)


def _write(case: Case, *, by: User, now: datetime, **fields: Any) -> Referral:
    return Referral.objects.create(
        case=case,
        number=case.referrals.count() + 1,
        sender_id=case.partner_id,
        urgency=case.urgency,
        created_by=by,
        created_at=now,
        changed_at=now,
        **fields,
    )


@transaction.atomic
def choose(*, by: User, referral: Referral, to: Partner, key: UUID | None = None) -> Referral:
    """Send a referral that found no single agency to the one this person names."""
    current, fresh = _begin(referral, by=by, kind=EventKind.SENT, rule=rules.can_choose, key=key)
    if fresh:
        return send(current, to=to, by=by, key=key, chosen=True)
    if current.receiver_id != to.pk:
        raise key_used()
    return current


@transaction.atomic
def answer(*, by: User, referral: Referral, text: str, key: UUID | None = None) -> Referral:
    """Answer the receiver's question; the move is theirs again, where they left it."""
    current, fresh = _begin(
        referral, by=by, kind=EventKind.ANSWERED, rule=rules.can_answer, key=key, text=text
    )
    if not fresh:
        return current
    back_to = State.ACCEPTED if current.accepted_at else State.RECEIVED
    return finish(current, back_to, EventKind.ANSWERED, by=by, key=key, text=text)


@transaction.atomic
def withdraw(*, by: User, referral: Referral, text: str, key: UUID | None = None) -> Referral:
    """Take the referral back; the receiver's view of the worker's data closes at once."""
    current, fresh = _begin(
        referral, by=by, kind=EventKind.WITHDRAWN, rule=rules.can_withdraw, key=key, text=text
    )
    if not fresh:
        return current
    current.ended_at, current.ended_by = timezone.now(), by
    return finish(current, State.WITHDRAWN, EventKind.WITHDRAWN, by=by, key=key, text=text)


@transaction.atomic
def reopen(*, by: User, referral: Referral, text: str, key: UUID | None = None) -> Referral:
    """Say that a completed referral is not done yet; it is accepted again."""
    current, fresh = _begin(
        referral, by=by, kind=EventKind.REOPENED, rule=rules.can_reopen, key=key, text=text
    )
    if not fresh:
        return current
    hold(current.case)
    if Case.objects.exclude(closed_at=None).filter(pk=current.case_id).exists():
        raise ActRefused(case_closed())
    if current.receiver is not None and not stays_active(current.receiver):
        raise ActRefused(not_here(current.receiver))
    if current.receiver is not None and twin_at(current.receiver, current):
        raise ActRefused(why_not_to(current, current.receiver))
    current.ended_at = current.ended_by = None
    current.outcome, current.amount, current.currency = None, None, ""
    return finish(current, State.ACCEPTED, EventKind.REOPENED, by=by, key=key, text=text)


def _begin(
    referral: Referral, *, by: User, kind: EventKind, rule: Rule, key: UUID | None, text: str = ""
) -> tuple[Referral, bool]:
    return begin(referral, by=by, kind=kind, side=rules.is_sender, rule=rule, key=key, text=text)


def _may_follow(by: User, case: Case, previous: Referral | None) -> bool:
    if previous is None:
        return True
    now = Referral.objects.get(pk=previous.pk)  # it may have been reopened since the page was opened
    return now.case_id == case.pk and rules.can_refer_again(by, now)
