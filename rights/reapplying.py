"""Applying the erasure ledger again, after a backup of the database was restored.

A backup may be older than the end of what it brings back: a referral that was withdrawn first is live in it, a request that
was answered is open. So a case that comes back is ended like one that is erased for the first time, by the portal itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from cases import access_log
from cases.choices import EventKind
from cases.events import record
from cases.models import Case
from privacy import keys
from privacy.choices import Verb
from privacy.models import DataKey
from referrals.actions import end_live, end_sharing

from . import erasing, ledger, wiping
from .choices import ErasureState, RequestState
from .models import DataRequest, Erasure


@dataclass
class Count:
    """What reapplying did: lines of the ledger about cases, cases erased anew, keys destroyed anew, cases that are not there;
    and how many erasures the database knows of that are not in the ledger."""

    lines: int = 0
    erased: int = 0
    keys: int = 0
    missing: int = 0
    unknown: int = 0


def reapply() -> Count:
    """Erase again whatever the ledger says was erased. Each line is a transaction of its own; repeating it changes nothing.

    A case is known by its key: a case that was written down since the backup may have the reference of an erased one.
    Raises LedgerDamaged before anything is changed.
    """
    count, lines = Count(), list(ledger.lines())
    for line in lines:
        with transaction.atomic():
            files = _apply(line, count) if line.case else _forget(line, count)
        erasing.remove(files)
    known = [UUID(line.erasure) for line in lines if line.erasure]
    count.unknown = Erasure.objects.filter(state=ErasureState.ERASED).exclude(pk__in=known).count()
    return count


def _apply(line: ledger.Line, count: Count) -> list[str]:
    ids, at, by = _read(line)
    held = Case.objects.select_for_update(of=("self", "worker"), no_key=True)
    case = held.select_related("worker", "partner").filter(data_key__in=ids).first()
    standing = _standing(ids)
    count.lines += 1
    count.keys += standing
    if case is None:
        count.missing += 1
        keys.destroy(ids)
        return []
    if case.is_erased and not standing:
        return []
    if not case.is_erased:
        end_live(case, at=timezone.now())
        end_sharing(case, by=by, at=timezone.now())
        record(case, EventKind.ERASED, by=by, at=at, why=line.why)
    access_log.about(Verb.ERASED, by, [case], "erasure")
    _close(DataRequest.objects.filter(data_key__in=ids), by, at)
    files = wiping.wipe(case, ids)
    Case.objects.filter(pk=case.pk).update(erased_at=at, changed_at=at)
    _write_down(line, case, ids, at, by)
    erasing.finish_requests(case, by=by, at=at)
    count.erased += 1
    return files


def _forget(line: ledger.Line, count: Count) -> list[str]:
    """What was written about a request that was answered after its cases were erased."""
    ids, at, by = _read(line)
    count.keys += _standing(ids)
    requests = DataRequest.objects.filter(data_key__in=ids)
    _close(requests, by, at)
    wiping.forget_requests(requests)
    return []


def _read(line: ledger.Line) -> tuple[list[UUID], datetime, User | None]:
    """The keys, the moment, and who it was: nobody, where their account is younger than the backup."""
    by = User.objects.filter(pk=line.by).first()
    return [UUID(key) for key in line.keys], datetime.fromisoformat(line.at), by


def _standing(ids: Sequence[UUID]) -> int:
    return DataKey.objects.filter(pk__in=ids, destroyed_at=None).count()


def _close(requests: models.QuerySet[DataRequest], by: User | None, at: datetime) -> None:
    """Whoever asked was told before what was written about it was destroyed, though the backup may not know that yet."""
    decider = models.Value(by.pk) if by else models.F("recorded_by")
    requests.exclude(state=RequestState.TOLD).update(
        state=RequestState.TOLD,
        next_at=None,
        decided_at=Coalesce("decided_at", models.Value(at)),
        decided_by=Coalesce("decided_by", decider),
    )


def _write_down(line: ledger.Line, case: Case, ids: list[UUID], at: datetime, by: User | None) -> None:
    """The row of the erasure, which the backup may not have or may have unfinished. Where nobody in it is known to have
    confirmed it, the ledger alone says who; then nothing may stay proposed either."""
    rows = Erasure.objects.exclude(state=ErasureState.DROPPED).filter(case=case)
    decided_by = by or next((row.decided_by for row in rows.select_related("decided_by")), None)
    if decided_by is None:
        rows.update(state=ErasureState.DROPPED, next_at=None)
        return
    said = {
        "why": line.why,
        "state": ErasureState.ERASED,
        "decided_at": at,
        "decided_by": decided_by,
        "erased_at": at,
        "next_at": None,
        "keys": ids,
    }
    rows.update_or_create(
        case=case, defaults=said, create_defaults={**said, "id": UUID(line.erasure), "proposed_at": at}
    )
