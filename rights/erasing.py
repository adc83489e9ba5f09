"""The worker's part of retention: propose what was kept for long enough, and erase what a person confirmed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from agencies.calendars import months_after
from agencies.models import Partner
from cases import access_log, audience
from cases.choices import EventKind
from cases.closing import live_referrals
from cases.events import record
from cases.models import Case
from cases.models.consent import HOME
from errands.queue import Queue
from notifications.actions import notify
from notifications.choices import Kind
from privacy.choices import Verb
from referrals.actions import end_sharing

from . import keeping, ledger, reminders, wiping
from .choices import ErasureState, ErasureWhy, RequestKind, RequestState
from .models import DataRequest, Erasure, LegalHold, RetentionRule

logger = logging.getLogger(__name__)

BATCH = 50  # requests of a round; the next one finds the others
PROPOSED_AT_ONCE = 500

QUEUE = Queue(
    name="erasure",
    title=_("Cases to be erased"),
    model=Erasure,
    waiting={"state": ErasureState.CONFIRMED, "stuck": False},
    parked={"state": ErasureState.CONFIRMED, "stuck": True},
    lease=timedelta(seconds=60),
    batch=1,
)


def propose_due(now: datetime | None = None) -> int:
    """Put every case whose time for keeping is over before those who decide; how many. Nothing is erased by that.

    Not those under a legal hold, nor paused ones, nor those with a live referral or an open request of the worker.
    """
    at = now or timezone.now()
    Erasure.objects.filter(state=ErasureState.PROPOSED).over().update(state=ErasureState.DROPPED)
    found: dict[int, int] = {}
    for rule in RetentionRule.objects.all():
        limit = months_after(at, -rule.months, HOME)
        for case in _due(rule, limit)[:PROPOSED_AT_ONCE]:
            if _propose(case, rule):
                found[case.partner_id] = found.get(case.partner_id, 0) + 1
    for partner in Partner.objects.filter(pk__in=found):
        _tell_due(partner, found[partner.pk])
    return sum(found.values())


def _tell_due(partner: Partner, count: int) -> None:
    notify(
        audience.people(partner, Right.DECIDE_REQUESTS),
        kind=Kind.ERASURES_DUE,
        reference=str(count),
        path=reverse("rights:retention"),
    )


def _due(rule: RetentionRule, limit: datetime) -> models.QuerySet[Case]:
    """Closed cases of this class of outcome that were closed then or before, and that nothing keeps."""
    closed = Case.objects.filter(
        closed_at__lte=limit, outcome__outcome_class=rule.outcome_class, erased_at=None, paused_at=None
    )
    held = LegalHold.objects.standing().filter(case=models.OuterRef("pk"))
    open_ = DataRequest.objects.open().filter(cases=models.OuterRef("pk"))
    known = Erasure.objects.exclude(state=ErasureState.DROPPED).filter(case=models.OuterRef("pk"))
    kept = models.Exists(held) | models.Exists(open_) | models.Exists(known)
    return closed.exclude(kept).order_by("closed_at", "pk")


@transaction.atomic
def _propose(case: Case, rule: RetentionRule) -> bool:
    locked = Case.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).filter(pk=case.pk)
    current = locked.first()
    if current is None or current.closed_at is None or live_referrals(current):
        return False
    _erasure, created = Erasure.objects.exclude(state=ErasureState.DROPPED).get_or_create(
        case=current,
        defaults={
            "why": ErasureWhy.RETENTION,
            "state": ErasureState.PROPOSED,
            "due_on": timezone.localdate(months_after(current.closed_at, rule.months, HOME), timezone=HOME),
            "proposed_at": timezone.now(),
        },
    )
    return created


def erase_due() -> int:
    """Erase every confirmed case whose time has come; how many."""
    erased: list[bool] = []
    QUEUE.carry_out(lambda erasure: erased.append(_erase_one(erasure)))
    return sum(erased)


def erase(erasure_id: UUID) -> bool:
    """Erase one confirmed case; whether it was. Being told twice is harmless."""
    QUEUE.carry_out(_erase_one, of=QUEUE.due().filter(pk=erasure_id))
    return Erasure.objects.filter(pk=erasure_id, state=ErasureState.ERASED).exists()


def _erase_one(erasure: Erasure) -> bool:
    """Erase one case and remove its files; whether it still had to be.

    The line in the ledger is on the disk before the transaction is committed: should that fail, the next round writes
    another line and erases then. Files go after the commit; should the process die before, they are bytes that no key
    opens, and `cases.storage.sweep` removes them.
    """
    files = _erase(erasure)
    remove(files or [])
    return files is not None


@transaction.atomic
def _erase(claimed: Erasure) -> list[str] | None:
    """Erase what still may be; the names of the files to remove, or None when nothing was erased.

    The worker is held, too: of two cases of theirs that are erased at once, the second sees that nobody needs their key.
    """
    held = Case.objects.select_for_update(of=("self", "worker"), no_key=True)
    case = held.select_related("partner", "worker").get(pk=claimed.case_id)
    rows = Erasure.objects.select_for_update(of=("self",), no_key=True).select_related(
        "decided_by", "request"
    )
    erasure = rows.get(pk=claimed.pk)
    erasure.case = case
    if erasure.state != ErasureState.CONFIRMED or not _may_go(erasure):
        return None
    by, now = erasure.decided_by, timezone.now()
    assert by is not None
    end_sharing(case, by=by, at=now)
    erasure.keys = wiping.keys_of(case)
    files = wiping.wipe(case, erasure.keys)
    Case.objects.filter(pk=case.pk).update(erased_at=now, changed_at=now)
    record(case, EventKind.ERASED, by=by, at=now, why=erasure.why)
    access_log.about(Verb.ERASED, by, [case], "erasure")
    erasure.state, erasure.erased_at, erasure.next_at = ErasureState.ERASED, now, None
    erasure.files = len(files)
    erasure.save()
    finish_requests(case, by=by, at=now)
    ledger.append(_line(erasure, case))
    return files


def _may_go(erasure: Erasure) -> bool:
    """Whether nothing has come between the word and the deed; else a person looks again, where there is anything to see."""
    case = erasure.case
    over = case.is_erased or keeping.is_over(erasure)
    if not over and not keeping.why_not(case, request=erasure.request):
        return True
    state = ErasureState.DROPPED if over else ErasureState.PROPOSED
    Erasure.objects.filter(pk=erasure.pk).update(state=state, next_at=None)
    if not over:
        _tell_due(case.partner, 1)
    return False


def _line(erasure: Erasure, case: Case) -> ledger.Line:
    assert erasure.erased_at is not None
    assert erasure.decided_by_id is not None
    return ledger.Line(
        erasure=str(erasure.pk),
        case=case.reference,
        keys=[str(key) for key in erasure.keys],
        by=erasure.decided_by_id,
        at=erasure.erased_at.isoformat(),
        why=erasure.why,
    )


def finish_requests(case: Case, *, by: User | None, at: datetime) -> None:
    """A granted request for erasure is carried out when the last of its cases is erased, for whatever reason that was; then
    whoever asked is told."""
    held = DataRequest.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    granted = held.filter(cases=case, kind=RequestKind.ERASURE, state=RequestState.GRANTED)
    for request in granted.select_related("partner", "recorded_by"):
        if request.cases.filter(erased_at=None).exists():
            continue
        request.state, request.done_at, request.done_by = RequestState.DONE, at, by
        request.version += 1
        request.changed_at = at
        request.save()
        reminders.tell_of(request, Kind.REQUEST_DECIDED)


def forget_answered() -> int:
    """Destroy what was written about requests of which every case is erased and whoever asked was told; how many."""
    there = Case.objects.filter(erased_at=None)
    told = DataRequest.objects.filter(state=RequestState.TOLD, data_key__destroyed_at=None)
    answered = told.exclude(cases__in=there).order_by("told_at").values_list("pk", flat=True)
    return sum(_forget(pk) for pk in list(answered[:BATCH]))


@transaction.atomic
def _forget(pk: UUID) -> bool:
    held = DataRequest.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    request = held.filter(pk=pk, data_key__destroyed_at=None).first()
    if request is None:
        return False
    assert request.told_at is not None
    assert request.told_by_id is not None
    wiping.forget_requests(DataRequest.objects.filter(pk=pk))
    ledger.append(
        ledger.Line(
            erasure="",
            case="",
            keys=[str(request.data_key_id)],
            by=request.told_by_id,
            at=request.told_at.isoformat(),
            why="told",
        )
    )
    return True


def remove(files: list[str]) -> None:
    """Remove the bytes of documents whose rows are gone. No key opens them any more: what the disk does not let go now,
    `cases.storage.sweep` removes."""
    for name in files:
        try:
            (Path(settings.DOCUMENTS_DIR) / name).unlink(missing_ok=True)
        except OSError:
            logger.exception("the bytes of an erased document could not be removed")
