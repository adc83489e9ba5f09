"""How long cases are kept: the rules, legal holds, and confirming what the worker process then erases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from agencies.choices import SourceStatus
from cases import access_log
from cases.models import Case
from notifications.nudges import nudge
from privacy.choices import Verb
from privacy.tracing import current_id

from .. import keeping, rules, tasks
from ..choices import ErasureState, ErasureWhy
from ..models import DataRequest, Erasure, LegalHold, RetentionRule
from .shared import Refused, Stale, made_by, one_at_a_time

WAITING = (ErasureState.PROPOSED, ErasureState.CONFIRMED)  # what a person can still take back


@transaction.atomic
def edit_rule(*, by: User, rule: RetentionRule, version: int, months: int, source: str) -> RetentionRule:
    """Keep cases of this class of outcome for another time. Raises PermissionDenied, Stale."""
    if not by.can(Right.MANAGE_PARTNERS):
        raise PermissionDenied
    current = RetentionRule.objects.select_for_update(no_key=True).get(pk=rule.pk)
    if (current.months, current.source) == (months, source):
        return current
    if current.version != version:
        raise Stale
    current.months, current.source, current.source_status = months, source, SourceStatus.OWN
    current.version += 1
    current.changed_at, current.changed_by = timezone.now(), by
    current.save()
    return current


@transaction.atomic
def hold(*, by: User, case: Case, key: UUID, reason: str, review_on: date) -> LegalHold:
    """Keep a case from being erased until somebody lifts that; a proposal to erase it falls, confirmed or not.

    The same `key` again is the same hold. Raises PermissionDenied, Refused where one stands, or the case is erased.
    """
    one_at_a_time(key)
    [current] = _held([case.pk])
    if not rules.decides_on(by, current):
        raise PermissionDenied
    if earlier := made_by(key, LegalHold):
        if (earlier.case_id, earlier.placed_by_id) != (current.pk, by.pk):
            raise PermissionDenied
        return earlier
    if LegalHold.objects.standing().filter(case=current).exists():
        raise Refused(_("The case is held already."))
    if current.is_erased:
        raise Refused(_("It is too late: the case is erased."))
    now = timezone.now()
    placed = LegalHold.objects.create(
        pk=key,
        case=current,
        reason=reason,
        placed_at=now,
        placed_by=by,
        review_on=review_on,
        next_on=review_on,
    )
    Erasure.objects.filter(case=current, state__in=WAITING).update(
        state=ErasureState.DROPPED, decided_at=now, decided_by=by, next_at=None
    )
    access_log.about(Verb.WROTE, by, [current], "hold")
    return placed


@transaction.atomic
def lift(*, by: User, hold: LegalHold, reason: str) -> LegalHold:
    """Let the case be erased again when its time comes. One that is lifted stays as it is. Raises PermissionDenied."""
    current = LegalHold.objects.select_for_update(of=("self",), no_key=True).select_related("case")
    found = current.get(pk=hold.pk)
    if not rules.decides_on(by, found.case):
        raise PermissionDenied
    if found.lifted_at is None:
        found.lifted_at, found.lifted_by, found.lift_reason = timezone.now(), by, reason
        found.next_on = None
        found.save(update_fields=["lifted_at", "lifted_by", "lift_reason", "next_on"])
        access_log.about(Verb.WROTE, by, [found.case], "hold")
    return found


@transaction.atomic
def confirm(*, by: User, erasures: Iterable[Erasure]) -> int:
    """Confirm a batch of what the portal proposed; the worker process erases it. How many were confirmed now.

    What somebody confirmed, dropped or put on hold meanwhile is left as it is. Raises PermissionDenied for another
    partner's.
    """
    erasures = list(erasures)
    _held(erasure.case_id for erasure in erasures)
    rows = Erasure.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    confirmed = 0
    for erasure in rows.filter(pk__in=[erasure.pk for erasure in erasures]).select_related("case", "request"):
        if not rules.decides_on(by, erasure.case):
            raise PermissionDenied
        if _waits(erasure) and not keeping.why_not(erasure.case, request=erasure.request):
            _confirm(erasure, by=by)
            confirmed += 1
    return confirmed


def _waits(erasure: Erasure) -> bool:
    return erasure.state == ErasureState.PROPOSED and not keeping.is_over(erasure)


def confirm_for(request: DataRequest, cases: Sequence[Case], *, by: User) -> None:
    """Confirm the erasure of held cases, none of them erased yet, for which a request was granted.

    Raises Refused with the first thing in the way.
    """
    for case in cases:
        if problem := keeping.why_not(case, request=request):
            raise Refused(problem)
    now = timezone.now()
    for case in cases:
        erasure = Erasure.objects.exclude(state=ErasureState.DROPPED).filter(case=case).first()
        if erasure is not None and erasure.state == ErasureState.CONFIRMED:
            continue
        erasure = erasure or Erasure(case=case, proposed_at=now, due_on=timezone.localdate())
        erasure.request, erasure.why = request, ErasureWhy.REQUEST
        _confirm(erasure, by=by)


def drop_for(request: DataRequest) -> None:
    """Take back what was confirmed for a request, which is refused after all. Raises Refused once a case is erased."""
    erasures = Erasure.objects.filter(request=request)
    _held(erasures.values_list("case", flat=True))
    if erasures.filter(state=ErasureState.ERASED).exists():
        raise Refused(_("It is too late: the case is erased."))
    erasures.filter(state__in=WAITING).update(state=ErasureState.DROPPED, next_at=None)


def _confirm(erasure: Erasure, *, by: User) -> None:
    erasure.state, erasure.decided_at, erasure.decided_by = ErasureState.CONFIRMED, timezone.now(), by
    erasure.next_at, erasure.trace_id = Now(), current_id()
    erasure.save()
    access_log.about(Verb.WROTE, by, [erasure.case], "erasure")
    nudge(tasks.erase, str(erasure.pk))


def _held(ids: Iterable[int]) -> list[Case]:
    """The cases, held until the transaction ends: whoever confirms and whoever puts on hold follow each other."""
    rows = Case.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(ids))
    return list(rows.order_by("pk"))
