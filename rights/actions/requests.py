"""A data subject's request from its coming in to its answer. Each step is one transaction that locks the request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases import access_log, audience
from cases.choices import EventKind
from cases.events import record
from cases.models import Case
from notifications.actions import notify
from notifications.choices import Kind
from privacy import keys
from privacy.choices import Verb
from referrals.actions import tell_receivers

from .. import reminders, rules
from ..choices import ALLOWED, BEFORE_IDENTITY, GROUNDS, WARN_AFTER, Ground, RequestKind, RequestState
from ..models import DataRequest
from . import pause, retention
from .shared import Refused, Stale, made_by, next_number, one_at_a_time

Rule = Callable[[User, DataRequest], bool]


@transaction.atomic
def receive(
    *, by: User, key: UUID, cases: Sequence[Case], received_at: datetime, **fields: Any
) -> DataRequest:
    """Write down what a worker, or who acts for them, asks (UU 27/2022 art. 14: recorded, electronic or not).

    The 72 hours count from `received_at`, not from when it was written down. The same `key` again is the same request.
    Raises PermissionDenied for a case that this person does not read, cases of two workers, or a key that is somebody
    else's.
    """
    one_at_a_time(key)
    if earlier := made_by(key, DataRequest):
        if earlier.recorded_by_id != by.pk:
            raise PermissionDenied
        return earlier
    held = _hold(cases)
    of_one_worker = len({case.worker_id for case in held}) == 1
    if not of_one_worker or not all(rules.can_receive(by, case) for case in held):
        raise PermissionDenied
    now = timezone.now()
    request = _write(by, key, received_at, now, fields)
    request.cases.set(held)
    for case in held:
        _tell_case(case, EventKind.DATA_REQUESTED, request, by=by, at=now)
    reminders.tell_of(request, Kind.REQUEST_RECEIVED, but=by)
    return request


def _write(by: User, key: UUID, received_at: datetime, now: datetime, fields: dict[str, Any]) -> DataRequest:
    assert by.partner is not None
    year = timezone.localdate(received_at).year
    known = DataRequest.objects.filter(partner=by.partner, year=year)
    number = next_number(known, f"data requests of {by.partner.pk}")
    prefix = by.partner.reference_prefix or by.partner.code
    return DataRequest.objects.create(
        pk=key,
        data_key=keys.make(),
        partner=by.partner,
        year=year,
        number=number,
        reference=f"{prefix}-PSD-{year}-{number:04d}",
        received_at=received_at,
        recorded_by=by,
        recorded_at=now,
        changed_at=now,
        due_at=received_at + ALLOWED,
        next_at=received_at + WARN_AFTER,
        **fields,
    )


@transaction.atomic
def identify(
    *, by: User, request: DataRequest, version: int, key: UUID, way: str, note: str = ""
) -> DataRequest:
    """Say how it was made sure who asks, before anything is decided."""
    current, fresh = _begin(request, by, version, key, rule=rules.can_identify, to=RequestState.IDENTIFIED)
    if fresh:
        current.identity_way, current.identity_note = way, note
        current.identified_at, current.identified_by = timezone.now(), by
        _finish(current, RequestState.IDENTIFIED, by=by, key=key)
    return current


@transaction.atomic
def decide(
    *, by: User, request: DataRequest, version: int, key: UUID, ground: str = "", note: str = ""
) -> DataRequest:
    """Grant the request, or refuse it on a `ground` that the law knows for its kind (art. 15, 33, 41(2), 44).

    Before the identity is checked it can only be refused, because it could not be or because it was taken back; what was
    granted can be refused until it is carried out.
    """
    to = RequestState.REFUSED if ground else RequestState.GRANTED
    current, fresh = _begin(request, by, version, key, rule=rules.can_decide, to=to)
    if not fresh:
        return current
    if ground and Ground(ground) not in GROUNDS[RequestKind(current.kind)]:
        raise Refused(_("This ground does not fit what is asked for."))
    if ground and current.identified_at is None and Ground(ground) not in BEFORE_IDENTITY:
        raise Refused(_("Please check the identity first. Without it this ground does not stand."))
    if current.state == RequestState.GRANTED:
        retention.drop_for(current)
    current.ground, current.decision_note = ground, note
    current.decided_at, current.decided_by = timezone.now(), by
    _finish(current, to, by=by, key=key)
    reminders.tell_of(current, Kind.REQUEST_DECIDED, but=by)
    return current


@transaction.atomic
def carry_out(
    *, by: User, request: DataRequest, version: int, key: UUID, corrected: Iterable[str] = ()
) -> DataRequest:
    """Do what was granted. A copy was handed over; `corrected` fields were put right and receivers are told; the cases
    are paused; or they are given to the worker process to be erased, which finishes the request itself.

    Raises Refused with a sentence where it cannot be: a live referral, a legal hold, nothing corrected.
    """
    current, fresh = _begin(request, by, version, key, rule=rules.can_carry_out, to=RequestState.DONE)
    if not fresh:
        return current
    held = _hold(current.cases.all())
    still_there = [case for case in held if not case.is_erased]
    if current.kind == RequestKind.ERASURE and still_there:
        retention.confirm_for(current, still_there, by=by)
        _stamp(current, by=by, key=key)
        return current
    if current.kind == RequestKind.CORRECTION:
        _correct(current, held, list(corrected), by=by)
    if current.kind == RequestKind.PAUSE:
        for case in held:
            pause.pause(case, request=current, by=by)
    current.done_at, current.done_by = timezone.now(), by
    _finish(current, RequestState.DONE, by=by, key=key)
    return current


def _correct(request: DataRequest, cases: list[Case], corrected: list[str], *, by: User) -> None:
    if not corrected:
        raise Refused(_("Please correct the case first, then say here which fields you corrected."))
    request.corrected = corrected
    now = timezone.now()
    for case in cases:
        _tell_case(case, EventKind.CORRECTED, request, by=by, at=now)
        tell_receivers(case, Kind.DATA_CORRECTED)


@transaction.atomic
def tell(*, by: User, request: DataRequest, version: int, key: UUID, channel: str) -> DataRequest:
    """Whoever asked was told what came of it (art. 30(2), 41(3), 45; 33 for a refusal: unconfirmed): it is finished."""
    current, fresh = _begin(request, by, version, key, rule=rules.can_tell, to=RequestState.TOLD)
    if fresh:
        current.told_channel, current.told_at, current.told_by = channel, timezone.now(), by
        current.next_at = None
        _finish(current, RequestState.TOLD, by=by, key=key)
    return current


def _begin(
    request: DataRequest, by: User, version: int, key: UUID, *, rule: Rule, to: RequestState
) -> tuple[DataRequest, bool]:
    """Lock the request and ask whether the step may be taken; False when this very form took it before."""
    visible = DataRequest.objects.visible_to(by).filter(pk=request.pk)
    if not visible.exists():
        raise PermissionDenied
    locked = DataRequest.objects.select_for_update(of=("self",), no_key=True).select_related("partner")
    current = locked.get(pk=request.pk)
    if not rule(by, current):
        raise PermissionDenied
    if current.last_key == key:
        return current, False
    if current.version != version:
        raise Stale
    if not rules.may_become(current, to):
        raise Refused(
            _("The request is now “%(state)s”; that no longer fits.")
            % {"state": RequestState(current.state).label}
        )
    return current, True


def _finish(request: DataRequest, state: RequestState, *, by: User, key: UUID) -> None:
    request.state = state
    _stamp(request, by=by, key=key)


def _stamp(request: DataRequest, *, by: User, key: UUID) -> None:
    request.version += 1
    request.last_key, request.changed_at = key, timezone.now()
    request.save()
    access_log.about(Verb.WROTE, by, request.cases.all(), request.log_code)
    Case.objects.filter(data_requests=request).update(changed_at=request.changed_at)


def _hold(cases: Iterable[Case]) -> list[Case]:
    ids = sorted(case.pk for case in cases)
    rows = Case.objects.select_for_update(of=("self",), no_key=True).select_related("partner", "assigned_to")
    return list(rows.filter(pk__in=ids).order_by("pk"))


def _tell_case(case: Case, kind: EventKind, request: DataRequest, *, by: User, at: datetime) -> None:
    record(case, kind, by=by, at=at, request=request.reference, about=request.kind)
    Case.objects.filter(pk=case.pk).update(changed_at=at)
    if kind is EventKind.DATA_REQUESTED:
        told = [person for person in audience.caseworkers(case) if person != by]
        notify(told, kind=Kind.REQUEST_RECEIVED, reference=request.reference, path=request.get_absolute_url())
